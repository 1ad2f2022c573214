"""The catalog of a live database under a dataset's own names: the same facts on three real servers."""

import re
from pathlib import Path
from typing import Any

import pytest
from sql_servers import Server, mariadb_folder, open_server, server
from sqlalchemy import event

from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.catalog import read_catalog
from troth.systems.sql.dialects import inspected
from troth.systems.sql.dialects.database import Database
from troth.systems.sql.dialects.live import Catalog, Seen, Wanted
from troth.systems.sql.model import Dataset
from troth.systems.sql.refuse import missing
from troth.systems.sql.system import Refused, SqlSystem

__all__ = ["mariadb_folder", "server"]


def dataset(**tables: Any) -> Dataset:
    """Tables by name: their columns, or the whole declaration."""
    full = {
        name.replace("__", "."): one
        if isinstance(one, dict)
        else {"key": one[0], "on_erase": "delete", "columns": dict.fromkeys(one, "other")}
        for name, one in tables.items()
    }
    return Dataset.model_validate({"title": "Shop", "tables": full})


def catalog_of(server: Server, declared: Dataset) -> Catalog:
    with Database(server.url, "shop").transaction("look", read_only=True) as connection:
        return read_catalog(connection, declared)


SHOP = """
create table customer (id int primary key, shop int not null, mail varchar(40) unique, born date, score decimal(9,2),
  big decimal(20,0), made timestamp null, note text, extra json, yes boolean, raw {blob}, unique (id, shop),
  constraint grown check (score >= 0 and born is not null));
create table line (order_id int, n int, customer int, shop int, primary key (order_id, n),
  constraint whose foreign key (customer, shop) references customer (id, shop) on delete cascade on update set null);
create index by_customer on line (customer);
create view mails as select id, mail from customer
"""


def made(server: Server) -> Catalog:
    server.run(SHOP.replace("{blob}", {"postgresql": "bytea"}.get(server.kind, "blob")))
    columns = ["id", "shop", "mail", "born", "score", "big", "made", "note", "extra", "yes", "raw"]
    return catalog_of(server, dataset(customer=columns, line=["order_id", "n"], mails=["id", "mail"]))


def test_types_fall_into_the_same_families(server: Server) -> None:
    found = {name: one.family for name, one in made(server).columns["customer"].items()}
    expected = {
        "id": "whole", "shop": "whole", "mail": "text", "born": "date", "score": "number", "big": "whole",
        "made": "time", "note": "text", "extra": "json", "yes": "boolean", "raw": "binary",
    }  # fmt: skip
    assert found == expected | ({"yes": "whole"} if server.kind == "mariadb" else {})


def test_what_may_be_empty_how_long_and_what_is_unique(server: Server) -> None:
    catalog = made(server)
    columns = catalog.columns["customer"]
    assert [name for name, one in columns.items() if not one.nullable and not one.primary] == ["shop"]
    assert [name for name, one in columns.items() if one.primary] == ["id"]
    assert columns["mail"].length == (None if server.kind == "sqlite" else 40)
    assert columns["mail"].unique
    sets = {one.columns: one.primary for one in catalog.tables["customer"].uniques}
    assert sets == {("id",): True, ("mail",): False, ("id", "shop"): False}
    assert catalog.tables["line"].primary_key == ("order_id", "n")


def test_checks_say_which_columns_they_read(server: Server) -> None:
    (check,) = [one for one in made(server).tables["customer"].checks if one.name == "grown"]
    assert sorted(check.columns) == ["born", "score"]
    assert re.sub(r"[`\"()]|::\w+", "", check.text.lower()) == "score >= 0 and born is not null"


def test_foreign_keys_by_several_columns_and_what_they_do(server: Server) -> None:
    (key,) = made(server).foreign_keys
    assert (key.table, key.columns, key.target, key.target_columns) == (
        "line", ("customer", "shop"), "customer", ("id", "shop"),
    )  # fmt: skip
    assert (key.on_delete, key.on_update) == ("cascade", "set null")
    assert key.name == ("foreign key 0 of line" if server.kind == "sqlite" else "whose")


def test_views_are_there_for_those_who_declare_them(server: Server) -> None:
    catalog = made(server)
    assert catalog.tables["mails"].kind == "view"
    assert "mails.mail" in catalog.live
    assert not any(one.startswith("mails") for one in catalog_of(server, dataset(customer=["id"])).live)


CASES = """
create table "Order" ("group" int primary key, "Select" varchar(9));
create table visit (id int primary key, "Page" varchar(9))
"""


def test_names_are_found_exactly_else_without_regard_to_case(server: Server) -> None:
    server.run(CASES.replace('"', "`") if server.kind == "mariadb" else CASES)
    catalog = catalog_of(server, dataset(ORDER=["GROUP", "select"], Visit=["ID", "Page"]))
    assert catalog.tables["ORDER"].bare == "Order"
    assert {name: one.name for name, one in catalog.columns["ORDER"].items()} == {"GROUP": "group", "select": "Select"}
    assert catalog.tables["ORDER"].primary_key == ("GROUP",)
    assert {"ORDER.GROUP", "Visit.ID", "Visit.Page"} <= catalog.live


def test_what_differs_only_in_case_is_found_where_it_is_spelled_right_and_else_doubtful(server: Server) -> None:
    if server.kind == "sqlite":
        pytest.skip("SQLite has no two names that differ only in case")
    quote = "`" if server.kind == "mariadb" else '"'
    server.run('create table "Visit" (id int);\ncreate table "VISIT" (id int)'.replace('"', quote))
    declared = dataset(Visit=["id"])
    assert catalog_of(server, declared).tables["Visit"].bare == "Visit"
    declared = dataset(visit=["id"])
    (refusal,) = missing(declared, catalog_of(server, declared))
    assert re.fullmatch(r"visit: it may mean \w+\.VISIT or \w+\.Visit; write it exactly as .*", str(refusal))


def test_columns_that_differ_only_in_case(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = open_server("postgresql", request, tmp_path)
    server.run('create table visit ("Id" int primary key, "ID" int)')
    declared = dataset(visit=["id"])
    (refusal,) = missing(declared, catalog_of(server, declared))
    assert "visit.id: it may mean ID or Id" in str(refusal)


def test_tables_of_other_schemas(server: Server) -> None:
    if server.kind == "sqlite":
        pytest.skip("a SQLite file is one schema")
    server.run(
        "create table crm.visit (id int primary key);\ncreate table visit (n int primary key, v int,"
        " foreign key (v) references crm.visit (id))"
    )
    catalog = catalog_of(server, dataset(CRM__Visit=["id"], visit=["n"]))
    assert (catalog.tables["CRM.Visit"].schema, catalog.tables["visit"].schema) == ("crm", None)
    assert [(key.table, key.target) for key in catalog.foreign_keys] == [("visit", "CRM.Visit")]
    dotted = {"a.b": {"schema": "crm", "key": "id", "on_erase": "delete", "columns": {"id": "other"}}}
    assert catalog_of(server, Dataset.model_validate({"title": "T", "tables": dotted})).tables == {}


def test_partitions_are_one_table(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = open_server("postgresql", request, tmp_path)
    server.run(
        "create table log (id int, day date, who text, primary key (id, day)) partition by range (day);\n"
        "create table log_1 partition of log for values from ('2024-01-01') to ('2025-01-01')"
    )
    catalog = catalog_of(server, dataset(log=["id", "day"]))
    assert catalog.tables["log"].primary_key == ("id", "day")
    assert catalog.tables["log"].writes
    assert not any(one.startswith("log_1") for one in catalog.live)


def test_row_security_that_hides_rows_is_refused_also_for_reading(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = open_server("postgresql", request, tmp_path)
    server.run(
        "create table person (id int primary key, email text);\nalter table person enable row level security;\n"
        "drop role if exists troth_narrow;\ncreate role troth_narrow login;\n"
        "grant usage on schema public to troth_narrow;\n"
        "grant all on person to troth_narrow;\ncreate policy mine on person using (id = 7)"
    )
    spec = {"id": {"none": "n"}, "email": {"item": "email", "identity": "email"}}
    declared = dataset(person={"key": "id", "on_erase": "delete", "columns": spec})
    url = server.url + "&options=-c%20role%3Dtroth_narrow"
    system = SqlSystem("shop", title="Shop", url=url, dataset=declared)
    try:
        with pytest.raises(Refused, match="row security hides rows of it from this connection"):
            system.find(Identifiers(email=("ana@example.org",)))
        server.run("drop policy mine on person;\ncreate policy every on person using (true)")
        assert system.find(Identifiers(email=("ana@example.org",))).findings == ()
    finally:
        server.run("drop owned by troth_narrow;\ndrop role troth_narrow")


def test_a_large_database_is_looked_at_in_few_statements(server: Server) -> None:
    columns = "(id int primary key, a varchar(9) unique, b int, check (b > 0), foreign key (b) references t0 (id))"
    first = "create table t0 (id int primary key, a varchar(9))"
    server.run(";\n".join([first, *(f"create table t{n} {columns}" for n in range(1, 50))]))
    declared = dataset(**{f"t{n}": ["id", "a"] for n in range(50)})
    counted: list[str] = []
    database = Database(server.url, "shop")
    with database.transaction("look", read_only=True) as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: counted.append(given[2]))
        catalog = read_catalog(connection, declared)
    assert len(catalog.tables) == 50
    assert len(catalog.foreign_keys) == 49
    assert len(counted) <= 6


@pytest.mark.filterwarnings("ignore:Class unnest")  # BigQuery's package, once loaded, brings an unnest for everybody
def test_the_inspector_tells_what_our_own_statements_tell(server: Server) -> None:
    """Databases whose catalog we do not read by hand are read through SQLAlchemy: here both can be compared."""
    catalog = made(server)
    with Database(server.url, "shop").transaction("look", read_only=True) as connection:
        seen = inspected.look(connection, Wanted(frozenset(), frozenset({"customer", "line"})))
    by_name = {one.table.bare: one.table for one in seen.tables}
    for name in ("customer", "line"):
        ours, theirs = catalog.tables[name], by_name[name]
        for column, live in ours.columns.items():
            other = theirs.columns[column]
            assert (other.nullable, other.primary) == (live.nullable and not live.primary, live.primary) or live.primary
            loose = server.kind != "postgresql" and column in ("extra", "yes", "raw")
            assert other.family == live.family or loose, column
        known = {u.columns for u in ours.uniques} - ({("mail",)} if server.kind == "sqlite" else set())
        assert {u.columns for u in theirs.uniques} == known  # SQLAlchemy overlooks one on SQLite
        assert theirs.primary_key == ours.primary_key
    assert by_name["mails"].kind == "view"
    assert _keys(seen) == {(k.table, k.columns, k.target, k.target_columns, k.on_delete) for k in catalog.foreign_keys}


def _keys(seen: Seen) -> set[tuple[Any, ...]]:
    found: list[Any] = list(seen.keys)
    return {(k.table, k.columns, k.target, k.target_columns, k.on_delete) for k in found}
