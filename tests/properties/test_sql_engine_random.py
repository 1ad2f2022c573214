"""The planner against a naive reader: random tables, links, circles and rows, compared row by row.

The reader knows nothing of SQL: it follows every link of every row by hand, as the explanation of whose row it is says.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from troth import ground, postgres
from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.model import Dataset
from troth.systems.sql.system import SqlSystem

PEOPLE = 4
Row = dict[str, Any]
At = tuple[str, int]  # table and id
World = dict[str, dict[int, Row]]


@dataclass(frozen=True)
class Link:
    """`table.column` holds an id of `other`. `leads`: the row is reached from the other one; else it leads to it."""

    table: str
    column: str
    other: str
    leads: bool


@dataclass(frozen=True)
class Shape:
    """`naming`: identity columns of each table; `acts`, `shared`, `several`: as in a dataset file."""

    naming: dict[str, tuple[str, ...]]
    links: tuple[Link, ...]
    acts: dict[str, Any]
    shared: dict[str, str]
    several: dict[str, bool]

    def columns(self, table: str) -> list[str]:
        return ["id", *self.naming[table], *(one.column for one in self.links if one.table == table), "words"]

    def dataset(self) -> Dataset:
        tables = {name: self._table(name) for name in self.naming}
        return Dataset.model_validate({"title": "Random", "tables": tables})

    def _table(self, name: str) -> dict[str, Any]:
        columns: dict[str, Any] = {"id": {"none": "number"}, "words": {"item": "other"}}
        columns |= {one: {"item": "email", "identity": "email"} for one in self.naming[name]}
        for one in self.links:
            if one.table == name:
                way = {"column": f"{one.other}.id", "direction": "from" if one.leads else "to"}
                columns[one.column] = {"none": "a link", "references": way}
        return {
            "key": "id", "columns": columns, "on_erase": self.acts[name], "shared": self.shared[name],
            "several_people": self.several[name],
        }  # fmt: skip


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    names = [f"t{i}" for i in range(draw(st.integers(2, 4)))]
    identities = {name: draw(st.sampled_from([(), (), ("email",), ("email", "mail2")])) for name in names}
    identities["t0"] = identities["t0"] or ("email",)
    links = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names), st.booleans()), max_size=5))
    acts = [st.just("delete"), st.just("anonymise"), st.just("unlink"), st.just({"keep": "law"})]
    return Shape(
        naming=identities,
        links=tuple(Link(here, f"r{i}", there, leads) for i, (here, there, leads) in enumerate(links)),
        acts={name: draw(st.one_of(acts)) for name in names},
        shared={name: draw(st.sampled_from(["keep", "keep", "erase"])) for name in names},
        several={name: draw(st.booleans()) for name in names},
    )


ids = st.integers(1, 4)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Shape, World]:
    shape = draw(shapes())
    world: World = {}
    for name in shape.naming:
        world[name] = {}
        for number in draw(st.sets(ids, max_size=4)):
            row: Row = {"id": number, "words": "hello"}
            for one in shape.naming[name]:
                row[one] = draw(st.none() | st.integers(0, PEOPLE - 1).map(_mail))
            row |= {one.column: draw(st.none() | ids) for one in shape.links if one.table == name}
            world[name][number] = row
    return shape, world


def _mail(person: int) -> str:
    return f"p{person}@example.net"


# the naive reader


@dataclass
class Reader:
    shape: Shape
    world: World

    def next(self, at: At) -> Iterator[At]:
        """Every row that a row leads to, whoever's it is."""
        table, number = at
        for one in self.shape.links:
            if one.leads and one.other == table:
                yield from ((one.table, n) for n, row in self.world[one.table].items() if row[one.column] == number)
            elif not one.leads and one.table == table:
                target = self.world[table][number][one.column]
                if target in self.world[one.other]:
                    yield one.other, target

    def names(self, at: At) -> set[str]:
        row = self.world[at[0]][at[1]]
        return {row[one] for one in self.shape.naming[at[0]] if row[one]}

    def rows(self) -> Iterator[At]:
        return ((table, n) for table, rows in self.world.items() for n in rows)

    def own(self, mail: str) -> tuple[set[At], set[At]]:
        """(rows that are this person's, rows they are led to that name somebody else)."""
        start = {at for at in self.rows() if mail in self.names(at)}
        return self._from(start)

    def _from(self, start: set[At]) -> tuple[set[At], set[At]]:
        own, others, queue = set(start), set(), list(start)
        while queue:
            for at in self.next(queue.pop()):
                if at in own:
                    continue
                if self.names(at):
                    others.add(at)
                else:
                    own.add(at)
                    queue.append(at)
        return own, others - own

    def shared(self, mails: set[str], own: set[At]) -> set[At]:
        """Rows of `own` that somebody else reaches, too."""
        outside = {at for at in self.rows() if self.names(at) and at not in own}
        outside |= {at for at in own if self.shape.several[at[0]] and self.names(at) - mails}
        reached, _ = self._from(outside)
        return reached & own

    def erased(self, mails: set[str]) -> tuple[World, set[At]]:
        """(the world afterwards, rows that are kept because they are shared)."""
        own = {at for mail in mails for at in self.own(mail)[0]}
        shared = {at for at in self.shared(mails, own) if self.shape.shared[at[0]] == "keep"}
        after = {table: {n: dict(row) for n, row in rows.items()} for table, rows in self.world.items()}
        for table, number in own - shared:
            act = self.shape.acts[table]
            if act == "delete":
                del after[table][number]
            elif isinstance(act, str):
                for column in self._masked(table, act):
                    after[table][number][column] = None
        return after, shared

    def changes(self, table: str) -> bool:
        """Whether erasure changes rows of this table at all."""
        act = self.shape.acts[table]
        return isinstance(act, str) and (act == "delete" or bool(self._masked(table, act)))

    def _masked(self, table: str, act: str) -> list[str]:
        links = [one.column for one in self.shape.links if one.table == table and one.leads]
        return [*self.shape.naming[table], *links, *(["words"] if act == "anonymise" else [])]


# the database


def _fill(connection: Any, shape: Shape, world: World) -> None:
    for name in shape.naming:
        columns = shape.columns(name)
        typed = ", ".join(f"{c} {'text' if c in ('words', *shape.naming[name]) else 'integer'}" for c in columns)
        connection.execute(f"create table {name} ({typed}, primary key (id))")
        for row in world[name].values():
            cells = ", ".join("null" if row[c] is None else repr(row[c]) for c in columns)
            connection.execute(f"insert into {name} values ({cells})")
    connection.commit()


def _content(connection: Any, shape: Shape) -> World:
    found: World = {}
    for name in shape.naming:
        columns = shape.columns(name)
        rows = connection.execute(f"select {', '.join(columns)} from {name}").fetchall()
        found[name] = {row[0]: dict(zip(columns, row, strict=True)) for row in rows}
    connection.commit()
    return found


def _who(mail: str) -> Identifiers:
    return Identifiers(email=(mail.upper(),))


def _reached(shape: Shape) -> set[str]:
    """Tables that an identity leads to: the rest are none of the engine's business."""
    found = {name for name, columns in shape.naming.items() if columns}
    for _ in shape.naming:
        found |= {one.table if one.leads else one.other for one in shape.links
                  if (one.other if one.leads else one.table) in found}  # fmt: skip
    return found


@settings(max_examples=100, deadline=None)
@given(drawn=worlds(), people=st.sets(st.integers(0, PEOPLE - 1), min_size=1, max_size=3))
def test_the_engine_does_what_reading_row_by_row_would(drawn: tuple[Shape, World], people: set[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        with closing(sqlite3.connect(path)) as connection:
            _does_as_read(f"sqlite:///{path}", connection, drawn, people)


@pytest.fixture(scope="module")
def url() -> str:
    return postgres.ensure_database(ground.database_url(), "sqltest_random")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=worlds(), people=st.sets(st.integers(0, PEOPLE - 1), min_size=1, max_size=3))
def test_so_it_does_on_postgresql(url: str, drawn: tuple[Shape, World], people: set[int]) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("set client_min_messages = warning; drop schema public cascade; create schema public")
        connection.commit()
        _does_as_read(url, connection, drawn, people)


def _does_as_read(url: str, connection: Any, drawn: tuple[Shape, World], people: set[int]) -> None:
    shape, world = drawn
    mails = {_mail(person) for person in people}
    reader = Reader(shape, world)
    _fill(connection, shape, world)
    system = SqlSystem("shop", title="Shop", url=url, dataset=shape.dataset())
    _found_as_read(system, reader, mails)
    after, shared = reader.erased(mails)
    rehearsed = system.erase_many([(mail, _who(mail)) for mail in sorted(mails)], dry_run=True)
    assert _content(connection, shape) == world
    done = system.erase_many([(mail, _who(mail)) for mail in sorted(mails)])
    assert done == rehearsed
    assert _content(connection, shape) == after
    _told_as_read(done, reader, mails, shared, after)
    again = system.erase_many([(mail, _who(mail)) for mail in sorted(mails)])
    assert _content(connection, shape) == after
    assert all(not one.evidence["rows"] for one in again.values())


def _found_as_read(system: SqlSystem, reader: Reader, mails: set[str]) -> None:
    found = system.find_many([(mail, _who(mail)) for mail in sorted(mails)])
    for mail, one in found.items():
        own, others = reader.own(mail)
        assert {(each.kind, int(each.id)) for each in one.findings} == {at for at in own if _shows(reader, at)}
        counted: dict[str, int] = {}
        for table, _ in others:
            counted[table] = counted.get(table, 0) + 1
        assert one.evidence.get("others", {}) == counted
        assert one == system.find(_who(mail))


def _shows(reader: Reader, at: At) -> bool:
    """Rows that an erasure left with nothing personal are not found again."""
    if reader.shape.acts[at[0]] != "anonymise":
        return True
    row = reader.world[at[0]][at[1]]
    return any(row[column] is not None for column in ("words", *reader.shape.naming[at[0]]))


def _told_as_read(done: Any, reader: Reader, mails: set[str], shared: set[At], after: World) -> None:
    for mail in mails:
        own, others = reader.own(mail)
        changed = {at for at in own - shared if after[at[0]].get(at[1]) != reader.world[at[0]][at[1]]}
        told = done[mail].evidence
        assert told["rows"] == len(changed)
        kept = len([at for at in own if at in shared or not reader.changes(at[0])]) + len(others)
        assert sum(one["rows"] for one in told.get("kept", [])) == kept
