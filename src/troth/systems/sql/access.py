"""What a database says about looking rows up: its indexes, how large tables are, whether capitals were met in e-mails.

Only speed and the way e-mails are compared hang on it (`Reach.matching`). What is not known counts as not there, so
that e-mails are compared in any case.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, column, func, select, table, tablesample, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import quoted_name

from troth.systems.sql.dialects.live import Access, Catalog, LiveTable
from troth.systems.sql.model import Dataset

SMALL = 20_000  # rows that are read whole without a thought; as many are looked at for capitals
Place = tuple[str | None, str]  # schema (None: where the connection looks by itself) and name, as the database has them


@dataclass
class _Found:
    """Of one table, columns as the database spells them."""

    indexes: set[tuple[str, ...]] = field(default_factory=set)
    lowered: set[str] = field(default_factory=set)
    digits: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    rows: int | None = None


Look = dict[str, _Found]
"""By the dataset's table name."""


def read_access(connection: Connection, dataset: Dataset, catalog: Catalog) -> dict[str, Access]:
    """How each table of `catalog` can be looked up; empty for kinds of databases without indexes, or not known."""
    look = _LOOKS.get(connection.dialect.name)
    if look is None or not catalog.tables:
        return {}
    mails = {
        name: [catalog.tables[name].columns[c].name or c for c, one in table.columns.items()
               if one.identity == "email" and one.match == "auto"]
        for name, table in dataset.tables.items() if name in catalog.tables
    }  # fmt: skip
    found = look(connection, catalog.tables, mails)
    return {name: _access(catalog.tables[name], one) for name, one in found.items()}


def _access(live: LiveTable, found: _Found) -> Access:
    said = {one.name or name: name for name, one in live.columns.items()}

    def named(columns: Iterable[str]) -> frozenset[str]:
        return frozenset(said.get(one, one) for one in columns)

    return Access(
        indexes=frozenset(tuple(said.get(one, one) for one in columns) for columns in found.indexes),
        lowered=named(found.lowered),
        digits=named(found.digits),
        plain=named(found.plain),
        small=found.rows is not None and found.rows < SMALL,
    )


def _by_place(tables: Mapping[str, LiveTable]) -> dict[Place, str]:
    return {(one.schema, one.bare): name for name, one in tables.items()}


# PostgreSQL

_INDEXES = text("""
select case when pg_table_is_visible(c.oid) then null else n.nspname end, c.relname,
       (c.reltuples * greatest(1, pg_relation_size(c.oid) / 8192.0 / greatest(c.relpages, 1)))::bigint,
       array(select a.attname::text from unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) with ordinality k(num, place)
             left join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num and k.num > 0
             order by k.place),
       case when i.indkey[0] = 0 then pg_get_indexdef(i.indexrelid, 1, true) end
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_index i on i.indrelid = c.oid and i.indisvalid and i.indpred is null
     and exists (select from pg_class x join pg_am m on m.oid = x.relam and m.amname in ('btree', 'hash')
                 where x.oid = i.indexrelid)
     and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum = i.indkey[0]
                     and i.indcollation[0] not in (0, a.attcollation))
where c.relkind in ('r', 'p', 'm') and c.relname = any(cast(:names as text[]))
""")
_STATISTICS = text("""
select case when pg_table_is_visible(c.oid) then null else s.schemaname end, s.tablename, s.attname,
       bool_and(cardinality(v.seen) > 0 and not exists (select from unnest(v.seen) one where one <> lower(one)))
from pg_stats s
join pg_namespace n on n.nspname = s.schemaname
join pg_class c on c.relnamespace = n.oid and c.relname = s.tablename,
lateral (select coalesce(s.most_common_vals::text::text[], '{}') || coalesce(s.histogram_bounds::text::text[], '{}')
         as seen) v
where s.tablename = any(cast(:names as text[])) and s.attname = any(cast(:columns as text[]))
group by 1, 2, 3
""")
_NAME = r'\(?(?:"((?:[^"]|"")+)"|([^\W\d]\w*))\)?(?:::text)?'
_LOWERED = re.compile(rf"lower\({_NAME}\)")
_DIGITS = re.compile(rf"regexp_replace\({_NAME}, '\[\^0-9\+\]'::text, ''::text, 'g'::text\)")


def _postgresql(connection: Connection, tables: Mapping[str, LiveTable], mails: Mapping[str, list[str]]) -> Look:
    places, found = _by_place(tables), defaultdict[str, _Found](_Found)
    names = [one.bare for one in tables.values()]
    for schema, bare, rows, columns, expression in connection.execute(_INDEXES, {"names": names}):
        if (name := places.get((schema, bare))) is None:
            continue
        found[name].rows = rows if rows >= 0 else None
        if columns and columns[0]:
            found[name].indexes.add(tuple(one for one in columns if one))
        elif expression:
            _expression(expression, found[name])
    wanted = {"names": names, "columns": sorted({one for each in mails.values() for one in each})}
    for schema, bare, mail, plain in connection.execute(_STATISTICS, wanted).all() if wanted["columns"] else ():
        name = places.get((schema, bare), "")
        if plain and mail in mails.get(name, ()) and not _capitals(connection, tables[name], mail, found[name]):
            found[name].plain.add(mail)
    return found


def _expression(written: str, into: _Found) -> None:
    """An index over an expression of ours, as the database writes it."""
    for form, columns in ((_LOWERED, into.lowered), (_DIGITS, into.digits)):
        if one := form.fullmatch(written):
            columns.add(one[2] or one[1].replace('""', '"'))


def _capitals(connection: Connection, live: LiveTable, mail: str, found: _Found) -> bool:
    """Whether any of some thousand rows holds a capital: statistics keep too few values to show what is rare."""
    if not found.rows or found.rows < SMALL:
        return False
    here = table(quoted_name(live.bare, True), column(quoted_name(mail, True)), schema=_quoted(live.schema))
    some = tablesample(here, func.system(bindparam("percent", 100 * SMALL / found.rows)), seed=func.abs(1))
    value = some.c[mail]
    return bool(connection.execute(select(select(1).where(value != func.lower(value)).exists())).scalar())


def _quoted(schema: str | None) -> quoted_name | None:
    return quoted_name(schema, True) if schema else None


# SQLite

_LOWERED_BY = re.compile(r"\(\s*lower\s*\(\s*[\"`\[]?([^\"`\]()]+?)[\"`\]]?\s*\)", re.IGNORECASE)


def _sqlite(connection: Connection, tables: Mapping[str, LiveTable], mails: Mapping[str, list[str]]) -> Look:
    found: Look = {}
    for name, live in tables.items():
        found[name] = one = _Found(rows=_rows(connection, live))
        primary = [c for c in live.columns.values() if c.primary]
        if len(primary) == 1 and primary[0].type.lower() == "integer":
            one.indexes.add((primary[0].name,))  # it is the row's own number
        listed = text("select name, partial from pragma_index_list(:table)")
        for index, partial in connection.execute(listed, {"table": live.bare}).all():
            if not partial:
                _sqlite_index(connection, live, index, one)
    return found


def _sqlite_index(connection: Connection, live: LiveTable, index: str, into: _Found) -> None:
    about = text("select cid, name, coll from pragma_index_xinfo(:name) where key order by seqno")
    parts = connection.execute(about, {"name": index}).all()
    if not parts:
        return
    folded = {one.name for one in live.columns.values() if one.any_case}
    first, name, collation = parts[0]
    if first == -2:
        made = connection.execute(text("select sql from sqlite_master where name = :name"), {"name": index}).scalar()
        if (lowered := _LOWERED_BY.search(made or "")) and collation == "BINARY":
            into.lowered.add(lowered[1])
    elif name and (collation == "NOCASE") == (name in folded):
        into.indexes.add(tuple(one[1] for one in parts if one[1]))


def _rows(connection: Connection, live: LiveTable) -> int | None:
    """The highest row number, found without reading the table; None for tables without one."""
    here = table(quoted_name(live.bare, True), column(quoted_name("_rowid_", False)), schema=_quoted(live.schema))
    try:
        return int(connection.execute(select(func.max(here.c["_rowid_"]))).scalar() or 0)
    except (DBAPIError, TypeError, ValueError):
        return None


# MariaDB and MySQL

_MYSQL = text("""
select nullif(t.table_schema, database()), t.table_name, t.table_rows, s.index_name, s.column_name
from information_schema.tables t
left join information_schema.statistics s on s.table_schema = t.table_schema and s.table_name = t.table_name
     and s.index_type in ('BTREE', 'HASH')
where t.table_type = 'BASE TABLE' and t.table_name in :names and t.table_schema in :schemas
order by 1, 2, s.index_name, s.seq_in_index
""").bindparams(bindparam("names", expanding=True), bindparam("schemas", expanding=True))


def _mysql(connection: Connection, tables: Mapping[str, LiveTable], mails: Mapping[str, list[str]]) -> Look:
    places, found = _by_place(tables), defaultdict[str, _Found](_Found)
    own = connection.execute(text("select database()")).scalar()
    wanted = {
        "names": [one.bare for one in tables.values()],
        "schemas": sorted({str(one.schema or own) for one in tables.values() if one.schema or own}),
    }
    indexes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for schema, bare, rows, index, column_name in connection.execute(_MYSQL, wanted) if wanted["schemas"] else ():
        if (name := places.get((schema, bare))) is None:
            continue
        found[name].rows = rows
        if index and column_name:
            indexes[name, index].append(column_name)
    for (name, _), columns in indexes.items():
        found[name].indexes.add(tuple(columns))
    return found


_LOOKS: Mapping[str, Callable[[Connection, Mapping[str, LiveTable], Mapping[str, list[str]]], Look]] = {
    "postgresql": _postgresql,
    "sqlite": _sqlite,
    "mysql": _mysql,
    "mariadb": _mysql,
}
