"""A catalog through SQLAlchemy's own inspector, for databases whose catalog we do not read by hand."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Inspector, inspect, types
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.reflection import ObjectKind

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
)

_FAMILIES: tuple[tuple[type[types.TypeEngine[Any]], Family], ...] = (
    (types.Enum, "enum"),
    (types.String, "text"),
    (types.Integer, "whole"),
    (types.Float, "number"),
    (types.Boolean, "boolean"),
    (types.Uuid, "uuid"),
    (types.DateTime, "time"),
    (types.Date, "date"),
    (types.JSON, "json"),
    (types.ARRAY, "array"),
    (types.LargeBinary, "binary"),
)
_BY_NAME: dict[str, Family] = {
    "UNIQUEIDENTIFIER": "uuid", "TIMESTAMP_NTZ": "time", "TIMESTAMP_LTZ": "time", "TIMESTAMP_TZ": "time",
    "VARIANT": "json", "OBJECT": "json", "ARRAY": "array", "STRUCT": "json", "RECORD": "json", "BIT": "boolean",
    "DATETIMEOFFSET": "time", "DATETIME2": "time",
}  # fmt: skip
Key = tuple[str | None, str]


def look(connection: Connection, wanted: Wanted, *, any_case: bool = False) -> Seen:
    """Everything the inspector tells. `any_case`: the collations of this kind of database end in `_CI_…`."""
    inspector = inspect(connection)
    own = inspector.default_schema_name or ""
    real = _real_names(connection.dialect)
    schemas = {name: name == own for name in inspector.get_schema_names() if name.lower() in wanted.schemas}
    tables: list[SeenTable] = []
    keys: list[SeenKey] = []
    for schema, visible in {**schemas, own: True}.items():
        tables += (real.table(one) for one in _tables(inspector, schema, visible, own, any_case=any_case))
        keys += (real.key(one) for one in _keys(inspector, schema, own))
    return Seen(tuple(tables), tuple(keys))


@dataclass(frozen=True)
class _Names:
    """SQLAlchemy shows `CUSTOMER` as `customer` where the database folds names upwards: here they are as they are."""

    real: Callable[[str], str]

    def many(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(self.real, names))

    def table(self, one: SeenTable) -> SeenTable:
        live = one.table
        columns = {self.real(n): replace(c, name=self.real(n)) for n, c in live.columns.items()}
        table = replace(
            live,
            bare=self.real(live.bare),
            schema=self.real(live.schema) if live.schema else None,
            columns=columns,
            uniques=tuple(replace(u, columns=self.many(u.columns)) for u in live.uniques),
            checks=tuple(replace(c, columns=self.many(c.columns)) for c in live.checks),
        )
        return SeenTable(self.real(one.schema), one.visible, table)

    def key(self, one: SeenKey) -> SeenKey:
        return replace(
            one,
            schema=self.real(one.schema),
            table=self.real(one.table),
            columns=self.many(one.columns),
            target_schema=self.real(one.target_schema),
            target=self.real(one.target),
            target_columns=self.many(one.target_columns),
        )


def _real_names(dialect: Dialect) -> _Names:
    folds = bool(getattr(dialect, "requires_name_normalize", False))
    return _Names(lambda name: str(dialect.denormalize_name(name)) if folds and name else name)


def _tables(inspector: Inspector, schema: str, visible: bool, own: str, *, any_case: bool) -> Iterator[SeenTable]:
    at = None if schema == own else schema
    views = {*inspector.get_view_names(schema=at)}
    columns = inspector.get_multi_columns(schema=at, kind=ObjectKind.ANY)
    uniques = _uniques(inspector, at)
    checks = _asked(inspector, "get_multi_check_constraints", at)
    for place, found in columns.items():
        name = place[1]
        mine = uniques[name]
        primary = {c for one in mine if one.primary for c in one.columns}
        alone = {one.columns[0] for one in mine if len(one.columns) == 1 and not one.partial and not one.hidden}
        live = {c["name"]: _column(c, primary, alone, any_case=any_case) for c in found}
        conditions = tuple(_check(one, live) for one in checks.get(place) or ())
        table = LiveTable(
            name,
            live,
            None if visible else schema,
            kind="view" if name in views else "table",
            writes=name not in views,
            uniques=tuple(mine),
            checks=conditions,
        )
        yield SeenTable(schema, visible, table)


def _asked(inspector: Inspector, question: str, schema: str | None) -> Mapping[Any, Any]:
    """What not every database can be asked is taken as nothing."""
    try:
        return dict(getattr(inspector, question)(schema=schema))
    except NotImplementedError:
        return {}


def _column(found: Mapping[str, Any], primary: set[str], alone: set[str], *, any_case: bool) -> LiveColumn:
    name, kind = found["name"], found["type"]
    spelled = _spelled(kind)
    family = _family(kind, spelled)
    collation = getattr(kind, "collation", None) if family == "text" else None
    length = getattr(kind, "length", None) if family == "text" else None
    return LiveColumn(
        type=spelled.partition("(")[0].strip().lower(),
        nullable=bool(found.get("nullable", True)),
        length=length if isinstance(length, int) else None,
        primary=name in primary,
        unique=name in alone,
        generated="computed" in found or bool((found.get("identity") or {}).get("always")),
        name=name,
        family=family,
        spelled=spelled,
        collation=collation if any_case else None,
        any_case=any_case and "_CI" in (collation or "").upper(),
        zoned=bool(getattr(kind, "timezone", False)) or "OFFSET" in spelled or "_LTZ" in spelled or "_TZ" in spelled,
    )


def _spelled(kind: types.TypeEngine[Any]) -> str:
    try:
        return str(kind).partition(" COLLATE")[0]
    except Exception:
        return type(kind).__name__


def _family(kind: types.TypeEngine[Any], spelled: str) -> Family:
    named = _BY_NAME.get(spelled.partition("(")[0].strip().upper())
    if named:
        return named
    if isinstance(kind, types.Numeric) and not isinstance(kind, types.Float):
        return "whole" if not kind.scale else "number"
    return next((family for base, family in _FAMILIES if isinstance(kind, base)), "other")


def _uniques(inspector: Inspector, schema: str | None) -> dict[str, list[Unique]]:
    found: dict[str, dict[tuple[str, ...], Unique]] = defaultdict(dict)
    for (_, table), key in _asked(inspector, "get_multi_pk_constraint", schema).items():
        if key and key.get("constrained_columns"):
            columns = tuple(key["constrained_columns"])
            found[table][columns] = Unique(key.get("name") or "primary key", columns, primary=True)
    for (_, table), indexes in _asked(inspector, "get_multi_indexes", schema).items():
        for one in indexes or ():
            if one.get("unique"):
                found[table].setdefault(_columns_of(one), _index(one))
    for (_, table), constraints in _asked(inspector, "get_multi_unique_constraints", schema).items():
        for one in constraints or ():
            columns = _columns_of(one)
            found[table].setdefault(columns, Unique(one.get("name") or "unique", columns))
    return defaultdict(list, {table: list(each.values()) for table, each in found.items()})


def _columns_of(index: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(one for one in index["column_names"] if one is not None)


def _index(one: Mapping[str, Any]) -> Unique:
    options = one.get("dialect_options") or {}
    where = next((str(value) for name, value in options.items() if name.endswith("_where") and value is not None), None)
    return Unique(one.get("name") or "unique", _columns_of(one), partial=where, hidden=None in one["column_names"])


def _check(one: Mapping[str, Any], columns: Mapping[str, LiveColumn]) -> Check:
    """The inspector does not say which columns a CHECK reads: those whose names stand in it."""
    said = one["sqltext"]
    return Check(one.get("name") or "check", said, tuple(name for name in columns if name in said))


def _keys(inspector: Inspector, schema: str, own: str) -> Iterator[SeenKey]:
    at = None if schema == own else schema
    for (_, table), keys in _asked(inspector, "get_multi_foreign_keys", at).items():
        for one in keys or ():
            options = one.get("options") or {}
            yield SeenKey(
                one.get("name") or f"foreign key of {table}",
                schema,
                table,
                tuple(one["constrained_columns"]),
                one.get("referred_schema") or schema,
                one["referred_table"],
                tuple(one["referred_columns"]),
                (options.get("ondelete") or "no action").lower(),
                (options.get("onupdate") or "no action").lower(),
                bool(options.get("deferrable")),
            )
