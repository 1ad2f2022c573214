"""Real databases for the SQL tests: PostgreSQL, MariaDB and SQLite, each with an empty database for every test.

Import the fixtures a test wants: `from sql_servers import server, mariadb_folder`. MariaDB is started once a test
process, on a socket of its own, and ended with it; where it is not installed, its tests are skipped and say so.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from troth import ground, postgres

KINDS = ("postgresql", "mariadb", "sqlite")
HOW = "MariaDB is not installed: its tests are skipped (make servers)"
START_S = 60


@dataclass
class Server:
    """A database of `kind` at `url`, with an administrator's engine that commits each statement."""

    kind: str
    url: str
    admin: Engine

    def run(self, script: str) -> None:
        """Statements separated by `;` at a line's end."""
        with self.admin.connect() as connection:
            for statement in (part.strip() for part in script.split(";\n")):
                if statement.rstrip(";"):
                    connection.execute(text(statement.rstrip(";").replace(":", "\\:")))

    def all(self, query: str) -> list[tuple[Any, ...]]:
        with self.admin.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query.replace(":", "\\:")))]


def _server(kind: str, url: str, engine_url: str) -> Server:
    return Server(kind, url, create_engine(engine_url, poolclass=NullPool, isolation_level="AUTOCOMMIT"))


@pytest.fixture(scope="session")
def mariadb_folder() -> Iterator[Path]:
    """The folder of a running MariaDB, its socket in it."""
    if not (_program("mariadbd") and _program("mariadb-install-db")):
        pytest.skip(HOW)
    folder = Path(tempfile.mkdtemp(prefix="troth-mariadb-"))
    process = _start_mariadb(folder)
    yield folder
    process.terminate()
    process.wait(START_S)
    shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str:
    """Its path, also where only root would find it; empty if it is not installed."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def _start_mariadb(folder: Path) -> "subprocess.Popen[bytes]":
    # as root it wants to be told that it may stay root; another user might not reach the folder
    (folder / "tmp").mkdir()  # of its own: a server that starts clears temporary tables away, whoever's they are
    places = [f"--datadir={folder / 'data'}", f"--tmpdir={folder / 'tmp'}"]
    common = [*places, *(["--user=root"] if os.geteuid() == 0 else [])]
    small = ["--innodb-log-file-size=8M", "--innodb-buffer-pool-size=32M"]
    made = subprocess.run(
        [_program("mariadb-install-db"), "--no-defaults", *common, *small, "--skip-test-db",
         "--auth-root-authentication-method=normal"],
        check=False, capture_output=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout.decode(errors="replace")[-2000:]
    log = folder / "log"
    process = subprocess.Popen(
        [_program("mariadbd"), "--no-defaults", *common, *small, f"--socket={folder / 'socket'}", "--skip-networking",
         f"--pid-file={folder / 'pid'}", "--innodb-flush-log-at-trx-commit=0",
         "--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--skip-log-bin"],  # nothing here need last
        stdin=subprocess.DEVNULL, stdout=log.open("wb"), stderr=subprocess.STDOUT,
    )  # fmt: skip
    deadline = time.monotonic() + START_S
    while not _listens(folder / "socket"):
        said = log.read_text(errors="replace")[-2000:]
        assert process.poll() is None, f"MariaDB did not start: {said}"
        assert time.monotonic() < deadline, f"MariaDB is not ready after {START_S} s: {said}"
        time.sleep(0.02)
    return process


def _listens(place: Path) -> bool:
    """Whether somebody answers there: the socket is made a moment before."""
    with socket.socket(socket.AF_UNIX) as trying:
        return trying.connect_ex(str(place)) == 0


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """An empty database, once of each kind."""
    made = open_server(request.param, request, tmp_path)
    yield made
    made.admin.dispose()


def open_server(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    """An empty database of `kind`; skips where its server is not installed."""
    if kind == "postgresql":
        return _postgresql()
    if kind == "sqlite":
        path = tmp_path / "data.db"
        path.touch()
        return _server(kind, f"sqlite:///{path}", f"sqlite:///{path}")
    folder: Path = request.getfixturevalue("mariadb_folder")
    return _mariadb(folder)


def _postgresql() -> Server:
    url = postgres.ensure_database(ground.database_url(), "sqltest_servers")
    made = _server("postgresql", url, url.replace("postgresql://", "postgresql+psycopg://", 1))
    made.run(
        "set client_min_messages = warning;\ndrop schema if exists public, crm cascade;\n"
        "create schema public;\ncreate schema crm"
    )
    return made


def _mariadb(folder: Path) -> Server:
    place = quote(str(folder / "socket"), safe="")
    plain = "charset=utf8mb4&ssl_disabled=true"  # each new connection would read all certificates of the machine
    root = _server("mariadb", "", f"mariadb+pymysql://root@localhost/mysql?unix_socket={place}&{plain}")
    root.run(
        "drop database if exists shop;\ndrop database if exists crm;\n"
        "create database shop character set utf8mb4 collate utf8mb4_general_ci;\ncreate database crm"
    )
    root.admin.dispose()
    url = f"mariadb://root@localhost/shop?unix_socket={place}"
    return _server("mariadb", url, url.replace("mariadb://", "mariadb+pymysql://", 1) + f"&{plain}")
