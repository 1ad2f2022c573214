"""SQLite: a file that must exist. Reading opens it read-only; writing checks foreign keys as other databases do."""

import hashlib
import re
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Executable, NullPool, create_engine, event, make_url
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect as Compiling
from sqlalchemy.exc import ArgumentError

from troth.systems.sql.dialects.base import Dialect, Limits
from troth.systems.sql.dialects.live import Seen, Wanted
from troth.systems.sql.dialects.problems import Told, Trouble
from troth.systems.sql.dialects.sqlite_catalog import look

_STEPS = 20_000  # virtual machine steps between two looks at the clock


class SQLite(Dialect):
    names = ("sqlite",)
    title = "SQLite"
    schemes = ("sqlite",)
    modules = ("sqlite3",)
    extra = None
    tested = "on real files, in every test run"

    def engine(self, url: str, limits: Limits, *, read_only: bool) -> Engine:
        path = make_url(url).database
        if not path or path == ":memory:":
            raise ArgumentError("no file")
        mode = "ro" if read_only else "rw"  # never made: a wrong path would look like an empty database

        def connect() -> sqlite3.Connection:
            file = f"file:{quote(str(Path(path).absolute()))}?mode={mode}"
            made = sqlite3.connect(file, uri=True, timeout=limits.lock, isolation_level=None, check_same_thread=False)
            _prepare(made)
            return made

        # no pool: opening is cheap, and a file put in another's place must not go unnoticed
        engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)
        event.listen(engine, "before_cursor_execute", _watch(limits.statement))
        return engine

    def begin(self, connection: Connection, limits: Limits, *, read_only: bool) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
        if read_only:  # takes the snapshot now, and finds out whether the file is a database
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")

    def compiling(self) -> Compiling:
        return SQLiteDialect_pysqlite()

    def defer(self) -> tuple[Executable, ...]:
        return (self.text("PRAGMA defer_foreign_keys = ON"),)

    def look(self, connection: Connection, wanted: Wanted) -> Seen:
        return look(connection, wanted)

    def told(self, error: BaseException) -> Told | None:
        if not isinstance(error, sqlite3.Error):
            return None
        code = getattr(error, "sqlite_errorname", None)
        said = str(error)
        for pattern, trouble in _TROUBLES:
            if pattern.match(f"{code}: {said}"):
                return Told(trouble, code, *_places(trouble, said))
        return Told("unreachable", code)


_NAMED: tuple[tuple[str, Trouble], ...] = (
    (r"SQLITE_READONLY", "read only"),
    (r"SQLITE_(PERM|AUTH)", "permission"),
    (r"SQLITE_CANTOPEN", "no file"),
    (r"SQLITE_NOTADB|SQLITE_CORRUPT|SQLITE_FORMAT", "file"),
    (r"SQLITE_FULL|SQLITE_IOERR_(NOMEM|WRITE)", "full"),
    (r"SQLITE_BUSY|SQLITE_LOCKED", "locked"),
    (r"SQLITE_INTERRUPT", "slow"),
    (r"SQLITE_SCHEMA", "conflict"),
    (r"SQLITE_CONSTRAINT_NOTNULL", "not null"),
    (r"SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|ROWID)", "unique"),
    (r"SQLITE_CONSTRAINT_CHECK", "check"),
    (r"SQLITE_CONSTRAINT_FOREIGNKEY", "foreign key"),
    (r"SQLITE_CONSTRAINT_DATATYPE|SQLITE_MISMATCH|SQLITE_TOOBIG", "value"),
    (r"SQLITE_CONSTRAINT_TRIGGER|SQLITE_CONSTRAINT", "trigger"),
    (r"SQLITE_ERROR: no such (table|column)", "changed"),
    (r"SQLITE_ERROR", "statement"),
)
_TROUBLES = tuple((re.compile(pattern), trouble) for pattern, trouble in _NAMED)
_COLUMN = re.compile(r"^(?:UNIQUE|NOT NULL) constraint failed: (.+?)\.([^,.]+)(?:,|$)")
_CHECK = re.compile(r"^CHECK constraint failed: (\w+)$")


def _places(trouble: Trouble, said: str) -> tuple[str | None, str | None, str | None]:
    """Table, column, constraint that SQLite names. A CHECK without a name is shown by its text: left out."""
    if trouble in ("not null", "unique") and (found := _COLUMN.match(said)):
        return found[1], found[2], None
    if trouble == "check" and (found := _CHECK.match(said)):
        return None, None, found[1]
    return None, None, None


def _prepare(connection: sqlite3.Connection) -> None:
    """Foreign keys as declared, and the functions that `elements.py` counts on."""
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # what it sorts is personal data, and never reaches a disk
    for name, arguments, function in (
        ("troth_digits", 1, _digits),
        ("troth_whole", 1, _whole),
        ("troth_hmac", 3, _hmac),
    ):
        connection.create_function(name, arguments, function, deterministic=True)


def _watch(seconds: float) -> Any:
    """Gives each statement its time: SQLite itself has no such limit."""

    def start(connection: Any, cursor: sqlite3.Cursor, *_: Any) -> None:
        deadline = time.monotonic() + seconds
        cursor.connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)

    return start


def _digits(value: Any) -> str | None:
    return None if value is None else re.sub(r"[^0-9+]", "", str(value))


def _whole(value: Any) -> int | None:
    if value is None or not re.fullmatch(r"0|-?[1-9][0-9]{0,18}", str(value)):
        return None
    number = int(value)
    return number if -(2**63) <= number < 2**63 else None


def _hmac(value: Any, inner: bytes, outer: bytes) -> str | None:
    if value is None:
        return None
    data = value if isinstance(value, bytes) else str(value).encode()
    return hashlib.sha256(outer + hashlib.sha256(inner + data).digest()).hexdigest()
