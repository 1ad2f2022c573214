"""Drafts of dataset files from live databases: what is guessed, what is never told, that they can be read."""

import sqlite3
from pathlib import Path

import psycopg
import pytest
from sql_servers import Server, mariadb_folder, server

from troth import ground, postgres
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql import as_yaml
from troth.systems.sql.dataset import parse
from troth.systems.sql.draft.looking import Looked, look_at
from troth.systems.sql.draft.making import Drafted, NobodyThere, drafted
from troth.systems.sql.model import Fixed, Keep, Random
from troth.systems.sql.system import SqlSystem

__all__ = ["mariadb_folder", "server"]
SHOP = """
create table addresses (id integer primary key, street varchar(100), city varchar(100), label varchar(20));
create table customers (id integer primary key, email varchar(100) not null unique, name varchar(100) not null,
    created_at timestamp, address_id integer references addresses);
create table employees (id integer primary key, email varchar(100), name varchar(100));
create table products (id integer primary key, name varchar(100), description varchar(200));
create table orders (id integer primary key, customer_id integer references customers,
    product_id integer references products, handled_by integer references employees, placed_at timestamp);
create table tickets (number integer, line integer, customer_id integer, body text, primary key (number, line));
create table ticket_files (id integer primary key, number integer, line integer, ip varchar(40),
    foreign key (number, line) references tickets (number, line));
create table posts (id integer primary key, author_id integer references customers,
    reply_to integer references posts (id), body text);
create table replies (id integer primary key, post_id integer references posts (id),
    writer_id integer references customers (id), approved_by integer references customers (id), written_at timestamp);
create table checks (id integer primary key, employee_id integer references employees (id),
    reviewer_id integer references employees (id));
create table lonely (id integer primary key, first_name varchar(40));
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("draft") / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.executescript(SHOP)
        for n in range(1, 20):
            connection.execute("insert into addresses values (?, ?, ?, ?)", (n, f"Zebra Street {n}", "Zebraville", "x"))
            mail, name = f"zebra{n}@example.org", f"Zebra Person{n}"
            connection.execute("insert into customers values (?, ?, ?, ?, ?)", (n, mail, name, "2024-01-01", n))
    connection.close()
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def made(shop: str) -> Drafted:
    return drafted(look_at(shop), "Shop")


def test_a_draft_can_be_read_and_is_the_same_every_time(shop: str, made: Drafted) -> None:
    text = as_yaml.text(made.dataset, comments=made.comments)
    assert parse(text) == made.dataset
    again = drafted(look_at(shop), "Shop")
    assert as_yaml.text(again.dataset, comments=again.comments) == text


def test_no_sampled_value_is_in_the_draft(made: Drafted) -> None:
    assert "zebra" not in as_yaml.text(made.dataset, comments=made.comments).lower()


def test_identities_and_masks_suit_the_tables(made: Drafted) -> None:
    customers = made.dataset.tables["customers"].columns
    assert customers["email"].identity == "email"
    assert customers["email"].on_erase == Random(random=Random.Settings(suffix="@erased.invalid"))
    assert customers["name"].on_erase == Fixed(fixed="erased")  # NOT NULL
    assert made.dataset.tables["customers"].time == "created_at"


def test_foreign_keys_become_references_with_a_direction(made: Drafted) -> None:
    tables = made.dataset.tables
    owned = tables["orders"].columns["customer_id"]
    assert [(one.column, one.direction) for one in owned.references] == [("customers.id", "from")]
    assert isinstance(owned.on_erase, Keep)
    detail = tables["customers"].columns["address_id"]
    assert [(one.column, one.direction) for one in detail.references] == [("addresses.id", "to")]
    composite = tables["ticket_files"].references[0]
    assert (composite.table, composite.columns) == ("tickets", {"number": "number", "line": "line"})


def test_whose_work_a_row_is_does_not_make_it_theirs(made: Drafted) -> None:
    assert made.dataset.tables["orders"].columns["handled_by"].references == ()
    assert "staff" in str(made.dataset.tables["orders"].columns["handled_by"].none)


def test_a_reply_is_its_writers_and_not_of_whoever_wrote_the_post(made: Drafted) -> None:
    replies = made.dataset.tables["replies"]
    assert [name for name, column in replies.columns.items() if column.references] == ["writer_id"]
    assert "`writer_id` says whose row it is" in made.comments["replies", "post_id"]
    assert "staff" in str(replies.columns["approved_by"].none)
    assert replies.time == "written_at"


def test_where_all_keys_name_workers_the_rows_are_theirs(made: Drafted) -> None:
    checks = made.dataset.tables["checks"].columns
    assert checks["employee_id"].references
    assert checks["reviewer_id"].references


def test_replies_are_left_for_a_person_to_decide(made: Drafted) -> None:
    assert made.dataset.tables["posts"].columns["reply_to"].references == ()
    assert "its own table" in made.comments["posts", "reply_to"]


def test_keys_that_only_their_name_tells_are_guessed_and_that_is_said(made: Drafted) -> None:
    assert made.dataset.tables["tickets"].columns["customer_id"].references[0].column == "customers.id"
    assert "guessed" in made.comments["tickets", "customer_id"]


def test_tables_nobody_leads_to_are_kept_or_left_out(made: Drafted) -> None:
    assert isinstance(made.dataset.tables["lonely"].on_erase, Keep)
    assert "products" in made.dataset.other_tables


def test_without_samples_names_must_do(shop: str) -> None:
    assert drafted(look_at(shop, sample=0), "Shop").dataset.tables["customers"].columns["email"].identity == "email"


def test_where_nobody_could_be_found_there_is_no_draft(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "empty.db") as connection:
        connection.execute("create table colours (id integer primary key, tint varchar(9))")
    connection.close()
    with pytest.raises(NobodyThere):
        drafted(look_at(f"sqlite:///{tmp_path}/empty.db"), "Empty")


def test_a_database_that_is_not_there_is_a_problem() -> None:
    with pytest.raises(SystemProblem):
        look_at("sqlite:////nowhere/at/all.db")


@pytest.fixture(scope="module")
def elsewhere() -> Looked:
    url = postgres.ensure_database(ground.database_url(), "sqltest_draft")
    with psycopg.connect(url) as connection:
        connection.execute('drop schema if exists "CRM" cascade')
        connection.execute('create schema "CRM"')
        connection.execute(
            """create table "CRM"."Contacts" ("Id" uuid primary key default gen_random_uuid(), "E-Mail" text,
               "Group" text, address inet, code char(3) not null unique)"""
        )
        connection.execute("""create view "CRM"."Everyone" as select * from "CRM"."Contacts" """)
        many = [(f"p{n}@example.org", f"198.51.100.{n}", f"{n:03}") for n in range(20)]
        with connection.cursor() as cursor:
            cursor.executemany('insert into "CRM"."Contacts" ("E-Mail", address, code) values (%s, %s, %s)', many)
    return look_at(url, schema="CRM")


def test_another_schema_with_awkward_names(elsewhere: Looked) -> None:
    made = drafted(elsewhere, "CRM")
    contacts = made.dataset.tables["CRM.Contacts"]
    assert contacts.key == ("Id",)
    assert contacts.columns["E-Mail"].identity == "email"
    assert contacts.columns["address"].item == "ip-address"
    assert elsewhere.left_out == ("CRM.Everyone",)
    assert parse(as_yaml.text(made.dataset)) == made.dataset


TIGHT = """
create table members (id integer primary key, mail varchar(40) not null unique, login varchar(30) not null unique,
    first_name varchar(4) not null, phone varchar(12), birthday date not null, country char(2) not null);
create table member_notes (member_id integer not null references members (id), no integer not null, note text not null,
    primary key (member_id, no));
"""


ROWS = """
insert into members values (1, 'ana@example.org', 'ana', 'Ana', '0301234567', '1990-01-01', 'IT');
insert into members values (2, 'bo@example.org', 'bo', 'Bo', '0301234568', '1990-01-01', 'DE');
insert into member_notes values (1, 1, 'calls often'), (2, 1, 'never calls');
"""


def test_a_draft_erases_without_a_refusal(server: Server) -> None:
    server.run(TIGHT + ROWS)
    made = drafted(look_at(server.url), "Tight")
    system = SqlSystem("tight", title="Tight", url=server.url, dataset=made.dataset)
    ana, bo = (Identifiers(email=(f"{name}@example.org",)) for name in ("ana", "bo"))
    assert system.refusals() == ()
    assert system.find(ana).evidence["tables"] == {"members": 1, "member_notes": 1}
    system.erase(ana, key="a")
    assert system.find(ana).findings == ()
    assert system.find(bo).evidence["rows"] == 2
