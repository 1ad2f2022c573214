"""Erasure against a plain model of the same world: exactly the erased people's rows change, shared ones are kept."""

from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troth import ground, postgres
from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.dataset import parse
from troth.systems.sql.system import SqlSystem

DATASET = parse("""
title: World
tables:
  address:
    key: id
    on_erase: anonymise
    columns: {id: {none: number}, street: address}
  person:
    key: id
    on_erase: delete
    columns:
      id: {item: user-id, identity: account}
      email: {item: email, identity: email}
      address_id: {none: where to, references: {column: address.id, direction: to}}
  orders:
    key: [person_id, number]
    on_erase: delete
    columns: {person_id: {item: user-id, references: person.id}, number: {none: number}, what: other}
  message:
    key: id
    on_erase: delete
    columns:
      id: {none: number}
      sender: {item: user-id, references: person.id}
      recipient: {item: user-id, references: person.id}
      body: message
  invoice:
    key: id
    on_erase: {keep: tax law}
    columns: {id: {none: number}, person_id: {item: user-id, references: person.id}}
""")
SCHEMA = """
create table if not exists address (id int primary key, street text);
create table if not exists person (id int primary key, email text unique, address_id int);
create table if not exists orders (person_id int, number int, what text, primary key (person_id, number));
create table if not exists message (id int primary key, sender int, recipient int, body text);
create table if not exists invoice (id int primary key, person_id int);
"""
EMPTY = "delete from address; delete from person; delete from orders; delete from message; delete from invoice"
TABLES = ("address", "person", "orders", "message", "invoice")
World = dict[str, set[tuple[Any, ...]]]

ids = st.integers(1, 6)
maybe = st.none() | ids
rows = st.fixed_dictionaries(
    {
        "address": st.dictionaries(ids, st.just(("Street 1",)), max_size=6),
        "person": st.dictionaries(ids, st.tuples(maybe), max_size=6),
        "orders": st.dictionaries(st.tuples(ids, st.integers(1, 3)), st.just(("thing",)), max_size=8),
        "message": st.dictionaries(ids, st.tuples(maybe, maybe), max_size=6),
        "invoice": st.dictionaries(ids, st.tuples(maybe), max_size=4),
    }
)


@pytest.fixture(scope="module")
def url() -> str:
    url = postgres.ensure_database(ground.database_url(), "sqltest_world")
    with psycopg.connect(url) as connection:
        connection.execute(SCHEMA)
        connection.execute("alter database sqltest_world set synchronous_commit = off")
    return url


def _world(drawn: dict[str, dict[Any, tuple[Any, ...]]]) -> World:
    return {
        "address": {(i, *rest) for i, rest in drawn["address"].items()},
        "person": {(i, f"p{i}@example.net", *rest) for i, rest in drawn["person"].items()},
        "orders": {(*key, *rest) for key, rest in drawn["orders"].items()},
        "message": {(i, *rest, "hello") for i, rest in drawn["message"].items()},
        "invoice": {(i, *rest) for i, rest in drawn["invoice"].items()},
    }


def _fill(url: str, world: World) -> None:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(EMPTY)
        for table, content in world.items():
            if content:
                marks = ", ".join(["%s"] * len(next(iter(content))))
                cursor.executemany(f"insert into {table} values ({marks})", list(content))  # type: ignore[arg-type]


def _read(url: str) -> World:
    with psycopg.connect(url) as connection:
        return {t: set(connection.execute(f"select * from {t}").fetchall()) for t in TABLES}  # type: ignore[arg-type]


def _erased(world: World, gone: set[int]) -> tuple[World, set[int]]:
    """The model: what must be left, and the messages kept because the other side is somebody else."""
    people = {row[0] for row in world["person"]}
    gone = gone & people
    left = {row for row in world["person"] if row[0] not in gone}
    alone = {row[2] for row in world["person"] if row[0] in gone} - {row[2] for row in left}
    mine = {row for row in world["message"] if {row[1], row[2]} & gone}
    shared = {row for row in mine if ({row[1], row[2]} - {None} - gone) & people}
    after: World = {
        "address": {(i, None if i in alone else street) for i, street in world["address"]},
        "person": left,
        "orders": {row for row in world["orders"] if row[0] not in gone},
        "message": (world["message"] - mine) | shared,
        "invoice": world["invoice"],
    }
    return after, {row[0] for row in shared}


def _who(number: int) -> Identifiers:
    return Identifiers(email=(f"P{number}@example.net",))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=rows, gone=st.sets(ids, max_size=4))
def test_exactly_the_erased_people_go(url: str, drawn: dict[str, Any], gone: set[int]) -> None:
    world = _world(drawn)
    _fill(url, world)
    system = SqlSystem("world", title="World", url=url, dataset=DATASET)
    people = [(number, _who(number)) for number in sorted(gone)]

    found = system.find_many(people)
    done = system.erase_many(people)

    expected, shared = _erased(world, gone)
    assert _read(url) == expected
    for number in gone:
        _told_what_was_found(found[number].evidence["tables"], done[number].evidence["tables"])
    if not shared:
        assert all(not one.findings for one in system.find_many(people).values())
    assert all(not one.evidence["rows"] for one in system.erase_many(people).values())
    assert _read(url) == expected


def _told_what_was_found(found: dict[str, int], done: dict[str, dict[str, Any]]) -> None:
    """Every row found is either erased or kept with a reason, never both, never neither."""
    assert set(found) <= set(done)
    for table, told in done.items():
        erased = sum(n for verb, n in told.items() if verb not in ("kept", "reason"))
        kept = told.get("kept", 0)
        assert bool(kept) == ("reason" in told)
        if table != "address":  # an address that was empty before is neither found nor changed
            assert erased + kept == found[table]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=rows, who=st.lists(ids, min_size=1, max_size=4, unique=True))
def test_many_are_found_as_each_alone(url: str, drawn: dict[str, Any], who: list[int]) -> None:
    _fill(url, _world(drawn))
    system = SqlSystem("world", title="World", url=url, dataset=DATASET)
    together = system.find_many([(number, _who(number)) for number in who])
    for number in who:
        assert together[number].findings == system.find(_who(number)).findings
