"""SQL Server, through pyodbc. Compiled and read with care; never met on a real server.

SQL Server knows no read-only transaction: reading asks for a readable replica (`ApplicationIntent`) and never commits.
"""

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects.mssql.pyodbc import MSDialect_pyodbc
from sqlalchemy.engine.interfaces import Dialect as Compiling

from troth.systems.sql.dialects import inspected
from troth.systems.sql.dialects.base import Dialect, Limits
from troth.systems.sql.dialects.live import Check, Seen, SeenTable, Wanted
from troth.systems.sql.dialects.problems import Told, Trouble


class SQLServer(Dialect):
    names = ("mssql",)
    title = "SQL Server"
    schemes = ("mssql",)
    modules = ("pyodbc",)
    extra = "mssql"
    tested = "its SQL is compiled and looked at; never run on a real server"

    def engine(self, url: str, limits: Limits, *, read_only: bool) -> Engine:
        address = make_url(url).set(drivername="mssql+pyodbc")
        if "driver" not in address.query and address.host:
            address = address.update_query_dict({"driver": "ODBC Driver 18 for SQL Server"})
        if read_only:
            address = address.update_query_dict({"ApplicationIntent": "ReadOnly"})
        engine = create_engine(
            address, connect_args={"timeout": limits.connect}, pool_size=1, max_overflow=1, pool_pre_ping=True,
            pool_recycle=600, hide_parameters=True,
        )  # fmt: skip

        def wait(connection: Any, _record: Any) -> None:
            connection.timeout = int(limits.statement)

        event.listen(engine, "connect", wait)
        return engine

    def begin(self, connection: Connection, limits: Limits, *, read_only: bool) -> None:
        connection.exec_driver_sql(f"SET LOCK_TIMEOUT {int(limits.lock * 1000)}")
        connection.exec_driver_sql("SET XACT_ABORT ON")

    def compiling(self) -> Compiling:
        return MSDialect_pyodbc(paramstyle="qmark")  # type: ignore[no-untyped-call]

    def look(self, connection: Connection, wanted: Wanted) -> Seen:
        seen = inspected.look(connection, wanted, any_case=True)
        checks: dict[tuple[str, str], list[Check]] = defaultdict(list)
        for schema, table, name, said in connection.execute(_CHECKS):
            checks[schema, table].append(Check(name, said, tuple(dict.fromkeys(_BRACKETS.findall(said)))))
        return replace(seen, tables=tuple(_whole(one, checks[one.schema, one.table.bare]) for one in seen.tables))

    def told(self, error: BaseException) -> Told | None:
        if type(error).__module__ != "pyodbc" or not error.args:
            return None
        state, said = str(error.args[0]), str(error.args[-1])
        number = re.findall(r"\((\d+)\) \(SQL", said)
        code = int(number[-1]) if number else 0
        trouble = _TROUBLES.get(code) or _STATES.get(state) or _STATES.get(state[:2], "unreachable")
        if code == 547:
            trouble = "check" if "CHECK constraint" in said else "foreign key"
        return Told(trouble, str(code or state), *_places(trouble, said))


_CHECKS = text("""
SELECT SCHEMA_NAME(t.schema_id), t.name, c.name, c.definition
FROM sys.check_constraints c JOIN sys.tables t ON t.object_id = c.parent_object_id
WHERE c.is_disabled = 0 ORDER BY 1, 2, 3
""")
_BRACKETS = re.compile(r"\[([^\]]+)\]")


def _whole(one: SeenTable, checks: list[Check]) -> SeenTable:
    """With what SQLAlchemy leaves out: CHECKs, and that two NULLs are the same to a unique index here."""
    uniques = tuple(replace(each, nulls_equal=not each.primary) for each in one.table.uniques)
    return replace(one, table=replace(one.table, checks=tuple(checks), uniques=uniques))


_CODES: dict[Trouble, tuple[int, ...]] = {
    "read only": (3906, 3908, 978),
    "permission": (229, 230, 262, 297, 300, 916),
    "login": (18452, 18456, 18470, 18488),
    "no database": (4060, 911),
    "changed": (207, 208),
    "locked": (1222,),
    "conflict": (1205, 3960, 41302, 41305, 41325),
    "not null": (515,),
    "unique": (2601, 2627),
    "value": (220, 241, 245, 2628, 8114, 8115, 8152, 8169),
    "trigger": (3609, 16915, 50000, 51000),
    "full": (1101, 1105, 9002),
    "statement": (102, 156, 137, 271),
}
_TROUBLES: dict[int, Trouble] = {code: trouble for trouble, codes in _CODES.items() for code in codes}
_STATES: dict[str, Trouble] = {
    "HYT00": "slow",
    "HYT01": "unreachable",
    "28000": "login",
    "42000": "statement",
    "22": "value",
}
_CONSTRAINT = re.compile(r"constraint [\"']([^\"']+)[\"']")
_TABLE = re.compile(r"table [\"'](?:[^\"'.]+\.)*([^\"'.]+)[\"']")
_COLUMN = re.compile(r"column '([^']+)'")


def _places(trouble: Trouble, said: str) -> tuple[str | None, str | None, str | None]:
    """Table, column and constraint as the server names them; the duplicate value itself stands behind these."""
    if trouble not in ("not null", "unique", "check", "foreign key"):
        return None, None, None
    said = said.partition("The duplicate key value")[0]
    table, column, constraint = (form.search(said) for form in (_TABLE, _COLUMN, _CONSTRAINT))
    return table and table[1], column and column[1], constraint and constraint[1]
