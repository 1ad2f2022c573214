"""Snowflake, through its own connector. Compiled and read with care; never met on a real account.

Snowflake records unique and foreign keys without enforcing them, and knows no read-only transaction: reading never
commits, and its role should have no right to write.
"""

from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.engine.interfaces import Dialect as Compiling

from troth.systems.sql.dialects import inspected
from troth.systems.sql.dialects.base import Dialect, Limits
from troth.systems.sql.dialects.live import Seen, Wanted
from troth.systems.sql.dialects.problems import Told, Trouble


class Snowflake(Dialect):
    names = ("snowflake",)
    title = "Snowflake"
    schemes = ("snowflake",)
    modules = ("snowflake.sqlalchemy", "snowflake.connector")
    extra = "snowflake"
    tested = "its SQL is compiled and looked at; never run on a real account"

    def engine(self, url: str, limits: Limits, *, read_only: bool) -> Engine:
        waits = {"login_timeout": limits.connect * 4, "network_timeout": int(limits.statement) + 10}
        return create_engine(
            make_url(url), connect_args={**waits, "application": "troth"}, pool_size=1, max_overflow=1,
            pool_pre_ping=True, pool_recycle=600, hide_parameters=True,
        )  # fmt: skip

    def begin(self, connection: Connection, limits: Limits, *, read_only: bool) -> None:
        connection.exec_driver_sql(
            f"ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = {max(1, int(limits.statement))},"
            f" LOCK_TIMEOUT = {max(1, int(limits.lock))}, TIMEZONE = 'UTC'"
        )
        connection.exec_driver_sql("BEGIN")

    def compiling(self) -> Compiling:
        from snowflake.sqlalchemy import dialect

        made: Compiling = dialect()
        return made

    def look(self, connection: Connection, wanted: Wanted) -> Seen:
        return inspected.look(connection, wanted)

    def told(self, error: BaseException) -> Told | None:
        if not type(error).__module__.startswith("snowflake.connector"):
            return None
        number = getattr(error, "errno", None)
        if not isinstance(number, int) or number < 0:
            return Told("unreachable")
        return Told(_TROUBLES.get(number, "statement" if number < 250_000 else "unreachable"), f"{number:06d}")


_CODES: dict[Trouble, tuple[int, ...]] = {
    "permission": (3001, 3003, 3540),
    "login": (250001, 390100, 390102, 390144, 390318, 394400),
    "no database": (2043, 90105, 390201),
    "changed": (904, 2003),
    "locked": (625,),
    "conflict": (609, 707),
    "slow": (604, 630),
    "not null": (100072,),
    "value": (100035, 100038, 100040, 100046, 100078, 100132),
}
_TROUBLES: dict[int, Trouble] = {code: trouble for trouble, codes in _CODES.items() for code in codes}
