"""PostgreSQL's own catalog in three statements."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from troth.systems.sql.dialects.live import (
    Check,
    Family,
    LiveColumn,
    LiveTable,
    Seen,
    SeenKey,
    SeenTable,
    Unique,
    Wanted,
)  # fmt: skip

_COLUMNS = text("""
with tables as materialized (
    select c.oid, n.nspname, c.relname, pg_table_is_visible(c.oid) as visible, c.relkind::text as kind,
           c.relrowsecurity and row_security_active(c.oid) and (
               exists (select from pg_policy p
                       where p.polrelid = c.oid and not p.polpermissive and p.polcmd in ('*', 'r'))
               or not exists (select from pg_policy p
                              where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('*', 'r')
                              and pg_get_expr(p.polqual, p.polrelid) = 'true'
                              and exists (select from unnest(p.polroles) o
                                          where o = 0 or pg_has_role(current_user, o, 'member')))) as hides,
           case when c.relkind in ('v', 'f') then pg_relation_is_updatable(c.oid, true) else 28 end as writes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'f', 'm', 'v') and not c.relispartition
      and (n.nspname = any(current_schemas(false)) or lower(n.nspname) = any(cast(:schemas as text[])))
)
select s.nspname, s.relname, s.visible, s.kind, s.hides, s.writes,
       a.attnum, a.attname, b.typname, b.typtype::text, b.typcategory::text, format_type(b.oid, null),
       not (a.attnotnull or t.typnotnull), case when t.typtype = 'd' then t.typtypmod else a.atttypmod end,
       a.attgenerated <> '' or a.attidentity = 'a',
       case when b.typtype = 'e' then array(select enumlabel::text from pg_enum where enumtypid = b.oid
                                            order by enumsortorder) end,
       case when t.typtype = 'd' then array(select array[conname::text, pg_get_expr(conbin, 0)] from pg_constraint
                                            where contypid = t.oid and contype = 'c') end,
       coalesce(l.collisdeterministic, true)
from tables s
join pg_attribute a on a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
join pg_type b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
left join pg_collation l on l.oid = a.attcollation
order by 1, 2, a.attnum
""")

_UNIQUE = text("""
select n.nspname, c.relname, x.relname, i.indisprimary, pg_get_expr(i.indpred, i.indrelid), i.indexprs is not null,
       coalesce((to_jsonb(i)->>'indnullsnotdistinct')::boolean, false), (i.indkey::int2[])[0:i.indnkeyatts - 1],
       case when i.indexprs is not null then array(
           select distinct d.refobjsubid::int2 from pg_depend d where d.classid = 'pg_class'::regclass
           and d.objid = i.indexrelid and d.refobjid = i.indrelid and d.refobjsubid > 0 order by 1) end
from pg_index i
join pg_class c on c.oid = i.indrelid
join pg_class x on x.oid = i.indexrelid
join pg_namespace n on n.oid = c.relnamespace
where i.indisunique and i.indislive and lower(c.relname) = any(cast(:tables as text[]))
order by 1, 2, not i.indisprimary, 3
""")

_CONSTRAINTS = text("""
select f.contype::text, f.conname, n.nspname, c.relname, tn.nspname, tc.relname, f.confdeltype::text,
       f.confupdtype::text, f.condeferrable,
       array(select a.attname::text from unnest(f.conkey) with ordinality k(num, place)
             join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.num order by k.place),
       array(select a.attname::text from unnest(f.confkey) with ordinality k(num, place)
             join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.num order by k.place),
       case when f.contype = 'c' then pg_get_expr(f.conbin, f.conrelid) end
from pg_constraint f
join pg_class c on c.oid = f.conrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_class tc on tc.oid = f.confrelid
left join pg_namespace tn on tn.oid = tc.relnamespace
where f.contype in ('f', 'c') and f.conparentid = 0
  and (lower(c.relname) = any(cast(:tables as text[])) or lower(tc.relname) = any(cast(:tables as text[])))
order by 3, 4, 2
""")

Place = tuple[str, str]  # schema, table
_ACTIONS = {"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}
_DELETES, _UPDATES = 16, 4  # bits of pg_relation_is_updatable
_KINDS = {"v": "view", "m": "materialized view", "f": "foreign table"}
_WHOLE = frozenset({"int2", "int4", "int8", "oid"})
_TEXT = frozenset({"text", "varchar", "bpchar", "citext", "name"})
_FAMILIES: dict[str, Family] = {
    "uuid": "uuid", "json": "json", "jsonb": "json", "bytea": "binary", "date": "date", "bool": "boolean",
    "float4": "number", "float8": "number", "timestamp": "time", "timestamptz": "time",
}  # fmt: skip


def look(connection: Connection, wanted: Wanted) -> Seen:
    """Tables, columns, unique sets, CHECKs and foreign keys: three statements, however many tables."""
    names = {"tables": list(wanted.tables)}
    rows: dict[Place, list[Any]] = defaultdict(list)
    for row in connection.execute(_COLUMNS, {"schemas": list(wanted.schemas)}).all():
        rows[row[0], row[1]].append(row)
    uniques: dict[Place, list[Unique]] = defaultdict(list)
    for row in connection.execute(_UNIQUE, names).all():
        schema, table, name, primary, partial, hidden, nulls_equal, numbers, read = row
        numbered = {column[6]: column[7] for column in rows[schema, table]}
        columns = tuple(numbered[number] for number in read or numbers if number in numbered)
        uniques[schema, table].append(Unique(name, columns, primary, partial, hidden, nulls_equal))
    checks: dict[Place, list[Check]] = defaultdict(list)
    keys: list[SeenKey] = []
    for row in connection.execute(_CONSTRAINTS, names).all():
        kind, name, schema, table, t_schema, target, deletes, updates, late, columns, others, said = row
        if kind == "c":
            checks[schema, table].append(Check(name, said, tuple(columns)))
        else:
            there = (t_schema, target, tuple(others))
            keys.append(
                SeenKey(name, schema, table, tuple(columns), *there, _ACTIONS[deletes], _ACTIONS[updates], late)
            )
    tables = (_table(place, each, uniques[place], checks[place]) for place, each in rows.items() if each)
    return Seen(tuple(tables), tuple(keys))


def _table(place: Place, rows: list[Any], uniques: list[Unique], checks: list[Check]) -> SeenTable:
    schema, name = place
    _, _, visible, kind, hides, writes, *_ = rows[0]
    primary = {c for u in uniques if u.primary for c in u.columns}
    alone = {u.columns[0] for u in uniques if len(u.columns) == 1 and not u.partial and not u.hidden}
    domains = (one for row in rows for one in _domain_checks(row[7], row[16]))
    table = LiveTable(
        name,
        {row[7]: _column(row[7:], row[7] in primary, row[7] in alone) for row in rows},
        None if visible else schema,
        kind=_KINDS.get(kind, "table"),  # type: ignore[arg-type]
        writes=kind != "m" and writes & (_DELETES | _UPDATES) == _DELETES | _UPDATES,
        uniques=tuple(uniques),
        checks=(*checks, *domains),
        hides_rows=hides,
    )
    return SeenTable(schema, visible, table)


def _column(row: Any, primary: bool, unique: bool) -> LiveColumn:
    name, base, typtype, category, spelled, nullable, modifier, generated, choices, _, exact = row
    return LiveColumn(
        type=spelled,
        nullable=nullable,
        length=modifier - 4 if base in ("bpchar", "varchar") and modifier > 4 else None,
        primary=primary,
        unique=unique,
        generated=generated,
        name=name,
        family=_family(base, typtype, category, modifier),
        spelled="bpchar" if base == "bpchar" else spelled,  # `character` alone would mean one character
        any_case=base == "citext" or not exact,
        choices=tuple(choices or ()),
        zoned=base == "timestamptz",
    )


def _family(base: str, typtype: str, category: str, modifier: int) -> Family:
    if base == "numeric":
        return "whole" if modifier < 4 or (modifier - 4) & 0x7FF == 0 else "number"
    if category == "A":
        return "array"
    if typtype == "e":
        return "enum"
    return "text" if base in _TEXT else "whole" if base in _WHOLE else _FAMILIES.get(base, "other")


def _domain_checks(column: str, found: list[list[str]] | None) -> Iterator[Check]:
    """Conditions of a column's domain, which calls the column VALUE."""
    quoted = '"' + column.replace('"', '""') + '"'
    for name, said in found or ():
        parts = re.split(r"('(?:[^']|'')*')", said)  # texts stay as they are
        yield Check(
            name,
            "".join(p if p.startswith("'") else re.sub(r"\bVALUE\b", lambda _: quoted, p) for p in parts),
            (column,),
        )
