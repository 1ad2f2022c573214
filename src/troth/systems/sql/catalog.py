"""What a database says about the tables a dataset declares: read once, then a value the planner reasons with.

Names: as the dataset writes them, first exactly, else the one that is equal without regard to case. A name that
several fit is doubtful; `refuse.missing` says so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from troth.systems.sql.dialects.base import Dialect
from troth.systems.sql.dialects.known import dialect_of
from troth.systems.sql.dialects.live import (
    Catalog,
    Check,
    ForeignKey,
    LiveColumn,
    LiveTable,
    Seen,
    SeenKey,
    SeenTable,
    Unique,
    Wanted,
)  # fmt: skip
from troth.systems.sql.model import Dataset, Table, located

__all__ = [
    "Catalog", "Check", "ForeignKey", "LiveColumn", "LiveTable", "Unique", "children_first", "read_catalog", "resolve",
]  # fmt: skip

At = tuple[str, str]  # schema and name as the database spells them


def read_catalog(connection: Connection, dataset: Dataset, dialect: Dialect | None = None) -> Catalog:
    """The catalog of the tables `dataset` declares, in a few statements. A table that is not there has no entry."""
    places = [*(located(n, t) for n, t in dataset.tables.items()), *(located(n) for n in dataset.other_tables)]
    wanted = Wanted(
        schemas=frozenset(schema.lower() for schema, _ in places if schema),
        tables=frozenset(name.lower() for _, name in places),
    )
    return resolve((dialect or dialect_of(connection)).look(connection, wanted), dataset)


def resolve(seen: Seen, dataset: Dataset) -> Catalog:
    """What was seen, under the dataset's own names."""
    doubtful: dict[str, tuple[str, ...]] = {}
    named: dict[At, str] = {}
    for name, table in (*dataset.tables.items(), *((n, None) for n in dataset.other_tables)):
        fitting = _fitting(seen, *located(name, table))
        if len(fitting) > 1:
            doubtful[name] = tuple(f"{one.schema}.{one.table.bare}" for one in fitting)
        elif fitting:
            named[fitting[0].schema, fitting[0].table.bare] = name
    at = {(one.schema, one.table.bare): one for one in seen.tables}
    tables = {
        name: _table(at[place].table, name, dataset.tables[name], doubtful)
        for place, name in named.items()
        if name in dataset.tables
    }
    keys = tuple(_key(key, at, named, tables) for key in seen.keys)
    concerning = tuple(k for k in keys if k.table in dataset.tables or k.target in dataset.tables)
    ordered = {name: tables[name] for name in dataset.tables if name in tables}
    return Catalog(ordered, concerning, frozenset(_live(seen, named, tables)), doubtful)


def _fitting(seen: Seen, schema: str | None, name: str) -> list[SeenTable]:
    """Tables a declared name may mean: exactly spelled ones first."""
    inside = [one for one in seen.tables if one.visible or schema is not None]
    if schema is not None:
        schemas = _alike(schema, {one.schema for one in inside})
        inside = [one for one in inside if one.schema in schemas]
    names = _alike(name, {one.table.bare for one in inside})
    return [one for one in inside if one.table.bare in names]


def _alike(name: str, there: Iterable[str]) -> list[str]:
    """The same name, else all that differ only in case."""
    known = sorted(there)
    return [name] if name in known else [one for one in known if one.lower() == name.lower()]


def _table(live: LiveTable, name: str, declared: Table, doubtful: dict[str, tuple[str, ...]]) -> LiveTable:
    """The table with its columns under the dataset's names."""
    spelled: dict[str, str] = {}  # the database's name → the dataset's
    for column in declared.columns:
        fitting = _alike(column, live.columns)
        if len(fitting) > 1:
            doubtful[f"{name}.{column}"] = tuple(fitting)
        elif fitting:
            spelled[fitting[0]] = column
    if all(real == said for real, said in spelled.items()):
        return live
    return replace(
        live,
        columns={spelled.get(n, n): column for n, column in live.columns.items()},
        uniques=tuple(replace(u, columns=_renamed(u.columns, spelled)) for u in live.uniques),
        checks=tuple(replace(c, columns=_renamed(c.columns, spelled)) for c in live.checks),
    )


def _renamed(columns: tuple[str, ...], spelled: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(spelled.get(one, one) for one in columns)


def _name(place: At, at: Mapping[At, SeenTable], named: Mapping[At, str]) -> str:
    """The declared name; else the bare name where the connection finds it, else `schema.table`."""
    if place in named:
        return named[place]
    one = at.get(place)
    return place[1] if one is not None and one.visible else ".".join(place)


def _key(
    key: SeenKey, at: Mapping[At, SeenTable], named: Mapping[At, str], tables: Mapping[str, LiveTable]
) -> ForeignKey:
    here, there = _name((key.schema, key.table), at, named), _name((key.target_schema, key.target), at, named)
    return ForeignKey(
        name=key.name,
        table=here,
        columns=_said(key.columns, tables.get(here)),
        target=there,
        on_delete=key.on_delete,
        target_columns=_said(key.target_columns, tables.get(there)),
        on_update=key.on_update,
        deferrable=key.deferrable,
    )


def _said(columns: tuple[str, ...], table: LiveTable | None) -> tuple[str, ...]:
    """Columns of a foreign key under the dataset's names."""
    return _renamed(columns, {column.name: said for said, column in table.columns.items()}) if table else columns


def _live(seen: Seen, named: Mapping[At, str], tables: Mapping[str, LiveTable]) -> Iterator[str]:
    """Every `table.column`; of views only those a dataset declares, since they show what tables hold."""
    at = {(one.schema, one.table.bare): one for one in seen.tables}
    for place, one in at.items():
        name = _name(place, at, named)
        table = tables.get(name, one.table)
        if name in tables or one.table.kind != "view":
            yield from (f"{name}.{column}" for column in table.columns)


def children_first(tables: Iterable[str], keys: Iterable[ForeignKey]) -> tuple[str, ...]:
    """Tables in an order safe to delete in: each before what its foreign keys point to; circles stay in given order."""
    left = list(tables)
    pairs = {(k.table, k.target) for k in keys if k.table != k.target}
    done: list[str] = []
    while left:
        free = [t for t in left if not any((child, t) in pairs for child in left)] or left[:1]
        done += free
        left = [t for t in left if t not in free]
    return tuple(done)
