"""`CREATE TEMPORARY TABLE … AS SELECT`, as each database has it."""

from typing import Any

from sqlalchemy import Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement


class TemporaryAs(Executable, ClauseElement):
    """Makes temporary table `name` out of `rows`; constants are written out, since few databases bind values here.

    `empty`: only its columns, no rows.
    """

    inherit_cache = False

    def __init__(self, name: str, rows: Select[Any], *, empty: bool = False) -> None:
        self.name = name
        self.rows = rows
        self.empty = empty


@compiles(TemporaryAs)
def _temporary(element: TemporaryAs, compiler: SQLCompiler, **kw: Any) -> str:
    name = compiler.preparer.quote(element.name)
    rows = compiler.process(element.rows, literal_binds=True)
    if element.empty:
        rows = f"SELECT * FROM ({rows}) AS every WHERE 1 = 0"  # noqa: S608 (compiled, not written by anyone)
    drop = " ON COMMIT DROP" if compiler.dialect.name == "postgresql" else ""
    temporary = "TEMP" if compiler.dialect.name == "bigquery" else "TEMPORARY"
    return f"CREATE {temporary} TABLE {name}{drop} AS {rows}"


@compiles(TemporaryAs, "mssql")
def _into(element: TemporaryAs, compiler: SQLCompiler, **kw: Any) -> str:
    name = compiler.preparer.quote(element.name)
    top = "TOP 0 " if element.empty else ""
    return f"SELECT {top}* INTO {name} FROM ({compiler.process(element.rows, literal_binds=True)}) AS every"  # noqa: S608
