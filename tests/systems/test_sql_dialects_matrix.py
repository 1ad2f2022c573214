"""One database with every trap, on every real server: what is found, erased, kept and refused is the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sql_servers import Server, mariadb_folder, open_server

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql.model import Dataset
from troth.systems.sql.system import Refused, SqlSystem

__all__ = ["mariadb_folder"]

ANA = Identifiers(email=("Ana@Example.org",))
BEN = Identifiers(email=("ben@example.org",))
KEEP = {"keep": "not ours"}
NOBODY = Identifiers(email=("nobody@example.org",))

# {id}: the server's type for uuids. Names: reserved words, capitals, blanks, a percent sign, another schema.
DDL = """
create table "Group" ("Select" int primary key, "E-Mail 100%" varchar(60) not null, "Order" varchar(40),
  boss int, home {id}, sex varchar(9), foreign key (boss) references "Group" ("Select"),
  constraint sexes check (sex in ('f', 'm', 'x')));
create table {crm}home (id {id} primary key, street varchar(40));
create table "order" (shop int, "No." int, "group" varchar(20), total decimal(9,2), primary key (shop, "No."));
create table line (shop int, "order" int, n int, gift varchar(40) unique, primary key (shop, "order", n),
  foreign key (shop, "order") references "order" (shop, "No."));
create table post (id int primary key, "group" int, answers int, body varchar(40),
  foreign key ("group") references "Group" ("Select"), foreign key (answers) references post (id) on delete set null);
create table log (n int);
create view shown as select "Select", "Order" from "Group"
"""

ROWS = """
insert into {crm}home values ('6f1f6f6e-52b0-4f5c-8d53-0a1c2d3e4f50', 'Own Street'),
  ('6f1f6f6e-52b0-4f5c-8d53-0a1c2d3e4f51', 'Shared Street');
insert into "Group" values (1, 'ana@example.org', 'A', null, '6f1f6f6e-52b0-4f5c-8d53-0a1c2d3e4f50', 'f'),
  (2, 'ANA@example.org', null, 1, '6f1f6f6e-52b0-4f5c-8d53-0a1c2d3e4f51', 'f'),
  (3, 'ben@example.org', 'B', 1, '6f1f6f6e-52b0-4f5c-8d53-0a1c2d3e4f51', 'm'),
  (4, 'aná@example.org', 'N', 3, null, 'x');
insert into "order" values (1, 1, '1', 9.5), (1, 2, '3', 1), (2, 1, '2', 2),
  (2, 2, '01', 3), (2, 3, 'x', 4), (2, 4, null, 5);
insert into line values (1, 1, 1, 'a ring'), (1, 1, 2, null), (1, 2, 1, 'a book'),
  (2, 1, 1, 'a lamp'), (2, 4, 1, 'nobody''s');
insert into post values (1, 1, null, 'mine'), (2, 3, 1, 'to mine'), (3, 2, 3, 'to my own'), (4, 3, null, 'his')
"""

TRIGGERS = {
    "postgresql": "create function noted() returns trigger language plpgsql as"
    " $$ begin insert into log values (1); return old; end $$;\n"
    "create trigger noted after delete on post for each row execute function noted()",
    "mariadb": "create trigger noted after delete on post for each row insert into log values (1)",
    "sqlite": "create trigger noted after delete on post begin insert into log values (1); end",
}

DATASET = """
title: Every trap
tables:
  group:
    key: select
    on_erase: anonymise
    columns:
      select: {none: number}
      E-Mail 100%: {item: email, identity: email, on_erase: {random: {suffix: '@erased.invalid'}}}
      order: {item: full-name, on_erase: {fixed: "100% 'gone' \\\\ :x {}"}}
      boss: {none: who they report to}
      home: {none: where, references: {column: HOME.id, direction: to}}
      sex: {item: sex, on_erase: {fixed: x}}
  HOME:
    key: id
    on_erase: delete
    columns: {id: {none: number}, street: {item: address}}
  order:
    key: [shop, "No."]
    on_erase: {keep: tax law}
    columns:
      shop: {none: n}
      "No.": {none: n}
      group: {item: user-id, references: group.select}
      total: {item: price}
  line:
    key: [shop, order, n]
    on_erase: anonymise
    references: [{table: order, columns: {shop: shop, order: "No."}}]
    columns:
      shop: {none: n, on_erase: {keep: key}}
      order: {none: n, on_erase: {keep: key}}
      n: {none: n}
      gift: {item: other, on_erase: hash}
  post:
    key: id
    on_erase: delete
    columns:
      id: {none: n}
      group: {item: user-id, references: group.select}
      answers: {none: which post it answers}
      body: {item: message}
other_tables: {log: counts only}
"""


def trapped(server: Server) -> None:
    quote = "`" if server.kind == "mariadb" else '"'
    uuid, schema = ("varchar(36)", "") if server.kind == "sqlite" else ("uuid", "crm.")
    for script in (DDL, ROWS, TRIGGERS[server.kind]):
        server.run(script.replace("{id}", uuid).replace("{crm}", schema).replace('"', quote))


@pytest.fixture(params=["postgresql", "mariadb", "mysql", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """The trapped database; MariaDB also under MySQL's name."""
    kind = request.param
    made = open_server("mariadb" if kind == "mysql" else kind, request, tmp_path)
    if kind == "mysql":
        made.url = made.url.replace("mariadb://", "mysql://", 1)
    trapped(made)
    yield made
    made.admin.dispose()


def system(server: Server, change: dict[str, Any] | None = None) -> SqlSystem:
    declared = yaml.safe_load(DATASET.replace("HOME", "home" if server.kind == "sqlite" else "CRM.home"))
    for table, more in (change or {}).items():
        declared["tables"][table].update(more)
    return SqlSystem("shop", title="Shop", url=server.url, dataset=Dataset.model_validate(declared))


def home(server: Server) -> str:
    return "home" if server.kind == "sqlite" else "CRM.home"


def quoted(server: Server, query: str) -> list[tuple[Any, ...]]:
    return server.all(query.replace('"', "`") if server.kind == "mariadb" else query)


def everything(server: Server) -> list[Any]:
    names = ('"Group"', "line", "post", '"order"')
    return [quoted(server, f"select * from {name} order by 1, 2") for name in names]


def test_everything_of_a_person_is_found_and_nothing_else(shop: Server) -> None:
    found = system(shop).find(ANA)
    assert found.evidence["tables"] == {"group": 2, home(shop): 2, "order": 2, "line": 2, "post": 2}
    held = {(one.kind, one.id) for one in found.findings}
    assert {
        ("group", "1"),
        ("group", "2"),
        ("order", "1/1"),
        ("order", "2/1"),
        ("line", "1/1/1"),
        ("post", "3"),
    } <= held
    order = next(one for one in found.findings if one.id == "1/1" and one.kind == "order")
    assert (float(order.values["total"]), order.items["total"]) == (9.5, "price")
    assert system(shop).find(NOBODY).findings == ()


def test_erasure_changes_what_is_due_and_nothing_of_anybody_else(shop: Server) -> None:
    done = system(shop).erase(ANA, key="k").evidence["tables"]
    assert done["group"]["anonymised"] == 2
    assert done["order"] == {"kept": 2, "reason": "tax law"}
    assert (done[home(shop)]["erased"], done[home(shop)]["kept"]) == (1, 1)
    assert done["line"]["anonymised"] == 2
    people = quoted(shop, 'select "Select", "E-Mail 100%", "Order", boss, sex from "Group" order by 1')
    assert [row[0] for row in people] == [1, 2, 3, 4]
    assert all(row[1].startswith("erased-") and row[1].endswith("@erased.invalid") for row in people[:2])
    assert people[0][2] == "100% 'gone' \\ :x {}"
    assert [row[4] for row in people] == ["x", "x", "m", "x"]
    assert [tuple(row[1:3]) for row in people[2:]] == [("ben@example.org", "B"), ("aná@example.org", "N")]
    lines = quoted(shop, 'select shop, "order", n, gift from line order by 1, 2, 3')
    assert [row[3] and row[3].startswith("erased-") for row in lines] == [True, None, False, True, False]
    assert quoted(shop, "select count(*) from post") == [(2,)]
    assert quoted(shop, "select count(*) from log") == [(2,)]  # the trigger ran for each row
    assert quoted(shop, f"select street from {'' if shop.kind == 'sqlite' else 'crm.'}home") == [("Shared Street",)]


def test_erasing_twice_changes_nothing_more_and_then_nothing_is_found(shop: Server) -> None:
    first = system(shop)
    first.erase(ANA, key="k")
    before = [quoted(shop, f"select * from {name} order by 1, 2") for name in ('"Group"', "line", "post", '"order"')]
    again = first.erase(ANA, key="k")
    assert again.evidence["rows"] == 0
    assert [
        quoted(shop, f"select * from {name} order by 1, 2") for name in ('"Group"', "line", "post", '"order"')
    ] == before
    assert first.find(ANA).findings == ()


def test_what_is_shared_goes_with_the_last_who_shares_it(shop: Server) -> None:
    made = system(shop)
    made.erase(ANA, key="k")
    assert made.erase(BEN, key="k").evidence["tables"][home(shop)]["erased"] == 1
    assert quoted(shop, f"select count(*) from {'' if shop.kind == 'sqlite' else 'crm.'}home") == [(0,)]


def test_rows_of_others_that_point_at_what_goes_stop_it_for_good(shop: Server) -> None:
    """Trying again would not help: somebody's own row, which is not to be touched, holds on to it."""
    shop.run(
        "create table likes (id int primary key, post int, foreign key (post) references post (id));\n"
        "insert into likes values (1, 1)"
    )
    with pytest.raises(SystemProblem, match="rows of another table still point here") as problem:
        system(shop).erase(ANA, key="k")
    assert problem.value.consequence == "stop"
    assert quoted(shop, "select count(*) from post") == [(4,)]


def test_answers_of_others_that_hold_on_to_what_goes_are_no_race(shop: Server) -> None:
    shop.run(
        "create table thread (id int primary key, email varchar(40), answers int,"
        " foreign key (answers) references thread (id));\n"
        "insert into thread values (1, 'ana@example.org', null), (2, 'ben@example.org', 1)"
    )
    spec = {"id": {"none": "n"}, "email": {"item": "email", "identity": "email"}, "answers": {"none": "n"}}
    table = {"key": "id", "on_erase": "delete", "columns": spec}
    dataset = Dataset.model_validate({"title": "T", "tables": {"thread": table}})
    with pytest.raises(SystemProblem, match="rows of another table still point here") as problem:
        SqlSystem("shop", title="Shop", url=shop.url, dataset=dataset).erase(ANA, key="k")
    assert problem.value.consequence == "stop"


def test_a_dry_run_answers_the_same_and_leaves_everything(shop: Server) -> None:
    made = system(shop)
    before = quoted(shop, 'select * from "Group" order by 1')
    tried = made.erase_many([(0, ANA), (1, BEN)], dry_run=True)
    assert quoted(shop, 'select * from "Group" order by 1') == before
    done = made.erase_many([(0, ANA), (1, BEN)])
    assert {n: one.evidence for n, one in tried.items()} == {n: one.evidence for n, one in done.items()}


def test_a_mask_that_would_break_is_refused_and_nothing_is_written(shop: Server) -> None:
    columns = yaml.safe_load(DATASET)["tables"]["group"]["columns"]
    columns |= {"E-Mail 100%": {"item": "email", "identity": "email"}, "sex": {"item": "sex", "on_erase": "random"}}
    with pytest.raises(Refused) as refused:
        system(shop, {"group": {"columns": {**columns, "home": {"none": "where"}}, "shared": "keep"}}).erase(
            ANA, key="k"
        )
    assert {one.column for one in refused.value.refusals} == {"E-Mail 100%", "sex"}
    assert quoted(shop, "select count(*) from post") == [(4,)]


def test_a_trigger_that_swallows_a_write_is_found(shop: Server) -> None:
    shop.run(
        {
            "postgresql": "create function no() returns trigger language plpgsql as $$ begin return old; end $$;\n"
            'create trigger no before update on "Group" for each row execute function no()',
            "mariadb": "create trigger no before update on `Group` for each row set new.`Order` = old.`Order`",
            "sqlite": 'create trigger no after update on "Group" begin update "Group" set "Order" = old."Order"'
            ' where "Select" = old."Select"; end',
        }[shop.kind]
    )
    with pytest.raises(SystemProblem, match="did not change; look for a trigger") as problem:
        system(shop).erase(ANA, key="k")
    assert problem.value.consequence == "fix settings"
    assert quoted(shop, "select count(*) from post") == [(4,)]


def test_the_plan_is_told_in_the_databases_own_words(shop: Server) -> None:
    said = system(shop).explain("erase")
    assert "keep order" in said
    assert "`Group`" in said or '"Group"' in said


def test_hostile_identifiers_are_only_ever_values(shop: Server) -> None:
    made = system(shop)
    for hostile in ("' or 1=1 --", "%", "\\", '"]}', "x'; drop table post; --", "\x00", "1 or 1", "a" * 50_000):
        who = Identifiers(email=(hostile,), phone=(hostile,), account=(hostile,))
        assert made.find(who).findings == ()
        assert made.erase(who, key="k").evidence["rows"] == 0
    assert quoted(shop, "select count(*) from post") == [(4,)]


def test_columns_declared_and_live_are_the_same_names(shop: Server) -> None:
    declared, live = system(shop).columns()
    assert declared == live


def test_oldest_is_told_in_one_form(shop: Server) -> None:
    shop.run(
        "create table seen (id int primary key, email varchar(40), at timestamp);\n"
        "insert into seen values (1, 'ana@example.org', '2020-01-02 03:04:05'), (2, 'b', '2021-01-01 00:00:00')"
    )
    spec = {"id": {"none": "n"}, "email": {"item": "email", "identity": "email"}, "at": {"none": "when"}}
    table = {"key": "id", "time": "at", "on_erase": "delete", "columns": spec}
    dataset = Dataset.model_validate({"title": "T", "tables": {"seen": table}})
    oldest = SqlSystem("shop", title="Shop", url=shop.url, dataset=dataset).oldest().evidence["oldest"]
    assert oldest.startswith("2020-01-02T03:04:05")
