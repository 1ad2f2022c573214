"""PostgreSQL, through psycopg: the address is read by psycopg itself, as everywhere else in Troth."""

import re

import psycopg
from psycopg import errors
from sqlalchemy import Connection, Engine, Executable, create_engine, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import Dialect as Compiling

from troth.systems.sql.dialects.base import Dialect, Limits
from troth.systems.sql.dialects.live import Seen, Wanted
from troth.systems.sql.dialects.postgresql_catalog import look
from troth.systems.sql.dialects.problems import Told, Trouble

_TIMEOUTS = text(
    "select set_config('statement_timeout', :statement, true), set_config('lock_timeout', :lock, true),"
    " set_config('jit', 'off', true)"  # compiling a statement that finds a few rows takes longer than finding them
)


class PostgreSQL(Dialect):
    names = ("postgresql",)
    title = "PostgreSQL"
    schemes = ("postgresql", "postgres")
    modules = ("psycopg",)
    extra = None
    tested = "on a real server, in every test run"

    def engine(self, url: str, limits: Limits, *, read_only: bool) -> Engine:
        address = f"postgresql://{url.partition('://')[2]}"

        def connect() -> psycopg.Connection[tuple[object, ...]]:
            return psycopg.connect(address, connect_timeout=limits.connect, application_name="troth")

        level = "REPEATABLE READ" if read_only else "READ COMMITTED"
        return create_engine(
            "postgresql+psycopg://",
            creator=connect,
            use_native_hstore=False,  # asking for its type costs a statement on each new connection
            pool_size=1,
            max_overflow=1,
            pool_pre_ping=True,
            isolation_level=level,  # every statement of an answer sees the same moment
            execution_options={"postgresql_readonly": True} if read_only else {},  # a default of the database stands
            hide_parameters=True,
        )

    def begin(self, connection: Connection, limits: Limits, *, read_only: bool) -> None:
        waits = {"statement": f"{int(limits.statement * 1000)}ms", "lock": f"{int(limits.lock * 1000)}ms"}
        connection.execute(_TIMEOUTS, waits)

    def compiling(self) -> Compiling:
        return PGDialect_psycopg()  # type: ignore[no-untyped-call]

    def defer(self) -> tuple[Executable, ...]:
        return (text("SET CONSTRAINTS ALL DEFERRED"),)

    def look(self, connection: Connection, wanted: Wanted) -> Seen:
        return look(connection, wanted)

    def told(self, error: BaseException) -> Told | None:
        if not isinstance(error, psycopg.Error):
            return None
        if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
            return Told("address")
        for kinds, trouble in _TROUBLES:
            if isinstance(error, kinds):
                diag = error.diag
                return Told(trouble, error.sqlstate, diag.table_name, diag.column_name, diag.constraint_name)
        return next((Told(trouble) for said, trouble in _SAID if said.search(str(error))), None)


_TROUBLES: tuple[tuple[tuple[type[psycopg.Error], ...], Trouble], ...] = (
    ((errors.ReadOnlySqlTransaction,), "read only"),
    ((errors.InsufficientPrivilege,), "permission"),
    ((errors.UndefinedTable, errors.UndefinedColumn), "changed"),
    ((errors.InvalidPassword, errors.InvalidAuthorizationSpecification), "login"),
    ((errors.InvalidCatalogName,), "no database"),
    ((errors.RaiseException, errors.TriggeredActionException), "trigger"),
    ((errors.ProgrammingError,), "statement"),
    ((errors.LockNotAvailable,), "locked"),
    ((errors.QueryCanceled,), "slow"),
    ((errors.DeadlockDetected, errors.SerializationFailure), "conflict"),
    ((errors.NotNullViolation,), "not null"),
    ((errors.UniqueViolation, errors.ExclusionViolation), "unique"),
    ((errors.CheckViolation,), "check"),
    ((errors.ForeignKeyViolation, errors.RestrictViolation), "foreign key"),
    ((errors.DiskFull, errors.OutOfMemory), "full"),
    ((errors.DataError,), "value"),
    ((errors.InternalError,), "trigger"),
)
# A connection that was never made has no code: only the server's English words are left to go by.
_SAID: tuple[tuple[re.Pattern[str], Trouble], ...] = (
    (re.compile(r"certificate|SSL|TLS"), "tls"),
    (
        re.compile(r"authentication failed|no password supplied|no pg_hba\.conf|role \".*\" does not exist"),
        "login",
    ),
    (re.compile(r"database \".*\" does not exist"), "no database"),
    (re.compile(r"permission denied"), "permission"),
)
