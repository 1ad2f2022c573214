"""What a PostgreSQL database says about its own tables: read once, then a value the planner reasons with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from troth.systems.sql.model import Dataset, located

_TEXT = frozenset({"text", "character varying", "character", "citext", "name", "bpchar"})
_WHOLE = frozenset({"smallint", "integer", "bigint", "numeric"})


@dataclass(frozen=True)
class LiveColumn:
    """One column as it is: `type` without length, `length` in characters where limited."""

    type: str
    nullable: bool = True
    length: int | None = None
    primary: bool = False
    unique: bool = False
    generated: bool = False

    @property
    def family(self) -> str:
        """Types that compare with one another without a cast share a family."""
        return "text" if self.type in _TEXT else "whole" if self.type in _WHOLE else self.type


@dataclass(frozen=True)
class ForeignKey:
    """`table.columns` must exist in `target`. Tables are named as the dataset names them, else `schema.table`."""

    name: str
    table: str
    columns: tuple[str, ...]
    target: str
    on_delete: str  # no action, restrict, cascade, set null, set default


@dataclass(frozen=True)
class Catalog:
    """Columns of the declared tables, foreign keys into or out of them, and every `table.column` in their schemas."""

    columns: Mapping[str, Mapping[str, LiveColumn]]
    foreign_keys: tuple[ForeignKey, ...] = ()
    live: frozenset[str] = frozenset()

    def column(self, table: str, column: str) -> LiveColumn:
        return self.columns[table][column]


_ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}

_COLUMNS = """
with keys as (
    select indrelid, unnest(indkey::int2[]) as attnum, bool_or(indisprimary) as pk, true as uq
    from pg_index where indisunique group by 1, 2
)
select n.nspname, c.relname, pg_table_is_visible(c.oid), a.attname,
       format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null), not (a.attnotnull or t.typnotnull),
       case when a.atttypid in (1042, 1043) and a.atttypmod > 4 then a.atttypmod - 4 end,
       coalesce(k.pk, false), coalesce(k.uq, false), a.attgenerated <> '' or a.attidentity = 'a'
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join keys k on k.indrelid = c.oid and k.attnum = a.attnum
where c.relkind in ('r', 'p', 'f', 'm') and not c.relispartition
  and (n.nspname = any(%(schemas)s) or n.nspname = any(current_schemas(false)))
order by 1, 2, a.attnum
"""

_FOREIGN_KEYS = """
select f.conname, n.nspname, c.relname, pg_table_is_visible(c.oid), tn.nspname, tc.relname,
       pg_table_is_visible(tc.oid), f.confdeltype,
       (select array_agg(a.attname order by k.place) from unnest(f.conkey) with ordinality k(num, place)
        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.num)
from pg_constraint f
join pg_class c on c.oid = f.conrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_class tc on tc.oid = f.confrelid
join pg_namespace tn on tn.oid = tc.relnamespace
where f.contype = 'f' and f.conparentid = 0
order by n.nspname, c.relname, f.conname
"""


def read_catalog(connection: psycopg.Connection[Any], dataset: Dataset) -> Catalog:
    """The catalog of the tables `dataset` declares: two statements. A table that is not there has no entry."""
    names = _Names(dataset)
    schemas = sorted({schema for schema, _ in names.declared if schema})
    columns: dict[str, dict[str, LiveColumn]] = {}
    live: set[str] = set()
    for schema, table, visible, column, *rest in connection.execute(_COLUMNS, {"schemas": schemas}):
        name = names.of(schema, table, visible)
        columns.setdefault(name, {})[column] = LiveColumn(*rest)
        live.add(f"{name}.{column}")
    known = {name: found for name, found in columns.items() if name in dataset.tables}
    keys = tuple(_foreign_key(row, names) for row in connection.execute(_FOREIGN_KEYS))
    concerning = tuple(k for k in keys if k.table in dataset.tables or k.target in dataset.tables)
    return Catalog(columns=known, foreign_keys=concerning, live=frozenset(live))


class _Names:
    """Turns a real table into the name a dataset uses for it."""

    def __init__(self, dataset: Dataset) -> None:
        tables = {located(name, table): name for name, table in dataset.tables.items()}
        self.declared = {located(name): name for name in dataset.other_tables} | tables

    def of(self, schema: str, table: str, visible: bool) -> str:
        """The declared name; else the bare name where the search path finds it, else `schema.table`."""
        if (schema, table) in self.declared:
            return self.declared[schema, table]
        if visible:
            return self.declared.get((None, table), table)
        return f"{schema}.{table}"


def _foreign_key(row: tuple[Any, ...], names: _Names) -> ForeignKey:
    name, schema, table, visible, t_schema, t_table, t_visible, action, columns = row
    action = action.decode() if isinstance(action, bytes) else action
    here, there = names.of(schema, table, visible), names.of(t_schema, t_table, t_visible)
    return ForeignKey(name, here, tuple(columns), there, _ACTIONS[action])


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
