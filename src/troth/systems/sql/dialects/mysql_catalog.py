"""What MariaDB and MySQL say in their information_schema: four statements."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, text

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

_HERE = "({0} = DATABASE() OR LOWER({0}) IN :schemas)"
_SCHEMAS: BindParameter[Any] = bindparam("schemas", expanding=True)

_COLUMNS = text(f"""
SELECT c.table_schema, c.table_name, t.table_type, v.is_updatable, c.table_schema <=> DATABASE(), c.column_name,
       c.data_type, c.column_type, c.is_nullable, c.character_maximum_length, c.numeric_scale, c.collation_name,
       c.character_set_name, c.extra
FROM information_schema.columns c
JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
LEFT JOIN information_schema.views v ON v.table_schema = c.table_schema AND v.table_name = c.table_name
WHERE {_HERE.format("c.table_schema")}
ORDER BY c.table_schema, c.table_name, c.ordinal_position
""").bindparams(_SCHEMAS)  # noqa: S608 (constants of this file)

_UNIQUE = text(f"""
SELECT table_schema, table_name, index_name, column_name, sub_part
FROM information_schema.statistics WHERE non_unique = 0 AND {_HERE.format("table_schema")}
ORDER BY table_schema, table_name, index_name <> 'PRIMARY', index_name, seq_in_index
""").bindparams(_SCHEMAS)  # noqa: S608

_KEYS = text("""
SELECT k.constraint_name, k.table_schema, k.table_name, k.column_name, k.referenced_table_schema,
       k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r ON r.constraint_schema = k.constraint_schema
     AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.referenced_table_name IS NOT NULL
  AND (LOWER(k.table_name) IN :tables OR LOWER(k.referenced_table_name) IN :tables)
ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position
""").bindparams(bindparam("tables", expanding=True))

_CHECKS_MARIADB = text(f"""
SELECT constraint_schema, table_name, constraint_name, check_clause FROM information_schema.check_constraints
WHERE {_HERE.format("constraint_schema")} ORDER BY 1, 2, 3
""").bindparams(_SCHEMAS)  # noqa: S608

_CHECKS_MYSQL = text(f"""
SELECT t.table_schema, t.table_name, t.constraint_name, c.check_clause
FROM information_schema.table_constraints t JOIN information_schema.check_constraints c
     ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name
WHERE t.constraint_type = 'CHECK' AND t.enforced = 'YES' AND {_HERE.format("t.table_schema")} ORDER BY 1, 2, 3
""").bindparams(_SCHEMAS)  # noqa: S608

_FAMILIES: dict[str, Family] = {
    "uuid": "uuid", "float": "number", "double": "number", "date": "date", "datetime": "time", "timestamp": "time",
    "json": "json", "enum": "enum", "set": "enum", "bit": "other",
}  # fmt: skip
_WHOLE = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "year"})
_TEXT = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
_BINARY = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
_QUOTED = re.compile(r"`((?:[^`]|``)+)`")
_JSON = re.compile(r"^json_valid\(`((?:[^`]|``)+)`\)$", re.IGNORECASE)
Place = tuple[str, str]


def look(connection: Connection, wanted: Wanted) -> Seen:
    """Tables, columns, unique sets, CHECKs and foreign keys: four statements, however many tables."""
    where = {"schemas": sorted(wanted.schemas)}
    uniques = _uniques(connection, where)
    checks = _checks(connection, where)
    rows: dict[Place, list[Any]] = defaultdict(list)
    for row in connection.execute(_COLUMNS, where):
        rows[row[0], row[1]].append(row)
    tables = tuple(_table(each, uniques[place], checks[place]) for place, each in rows.items())
    return Seen(tables, tuple(_keys(connection, wanted)))


def _table(rows: list[Any], uniques: list[Unique], checks: list[Check]) -> SeenTable:
    schema, name, kind, updatable, visible, *_ = rows[0]
    primary = {column for one in uniques if one.primary for column in one.columns}
    alone = {one.columns[0] for one in uniques if len(one.columns) == 1 and not one.hidden}
    json = {found[1].replace("``", "`") for one in checks if (found := _JSON.match(one.text))}
    columns = {row[5]: _column(row[5:], row[5] in primary, row[5] in alone, row[5] in json) for row in rows}
    view = "VIEW" in kind
    table = LiveTable(
        name,
        columns,
        None if visible else schema,
        kind="view" if view else "table",
        writes=not view or updatable == "YES",
        uniques=tuple(uniques),
        checks=tuple(checks),
    )
    return SeenTable(schema, bool(visible), table)


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


def _uniques(connection: Connection, where: dict[str, Any]) -> dict[Place, list[Unique]]:
    grouped: dict[tuple[str, str, str], list[tuple[str | None, int | None]]] = defaultdict(list)
    for schema, table, name, column, prefix in connection.execute(_UNIQUE, where):
        grouped[schema, table, name].append((column, prefix))
    found: dict[Place, list[Unique]] = defaultdict(list)
    for (schema, table, name), parts in grouped.items():
        columns = tuple(column for column, _ in parts if column is not None)
        hidden = any(column is None or prefix is not None for column, prefix in parts)
        found[schema, table].append(Unique(name, columns, name == "PRIMARY", hidden=hidden))
    return found


def _checks(connection: Connection, where: dict[str, Any]) -> dict[Place, list[Check]]:
    mariadb = getattr(connection.dialect, "is_mariadb", False)
    found: dict[Place, list[Check]] = defaultdict(list)
    for schema, table, name, said in connection.execute(_CHECKS_MARIADB if mariadb else _CHECKS_MYSQL, where):
        # quotes: MySQL shows all of them escaped, MariaDB those within texts
        plain = re.sub(r"\\(.)", _unescaped if mariadb else r"\1", _plain(said))
        read = dict.fromkeys(one.replace("``", "`") for one in _QUOTED.findall(plain))
        found[schema, table].append(Check(name, plain, tuple(read)))
    return found


def _unescaped(found: re.Match[str]) -> str:
    return "''" if found[1] == "'" else found[0]


def _plain(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _keys(connection: Connection, wanted: Wanted) -> Iterator[SeenKey]:
    grouped: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in connection.execute(_KEYS, {"tables": sorted(wanted.tables)}):
        grouped[row[1], row[2], row[0]].append(row)
    for (schema, table, name), rows in grouped.items():
        _, _, _, _, t_schema, target, _, deletes, updates = rows[0]
        here, there = tuple(row[3] for row in rows), tuple(row[6] for row in rows)
        yield SeenKey(name, schema, table, here, t_schema, target, there, deletes.lower(), updates.lower())
