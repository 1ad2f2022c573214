"""MariaDB and MySQL, through PyMySQL."""

import re
from typing import ClassVar

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.engine.interfaces import Dialect as Compiling

from troth.systems.sql.dialects.base import Dialect, Limits
from troth.systems.sql.dialects.live import Seen, Wanted
from troth.systems.sql.dialects.mysql_catalog import look
from troth.systems.sql.dialects.problems import Told, Trouble

_GRACE = 10  # seconds the connection waits longer than the server's own limit


class MySQL(Dialect):
    names = ("mysql",)
    title = "MySQL"
    schemes = ("mysql",)
    driver: ClassVar[str] = "mysql+pymysql"
    modules = ("pymysql",)
    extra = "mysql"
    tested = "on a real MariaDB only, under this name too; what differs in MySQL is written from its manual"

    def engine(self, url: str, limits: Limits, *, read_only: bool) -> Engine:
        waits = {"connect_timeout": limits.connect, "read_timeout": int(limits.statement) + _GRACE}
        return create_engine(
            make_url(url).set(drivername=self.driver).update_query_dict({"charset": "utf8mb4"}),
            connect_args={**waits, "write_timeout": int(limits.statement) + _GRACE},
            pool_size=1,
            max_overflow=1,
            pool_pre_ping=True,
            pool_recycle=600,
            hide_parameters=True,
        )

    def begin(self, connection: Connection, limits: Limits, *, read_only: bool) -> None:
        lock = max(1, int(limits.lock))
        slow = (
            f"max_statement_time = {limits.statement}"
            if getattr(connection.dialect, "is_mariadb", False)
            else f"max_execution_time = {int(limits.statement * 1000)}"  # of SELECTs only; the connection ends others
        )
        connection.exec_driver_sql(
            f"SET SESSION {slow}, innodb_lock_wait_timeout = {lock}, lock_wait_timeout = {lock}, time_zone = '+00:00',"
            " sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')"
        )
        mode = "WITH CONSISTENT SNAPSHOT, READ ONLY" if read_only else "READ WRITE"
        connection.exec_driver_sql(f"START TRANSACTION {mode}")

    def compiling(self) -> Compiling:
        return MySQLDialect_pymysql()

    def look(self, connection: Connection, wanted: Wanted) -> Seen:
        return look(connection, wanted)

    def told(self, error: BaseException) -> Told | None:
        import pymysql  # type: ignore[import-untyped]

        if not isinstance(error, pymysql.Error) or not error.args:
            return None
        code = error.args[0]
        if not isinstance(code, int):
            return None
        said = str(error.args[1]) if len(error.args) > 1 else ""
        trouble = _TROUBLES.get(code, "statement" if 1000 <= code < 2000 else "unreachable")
        if code == 2013 and "timed out" in said:
            trouble = "slow"
        return Told(trouble, str(code), *_places(code, said))


class MariaDB(MySQL):
    names = ("mariadb",)
    title = "MariaDB"
    schemes = ("mariadb",)
    driver = "mariadb+pymysql"
    tested = "on a real server, in every test run where MariaDB is installed"

    def compiling(self) -> Compiling:
        from sqlalchemy.dialects.mysql.mariadb import MariaDBDialect

        return MariaDBDialect()


_CODES: dict[Trouble, tuple[int, ...]] = {
    "read only": (1290, 1792, 1836, 3100),
    "permission": (1044, 1142, 1143, 1227, 1370, 1410),
    "login": (1045, 1130, 1251, 1698, 1820, 2059, 2061),
    "no database": (1049,),
    "changed": (1054, 1146, 1347),
    "locked": (1205, 3572),
    "slow": (1028, 1317, 1969, 3024),
    "conflict": (1020, 1213, 1412),
    "not null": (1048, 1263, 1364),
    "unique": (1022, 1062, 1169, 1586),
    "check": (3819, 4025),
    "foreign key": (1216, 1217, 1451, 1452),
    "value": (1264, 1265, 1292, 1366, 1367, 1406, 1411, 1690, 3140, 4036, 4037, 4038),
    "trigger": (1442, 1643, 1644, 1645),
    "full": (1021, 1041, 1114, 1206),
    "tls": (2026,),
    "unreachable": (1040, 1053, 1152, 1158, 1159, 1160, 1161, 1203, 1226),
}
_TROUBLES: dict[int, Trouble] = {code: trouble for trouble, codes in _CODES.items() for code in codes}

# Names only. A message may hold a value before them: what counts is how it ends, or what stands in backquotes.
_COLUMN_AT_START = re.compile(r"^(?:Column|Field) '([^']+)'")
_COLUMN_AT_END = re.compile(r"for column (?:`[^`]*`\.`[^`]*`\.)?[`']([^`']+)[`'] at row \d+$")
_KEY_AT_END = re.compile(r"for key '([^']+)'$")
_FOREIGN = re.compile(r"^Cannot [a-z ]+: a foreign key constraint fails \(`[^`]*`\.`([^`]+)`, CONSTRAINT `([^`]+)`")
_CHECK = re.compile(r"^(?:CONSTRAINT `([^`]+)` failed for `[^`]*`\.`([^`]+)`|Check constraint '([^']+)' is violated)")


def _places(code: int, said: str) -> tuple[str | None, str | None, str | None]:
    """Table, column, constraint that a message names."""
    trouble = _TROUBLES.get(code)
    if trouble == "not null" and (found := _COLUMN_AT_START.search(said)):
        return None, found[1], None
    if trouble == "value" and (found := _COLUMN_AT_END.search(said)):
        return None, found[1], None
    if trouble == "unique" and (found := _KEY_AT_END.search(said)):
        return None, None, found[1]
    if trouble == "foreign key" and (found := _FOREIGN.search(said)):
        return found[1], None, found[2]
    if trouble == "check" and (found := _CHECK.search(said)):
        return found[2], None, found[1] or found[3]
    return None, None, None
