"""What would break or surprise is refused before anything is written; awkward schemas work."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql

from troth import ground, postgres
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql import plan as planning
from troth.systems.sql.catalog import read_catalog
from troth.systems.sql.dataset import parse
from troth.systems.sql.dialects.database import Database
from troth.systems.sql.mask import MARK
from troth.systems.sql.system import SqlSystem

ANA = Identifiers(email=("ana@example.org",))
Make = Callable[[str, str], SqlSystem]


@pytest.fixture(scope="module")
def url() -> str:
    return postgres.ensure_database(ground.database_url(), "sqltest_shapes")


@pytest.fixture
def make(url: str) -> Make:
    """A fresh schema out of `ddl`, described by `tables`."""

    def build(ddl: str, tables: str) -> SqlSystem:
        with psycopg.connect(url) as connection:
            connection.execute("set client_min_messages = warning")
            connection.execute("drop schema if exists public, crm cascade")
            connection.execute("create schema public; create schema crm")
            connection.execute(ddl)
        return SqlSystem("shop", title="Shop", url=url, dataset=parse(f"title: Shop\ntables:\n{tables}"))

    return build


def _all(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(sql.SQL(query)).fetchall()


PERSON = """
  person:
    key: id
    on_erase: anonymise
    columns:
      id: {none: number}
      email: {item: email, identity: email%s}
      name: {item: full-name%s}
"""
FILLED = "insert into person values (1, 'ana@example.org', 'Ana'), (2, 'ben@example.org', 'Ben');"


@pytest.mark.parametrize(
    ("columns", "masks", "said"),
    [
        (
            "email text not null, name text",
            ("", ""),
            "person.email: it cannot be NULL; say `on_erase: {random",
        ),
        ("email text, name text not null", ("", ""), "person.name: it cannot be NULL; say `on_erase: random`"),
        (
            "email text unique, name text",
            (", on_erase: {fixed: gone}", ""),
            "it is unique, one value for all breaks that",
        ),
        ("email text, name varchar(9)", ("", ", on_erase: random"), "only 9 characters fit"),
        ("email text, name varchar(9)", ("", ", on_erase: {fixed: removed here}"), "only 9 characters fit"),
        ("email text, name date", ("", ", on_erase: hash"), "a text does not fit date"),
        ("email text, name text generated always as (lower(email)) stored", ("", ""), "the database computes it"),
    ],
)
def test_a_mask_that_breaks_a_column_is_refused_with_a_proposal(
    make: Make, url: str, columns: str, masks: tuple[str, str], said: str
) -> None:
    system = make(f"create table person (id int primary key, {columns})", PERSON % masks)
    assert [one for one in system.refusals() if said in str(one)]
    with pytest.raises(SystemProblem) as problem:
        system.erase(ANA, key="k")
    assert said in str(problem.value)
    assert problem.value.consequence == "fix settings"


def test_random_masks_stay_unique_and_hashes_stay_equal(make: Make, url: str) -> None:
    ddl = "create table person (id int primary key, email varchar(60) unique, name varchar(40));" + FILLED
    ddl += "insert into person values (3, 'ANA@example.org', 'Ana'), (4, 'Ana@Example.org', null)"
    masks = (", on_erase: {random: {suffix: '@erased.invalid'}}", ", on_erase: hash")
    system = make(ddl, PERSON % masks)
    assert system.erase(ANA, key="k").evidence["tables"] == {"person": {"anonymised": 3}}
    rows = _all(url, "select email, name from person where id <> 2 order by id")
    assert len({email for email, _ in rows}) == 3
    assert all(email.startswith(MARK) and email.endswith("@erased.invalid") and len(email) <= 60 for email, _ in rows)
    assert rows[0][1] == rows[1][1] != rows[2][1] is None
    assert _all(url, "select email, name from person where id = 2") == [("ben@example.org", "Ben")]


def test_a_hash_is_the_hmac_of_the_value(make: Make, url: str) -> None:
    import hashlib
    import hmac

    ddl = "create table person (id int primary key, email text, name text);" + FILLED
    system = make(ddl, PERSON % ("", ", on_erase: hash"))
    system.erase(ANA, key="k")
    secret = hashlib.sha256(ground.secret("sql-masks")).digest()
    expected = hmac.new(secret, b"Ana", hashlib.sha256).hexdigest()
    assert _all(url, "select name from person where id = 1") == [(MARK + expected,)]


def test_a_check_that_a_mask_would_break_is_named_and_nothing_is_written(make: Make, url: str) -> None:
    ddl = "create table person (id int primary key, email text, name text constraint no_blank check (name <> '-'));"
    system = make(ddl + FILLED, PERSON % ("", ", on_erase: {fixed: '-'}"))
    with pytest.raises(SystemProblem, match="CHECK no_blank") as problem:
        system.erase(ANA, key="k")
    assert "ana@" not in str(problem.value)
    assert _all(url, "select count(*) from person where name = 'Ana'") == [(1,)]


def test_undeclared_rows_that_point_here_stop_the_erasure(make: Make, url: str) -> None:
    ddl = "create table person (id int primary key, email text, name text);" + FILLED
    ddl += "create table ticket (id int, person_id int constraint ticket_person references person);"
    ddl += "insert into ticket values (1, 1)"
    system = make(ddl, (PERSON % ("", "")).replace("anonymise", "delete"))
    with pytest.raises(SystemProblem, match="ticket_person"):
        system.erase(ANA, key="k")
    assert _all(url, "select count(*) from person") == [(2,)]


ORDERS = """
  orders:
    key: id
    on_erase: {keep: tax law}
    columns: {id: {none: number}, person_id: {item: user-id, references: person.id}}
"""


def test_kept_rows_that_a_cascade_would_take_are_refused(make: Make) -> None:
    ddl = "create table person (id int primary key, email text, name text);"
    ddl += "create table orders (id int primary key, person_id int references person on delete cascade)"
    system = make(ddl, (PERSON % ("", "")).replace("anonymise", "delete") + ORDERS)
    with pytest.raises(SystemProblem, match="takes them along"):
        system.erase(ANA, key="k")


def test_a_shared_address_is_kept_with_reason_then_goes_with_the_last(make: Make, url: str) -> None:
    ddl = """create table address (id int primary key, street text);
    create table person (id int primary key, email text, name text, address_id int references address);
    insert into address values (1, 'Shared Street'), (2, 'Own Street');
    insert into person values (1, 'ana@example.org', 'Ana', 1), (2, 'ben@example.org', 'Ben', 1),
    (3, 'ana@example.org', 'Ana', 2)"""
    tables = (PERSON % ("", "")).replace("anonymise", "delete")
    tables += "      address_id: {none: where to, references: {column: address.id, direction: to}}\n"
    tables += "  address:\n    key: id\n    on_erase: delete\n    columns: {id: {none: number}, street: other}\n"
    system = make(ddl, tables)
    told = system.erase(ANA, key="k").evidence["tables"]["address"]
    assert told == {"erased": 1, "kept": 1, "reason": "another person shares these rows"}
    assert _all(url, "select street from address") == [("Shared Street",)]
    assert system.erase(Identifiers(email=("ben@example.org",)), key="k").evidence["tables"]["address"] == {"erased": 1}


def test_rows_that_name_several_people_are_kept_where_the_dataset_says_so(make: Make, url: str) -> None:
    ddl = """create table invite (id int primary key, inviter text, invitee text);
    insert into invite values (1, 'ana@example.org', 'ben@example.org'), (2, 'ana@example.org', null)"""
    tables = """
  invite:
    key: id
    on_erase: delete
    several_people: true
    columns:
      id: {none: number}
      inviter: {item: email, identity: email}
      invitee: {item: email, identity: email}
"""
    system = make(ddl, tables)
    assert system.erase(ANA, key="k").evidence["tables"]["invite"]["kept"] == 1
    assert _all(url, "select id from invite") == [(1,)]


def test_quoted_names_schemas_reserved_words_and_type_mismatches(make: Make, url: str) -> None:
    ddl = """create table crm."User Data" ("Select" int primary key, "E-Mail 100%%" text, "we""ird" text);
    create table "order" ("group" uuid primary key, "user" text, total numeric(9,2), raw jsonb);
    insert into crm."User Data" values (7, 'ana@example.org', 'x'), (8, 'ben@example.org', 'y');
    insert into "order" values (gen_random_uuid(), '7', 12.50, '{"a": [1]}'), (gen_random_uuid(), '8', 1, null)"""
    tables = """
  crm.User Data:
    key: Select
    on_erase: anonymise
    columns:
      Select: {none: number}
      E-Mail 100%: {item: email, identity: email}
      we"ird: {item: other, on_erase: {fixed: "50% off %s {}"}}
  order:
    key: group
    on_erase: anonymise
    columns:
      group: {none: number}
      user: {item: user-id, references: crm.User Data.Select}
      total: other
      raw: other
"""
    system = make(ddl.replace("%%", "%"), tables)
    found = system.find(ANA)
    assert found.evidence["tables"] == {"crm.User Data": 1, "order": 1}
    order = next(one for one in found.findings if one.kind == "order")
    assert (order.values["total"], order.values["raw"]) == ("12.50", {"a": [1]})
    assert system.erase(ANA, key="k").evidence["rows"] == 2
    assert _all(url, 'select "we""ird" from crm."User Data" order by "Select"') == [("50% off %s {}",), ("y",)]
    assert _all(url, 'select count(*) from "order" where "user" is null and total is null and raw is null') == [(1,)]
    declared, live = system.columns()
    assert declared == live


def test_identifiers_of_every_shape_are_only_ever_values(make: Make, url: str) -> None:
    ddl = "create table person (id int primary key, email text, name text);" + FILLED
    system = make(ddl, PERSON % ("", ""))
    for hostile in ("' or 1=1 --", "%", "%s", "{}", "\x00", "a" * 100_000, "'; drop table person; --", ""):
        assert system.find(Identifiers(email=(hostile,), phone=(hostile,), account=(hostile,))).findings == ()
        assert system.erase(Identifiers(email=(hostile,)), key="k").evidence["rows"] == 0
    assert _all(url, "select count(*) from person") == [(2,)]


def test_phones_are_found_however_they_are_written(make: Make) -> None:
    ddl = "create table person (id int primary key, phone text); insert into person values (1, '+49 (30) 12-34')"
    tables = "  person:\n    key: id\n    on_erase: anonymise\n    columns:\n      id: {none: n}\n"
    system = make(ddl, tables + "      phone: {item: phone, identity: phone}\n")
    assert len(system.find(Identifiers(phone=("+49301234",))).findings) == 1
    assert len(system.find(Identifiers(phone=("+49 30 1234",))).findings) == 1
    assert system.find(Identifiers(email=("+49301234",))).findings == ()


def test_a_plan_has_one_statement_a_table_however_many_people(make: Make, url: str) -> None:
    ddl = "create table person (id int primary key, email text, name text);"
    ddl += "create table orders (id int primary key, person_id int references person);"
    ddl += "insert into person select n, 'p' || n || '@example.net', 'P' from generate_series(1, 10000) n;"
    ddl += "insert into orders select n, n from generate_series(1, 10000) n"
    system = make(ddl, PERSON % ("", "") + ORDERS.replace("{keep: tax law}", "delete"))
    database = Database(url, "shop")
    with database.transaction("plan", read_only=True) as connection:
        catalog = read_catalog(connection, system.dataset)
    for planner in (planning.find_plan, planning.erase_plan):
        plan = planner(system.dataset, catalog, database.dialect.compiling())
        assert sorted(step.table for step in plan.steps) == ["orders", "person"]
    everyone = [(n, Identifiers(email=(f"p{n}@example.net",))) for n in range(1, 10001)]
    assert sum(len(one.findings) for one in system.find_many(everyone).values()) == 20_000
    assert {one.evidence["rows"] for one in system.erase_many(everyone).values()} == {2}
    assert _all(url, "select count(*) from person where email is not null") == [(0,)]
    assert _all(url, "select count(*) from orders") == [(0,)]
    assert system.find_many(everyone)[1].findings == ()
