"""What MariaDB and MySQL say in their information_schema."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, bindparam, text

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

# Each statement names one schema by `=`: only then do these servers look at that schema alone, and not open every table
# and every view they have.
_SCHEMAS = text("""
SELECT schema_name, schema_name <=> DATABASE() FROM information_schema.schemata
WHERE schema_name = DATABASE() OR LOWER(schema_name) IN :schemas ORDER BY 1
""").bindparams(bindparam("schemas", expanding=True))

_TABLES = text("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = :schema")

_VIEWS = text("SELECT table_name, is_updatable FROM information_schema.views WHERE table_schema = :schema")

_COLUMNS = text("""
SELECT table_name, column_name, data_type, column_type, is_nullable, character_maximum_length, numeric_scale,
       collation_name, character_set_name, extra
FROM information_schema.columns WHERE table_schema = :schema ORDER BY table_name, ordinal_position
""")

_UNIQUE = text("""
SELECT table_name, index_name, column_name, sub_part
FROM information_schema.statistics WHERE table_schema = :schema AND non_unique = 0
ORDER BY table_name, index_name <> 'PRIMARY', index_name, seq_in_index
""")

_KEYS = text("""
SELECT k.constraint_name, k.table_name, k.column_name, k.referenced_table_schema, k.referenced_table_name,
       k.referenced_column_name, r.delete_rule, r.update_rule
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r ON r.constraint_schema = :schema
     AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.table_schema = :schema AND k.referenced_table_name IS NOT NULL
ORDER BY k.table_name, k.constraint_name, k.ordinal_position
""")

_CHECKS_MARIADB = text("""
SELECT table_name, constraint_name, check_clause FROM information_schema.check_constraints
WHERE constraint_schema = :schema ORDER BY 1, 2
""")

_CHECKS_MYSQL = text("""
SELECT t.table_name, t.constraint_name, c.check_clause
FROM information_schema.table_constraints t JOIN information_schema.check_constraints c
     ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name
WHERE t.table_schema = :schema AND t.constraint_type = 'CHECK' AND t.enforced = 'YES' ORDER BY 1, 2
""")

_FAMILIES: dict[str, Family] = {
    "uuid": "uuid", "float": "number", "double": "number", "date": "date", "datetime": "time", "timestamp": "time",
    "json": "json", "enum": "enum", "set": "enum", "bit": "other",
}  # fmt: skip
_WHOLE = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "year"})
_TEXT = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
_BINARY = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
_QUOTED = re.compile(r"`((?:[^`]|``)+)`")
_JSON = re.compile(r"^json_valid\(`((?:[^`]|``)+)`\)$", re.IGNORECASE)


def look(connection: Connection, wanted: Wanted) -> Seen:
    """Tables, columns, unique sets, CHECKs and foreign keys: a few statements a schema, however many tables."""
    tables: list[SeenTable] = []
    keys: list[SeenKey] = []
    for schema, visible in connection.execute(_SCHEMAS, {"schemas": sorted(wanted.schemas)}).all():
        tables += _tables(connection, schema, bool(visible))
        keys += _keys(connection, schema)
    return Seen(tuple(tables), tuple(keys))


def _tables(connection: Connection, schema: str, visible: bool) -> Iterator[SeenTable]:
    here = {"schema": schema}
    kinds = {row[0]: row[1] for row in connection.execute(_TABLES, here)}
    views = {name for name, kind in kinds.items() if "VIEW" in kind}
    changeable = {row[0] for row in connection.execute(_VIEWS, here) if row[1] == "YES"} if views else set()
    uniques, checks = _uniques(connection, here), _checks(connection, here)
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(_COLUMNS, here).all():
        rows[row[0]].append(row[1:])
    for name, columns in rows.items():
        yield SeenTable(
            schema,
            visible,
            LiveTable(
                name,
                _columns(columns, uniques[name], checks[name]),
                None if visible else schema,
                kind="view" if name in views else "table",
                writes=name not in views or name in changeable,
                uniques=tuple(uniques[name]),
                checks=tuple(checks[name]),
            ),
        )


def _columns(rows: list[Any], uniques: list[Unique], checks: list[Check]) -> dict[str, LiveColumn]:
    primary = {column for one in uniques if one.primary for column in one.columns}
    alone = {one.columns[0] for one in uniques if len(one.columns) == 1 and not one.hidden}
    json = {found[1].replace("``", "`") for one in checks if (found := _JSON.match(one.text))}
    return {row[0]: _column(row, row[0] in primary, row[0] in alone, row[0] in json) for row in rows}


def _column(row: Any, primary: bool, unique: bool, json: bool) -> LiveColumn:
    name, kind, spelled, nullable, length, scale, collation, charset, extra = row
    family = "json" if json else _family(kind, scale)
    words = (extra or "").lower()
    return LiveColumn(
        type=kind,
        nullable=nullable == "YES",
        length=int(length) if kind in ("char", "varchar") and length is not None else None,
        primary=primary,
        unique=unique,
        generated="generated" in words.replace("default_generated", ""),
        name=name,
        family=family,
        spelled=_plain(spelled),
        collation=collation if family == "text" else None,
        any_case=family == "text" and "_ci" in (collation or ""),
        charset=charset if family == "text" else None,
        updates_itself="on update" in words,
        choices=tuple(one.replace("''", "'") for one in re.findall(r"'((?:[^']|'')*)'", _plain(spelled)))
        if family == "enum"
        else (),
        zoned=kind == "timestamp",
    )


def _family(kind: str, scale: int | None) -> Family:
    if kind in _TEXT:
        return "text"
    if kind in _WHOLE or (kind == "decimal" and not scale):
        return "whole"
    if kind == "decimal":
        return "number"
    return "binary" if kind in _BINARY else _FAMILIES.get(kind, "other")


def _uniques(connection: Connection, here: dict[str, str]) -> dict[str, list[Unique]]:
    grouped: dict[tuple[str, str], list[tuple[str | None, int | None]]] = defaultdict(list)
    for table, name, column, prefix in connection.execute(_UNIQUE, here).all():
        grouped[table, name].append((column, prefix))
    found: dict[str, list[Unique]] = defaultdict(list)
    for (table, name), parts in grouped.items():
        columns = tuple(column for column, _ in parts if column is not None)
        hidden = any(column is None or prefix is not None for column, prefix in parts)
        found[table].append(Unique(name, columns, name == "PRIMARY", hidden=hidden))
    return found


def _checks(connection: Connection, here: dict[str, str]) -> dict[str, list[Check]]:
    mariadb = getattr(connection.dialect, "is_mariadb", False)
    found: dict[str, list[Check]] = defaultdict(list)
    for table, name, said in connection.execute(_CHECKS_MARIADB if mariadb else _CHECKS_MYSQL, here):
        # quotes: MySQL shows all of them escaped, MariaDB those within texts
        plain = re.sub(r"\\(.)", _unescaped if mariadb else r"\1", _plain(said))
        read = dict.fromkeys(one.replace("``", "`") for one in _QUOTED.findall(plain))
        found[table].append(Check(name, plain, tuple(read)))
    return found


def _unescaped(found: re.Match[str]) -> str:
    return "''" if found[1] == "'" else found[0]


def _plain(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _keys(connection: Connection, schema: str) -> Iterator[SeenKey]:
    grouped: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(_KEYS, {"schema": schema}):
        grouped[row[1], row[0]].append(row)
    for (table, name), rows in grouped.items():
        _, _, _, t_schema, target, _, deletes, updates = rows[0]
        here, there = tuple(row[2] for row in rows), tuple(row[5] for row in rows)
        yield SeenKey(name, schema, table, here, t_schema, target, there, deletes.lower(), updates.lower())
