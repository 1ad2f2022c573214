"""Rows we hand to a statement: bound at once, however many they are, so no table is made for them.

A statement reads them as a table `(n, c0, c1 …)`: `n` a number of ours (a person's place in the caller's list, or a
row's), the rest what a row of the database is compared with. They are one JSON parameter; on PostgreSQL an array a
column, since there the planner sees how many there are.
"""

import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, String, bindparam, cast, column, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import NullType, Numeric

from troth.systems.sql.dialects.compare import holds
from troth.systems.sql.dialects.elements import as_text, collated, of_type, to_uuid
from troth.systems.sql.dialects.live import LiveColumn

Value = str | int | float | bool | None
Element = ColumnElement[Any]
PIECE = 20_000  # rows in one parameter: a few megabytes at most, which every server takes

_ROW = {
    "sqlite": "(SELECT json_extract(j.value, '$[0]') AS n{columns} FROM json_each({bind}) AS j)",
    "mysql": "(SELECT j.* FROM JSON_TABLE({bind}, '$[*]' COLUMNS (n INT PATH '$[0]'{columns})) AS j)",
    "mssql": "(SELECT j.* FROM OPENJSON({bind}) WITH (n int '$[0]'{columns}) AS j)",
    "snowflake": "(SELECT f.value[0]::int AS n{columns} FROM TABLE(FLATTEN(INPUT => PARSE_JSON({bind}))) AS f)",
    "bigquery": "(SELECT CAST(JSON_VALUE(r, '$[0]') AS INT64) AS n{columns}"
    " FROM UNNEST(JSON_QUERY_ARRAY({bind})) AS r)",
}
_CELL = {
    "sqlite": ", json_extract(j.value, '$[{place}]') AS {name}",
    "mysql": ", {name} LONGTEXT PATH '$[{place}]'",
    "mssql": ", {name} nvarchar(max) '$[{place}]'",
    "snowflake": ", f.value[{place}]::varchar AS {name}",
    "bigquery": ", JSON_VALUE(r, '$[{place}]') AS {name}",
}


class _Given(FunctionElement[Any]):
    name = "given"
    inherit_cache = False  # statements are compiled once a plan, and kept there
    type = NullType()

    def __init__(self, parameter: str, width: int) -> None:
        names = (parameter, f"{parameter}_n", *(f"{parameter}_{i}" for i in range(width)))
        super().__init__(*(bindparam(name, type_=NullType(), required=False) for name in names))
        self.width = width


@compiles(_Given)
def _given(element: _Given, compiler: SQLCompiler, **kw: Any) -> str:
    kind = "mysql" if compiler.dialect.name == "mariadb" else compiler.dialect.name
    whole, *arrays = element.clauses
    if kind == "postgresql":
        types = ("int[]", *("text[]" for _ in range(element.width)))
        each = (f"CAST({compiler.process(a, **kw)} AS {t})" for a, t in zip(arrays, types, strict=True))
        names = ", ".join(("n", *(f"c{i}" for i in range(element.width))))
        return f"(SELECT {names} FROM unnest({', '.join(each)}) AS r({names}))"  # noqa: S608 names of our own
    cells = (_CELL[kind].format(place=i + 1, name=f"c{i}") for i in range(element.width))
    return _ROW[kind].format(bind=compiler.process(whole, **kw), columns="".join(cells))


def given(parameter: str, width: int) -> TableValuedAlias:
    """The rows bound as `parameter`, as a table of that name with columns `n, c0 … c<width-1>`."""
    cells = (column(f"c{i}", String) for i in range(width))
    return _Given(parameter, width).table_valued(column("n", Integer), *cells, name=parameter)


def bound(parameter: str, rows: Iterable[Sequence[Value]], dialect: str) -> dict[str, Any]:
    """What to bind so that a statement finds `rows`, `(n, c0, c1 …)` each, under this name."""
    if dialect != "postgresql":
        return {parameter: json.dumps([list(row) for row in rows], separators=(",", ":"))}
    numbers, *cells = list(zip(*rows, strict=True)) or [()]
    return {f"{parameter}_n": _array(numbers)} | {f"{parameter}_{i}": _array(cell) for i, cell in enumerate(cells)}


def _array(values: Iterable[Value]) -> str:
    """PostgreSQL's own spelling of an array: a driver would ask each value for its type first."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Value) -> str:
    if not isinstance(value, str):
        return "NULL" if value is None else str(value)
    escaped = value.replace(chr(92), 2 * chr(92)).replace('"', chr(92) + '"')
    return f'"{escaped}"'


# values on their way from one statement into the next


def fetched(element: Element, live: LiveColumn) -> Element:
    """What to select of a column so that `wire` can carry it: itself, or its text where drivers would round it."""
    if live.family in ("text", "whole", "uuid") or not live.type:  # SQLite: without a type, values keep their own
        return element
    return func.hex(element) if _as_hex(live) else as_text(element)


def _as_hex(live: LiveColumn) -> bool:
    return live.family == "binary" and live.type != "bytea"


def wire(value: Any) -> Value:
    """A fetched value as JSON carries it; two equal keys have equal forms."""
    kind = type(value)
    if kind is int or kind is str or value is None or kind is bool:
        return value  # type: ignore[no-any-return]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return str(value)


_WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,37})", re.ASCII)
_BIG = 2**63


def fitting(value: Value, live: LiveColumn) -> Value:
    """`value` of another column as this one could hold it: `"12"` as 12; None where it cannot be equal to any."""
    family = live.family
    if family == "whole":
        return value if type(value) is int and -_BIG <= value < _BIG else _number(value, live)
    if family == "uuid":
        return _uuid(value)
    return str(value) if family == "text" and isinstance(value, int | float) else value


def _number(value: Value, live: LiveColumn) -> Value:
    if isinstance(value, str):
        value = int(value) if _WHOLE.fullmatch(value) else None
    if not isinstance(value, int) or (not _exact(live) and not -_BIG <= value < _BIG):
        return None
    return value


def _uuid(value: Value) -> Value:
    try:
        return str(UUID(str(value)))
    except ValueError:
        return None


def _exact(live: LiveColumn) -> bool:
    return live.type in ("numeric", "decimal", "number", "bignumeric")


def equal(
    element: Element, live: LiveColumn, cell: Element, *, dialect: str, alike: bool = True
) -> ColumnElement[bool]:
    """Whether a column holds the value of a given cell, so that the column's own index serves.

    `cell` was `fitting` before it was packed. `alike`: it comes from a column of the same collation, so texts compare
    as the database itself compares them.
    """
    if dialect == "sqlite":  # cells keep their JSON type there, as columns keep the type of each value
        return (func.hex(element) if live.family == "binary" else element) == cell
    if live.family == "whole":
        return element == cast(cell, Numeric(38, 0) if _exact(live) else BigInteger())
    if live.family == "uuid":
        return element == to_uuid(cell)
    if live.family == "text":
        return _text(element, live, cell, alike=alike)
    return element == (func.unhex(cell) if _as_hex(live) else of_type(cell, live.spelled or live.type))


def _text(element: Element, live: LiveColumn, cell: Element, *, alike: bool) -> ColumnElement[bool]:
    if not alike or live.type == "citext" or live.collation is None:
        return holds(element, live, cell)
    return element == collated(cell, live.collation, live.charset)
