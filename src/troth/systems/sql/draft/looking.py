"""A live database, as far as a draft needs it: tables, keys, foreign keys, and samples that are never kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnClause, Connection, column, select, table
from sqlalchemy.sql.elements import quoted_name

from troth.systems.sql.dialects.base import Limits
from troth.systems.sql.dialects.database import Database
from troth.systems.sql.dialects.live import LiveTable, Seen, SeenKey, SeenTable, Wanted
from troth.systems.sql.draft.judge import Verdict, beside, judge

SAMPLE = 200
"""Rows looked at in each table, where nobody says otherwise."""
_SAMPLED = frozenset({"text", "whole", "other", "number"})


@dataclass(frozen=True)
class Key:
    """A foreign key between two tables of the draft; guessed ones have no name in the database."""

    table: str
    columns: tuple[str, ...]
    target: str
    targets: tuple[str, ...]
    guessed: bool = False


@dataclass(frozen=True)
class Looked:
    """What a look at a database found: tables by the name a dataset would give them, keys, what columns hold."""

    title: str
    tables: Mapping[str, LiveTable]
    keys: tuple[Key, ...]
    verdicts: Mapping[tuple[str, str], Verdict]
    left_out: tuple[str, ...] = field(default=())


def look_at(url: str, *, schema: str | None = None, sample: int = SAMPLE, limits: Limits | None = None) -> Looked:
    """Looks at the tables of `schema`, else of those the connection finds by itself. Reads only.

    sample: rows of each table whose values are judged, in the order of its key; 0 for none. Raises SystemProblem.
    """
    database = Database(url, "draft", limits)
    try:
        with database.transaction("look at the database", read_only=True) as connection:
            every = _seen(database, connection, schema)
            named = {_name(each, schema): each for each in sorted(every.tables, key=lambda t: (t.schema, t.table.bare))}
            tables = {name: each.table for name, each in named.items() if each.table.kind == "table"}
            verdicts = dict(_verdicts(connection, {n: named[n] for n in tables}, sample))
    finally:
        database.close()
    left_out = tuple(name for name in named if name not in tables)
    return Looked(database.dialect.title, tables, tuple(_keys(every, named, tables)), verdicts, left_out)


def _seen(database: Database, connection: Connection, schema: str | None) -> Seen:
    """Everything in sight; keys are only told of tables that are asked for by name, so it is asked twice."""
    schemas = frozenset({schema.lower()} if schema else ())
    names = database.dialect.look(connection, Wanted(schemas, frozenset())).tables
    wanted = Wanted(schemas, frozenset(each.table.bare.lower() for each in names))
    seen = database.dialect.look(connection, wanted)
    kept = tuple(t for t in seen.tables if (t.schema.lower() == schema.lower() if schema else t.visible))
    return Seen(kept, seen.keys)


def _name(each: SeenTable, schema: str | None) -> str:
    return f"{each.schema}.{each.table.bare}" if schema and not each.visible else each.table.bare


def _keys(seen: Seen, named: Mapping[str, SeenTable], tables: Mapping[str, LiveTable]) -> Iterator[Key]:
    places = {(each.schema, each.table.bare): name for name, each in named.items()}
    for one in sorted(seen.keys, key=_order):
        here, there = places.get((one.schema, one.table)), places.get((one.target_schema, one.target))
        if here in tables and there in tables:
            yield Key(str(here), one.columns, str(there), one.target_columns)


def _order(key: SeenKey) -> tuple[str, str, tuple[str, ...], str]:
    return key.schema, key.table, key.columns, key.target


def _verdicts(
    connection: Connection, named: Mapping[str, SeenTable], sample: int
) -> Iterator[tuple[tuple[str, str], Verdict]]:
    """What each column holds. The values live only as long as their table is judged."""
    for name, each in named.items():
        values = _sample(connection, each, sample) if sample else {}
        columns = each.table.columns.items()
        told = {column: judge(name, column, live.family, values.get(column, ())) for column, live in columns}
        yield from (((name, column), verdict) for column, verdict in beside(told).items())


def _sample(connection: Connection, each: SeenTable, rows: int) -> Mapping[str, list[object]]:
    """Values of the columns that can be judged: the first rows in the order of the key, so that drafts agree."""
    wanted = [name for name, live in each.table.columns.items() if live.family in _SAMPLED]
    if not wanted:
        return {}
    bare, schema = quoted_name(each.table.bare, True), quoted_name(each.schema, True) if each.schema else None
    order: list[ColumnClause[Any]] = [column(quoted_name(name, True)) for name in each.table.primary_key]
    columns: list[ColumnClause[Any]] = [column(quoted_name(name, True)) for name in wanted]
    query = select(*columns).select_from(table(bare, schema=schema)).order_by(*order).limit(rows)
    found = connection.execute(query).all()
    return {name: [row[place] for row in found] for place, name in enumerate(wanted)}
