"""The embedded server: it outlives a killed starter, is adopted with its data, and lets nobody else in."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from troth import postgres, postgres_files

STARTER = """
import signal, sys
from pathlib import Path
from troth import postgres
home = Path(sys.argv[1])
if sys.argv[2] == "stop-on-exit":
    postgres.stop_on_exit(home)
print(postgres.start(home), flush=True)
signal.pause()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="troth-pg-"))
    yield folder
    postgres.stop(folder)
    shutil.rmtree(folder)


def starter(home: Path, mode: str) -> tuple["subprocess.Popen[str]", str]:
    command = [sys.executable, "-c", STARTER, str(home), mode]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().strip()


def end(process: "subprocess.Popen[str]", how: signal.Signals) -> int:
    process.send_signal(how)
    process.communicate()
    return process.returncode


def as_nobody(code: str, *args: str) -> "subprocess.CompletedProcess[str]":
    """Run `code` (its imports first) with the rights of another user: our Python may not be theirs to start."""
    imports, _, rest = code.partition("; DROP; ")
    nobody = pwd.getpwnam("nobody")
    drop = f"import os; os.setgroups([]); os.setgid({nobody.pw_gid}); os.setuid({nobody.pw_uid})"
    command = [sys.executable, "-c", f"{imports}; {drop}; {rest}", *args]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_a_killed_starter_leaves_a_server_that_the_next_start_adopts(home: Path) -> None:
    process, url = starter(home, "plain")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept values (42)")
    server = postgres.pid(home)
    end(process, signal.SIGKILL)
    assert postgres.pid(home) == server
    assert postgres.start(home) == url
    assert postgres.pid(home) == server
    with psycopg.connect(url) as connection:
        assert connection.execute("select n from kept").fetchone() == (42,)


def test_sigterm_stops_the_server_of_a_process_that_asked_for_it(home: Path) -> None:
    process, _ = starter(home, "stop-on-exit")
    assert postgres.pid(home)
    assert end(process, signal.SIGTERM) == 143
    assert postgres.pid(home) is None


def test_a_command_leaves_no_server_behind(home: Path) -> None:
    env = {**os.environ, "TROTH_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "troth", "plan", "--json"], env=env, check=True, capture_output=True)
    assert postgres.pid(home) is None


def test_a_server_that_others_use_stays(home: Path) -> None:
    process, url = starter(home, "stop-on-exit")
    with psycopg.connect(url) as connection:
        assert end(process, signal.SIGTERM) == 143
        assert connection.execute("select 7").fetchone() == (7,)
    assert postgres.pid(home)


def test_a_killed_server_comes_back_with_what_was_committed(home: Path) -> None:
    url = postgres.start(home)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table kept as select 7 as n")
    killed = postgres.pid(home)
    assert killed
    os.kill(killed, signal.SIGKILL)
    while postgres_files.alive(killed):
        time.sleep(0.01)
    url = postgres.start(home)
    assert postgres.pid(home) not in (None, killed)
    with psycopg.connect(url) as connection:
        assert connection.execute("select n from kept").fetchone() == (7,)


def test_a_start_at_the_moment_of_the_kill_finds_a_server_that_works(home: Path) -> None:
    postgres.database(home, "mine")
    for _ in range(3):
        killed = postgres.pid(home)
        assert killed
        os.kill(killed, signal.SIGKILL)
        psycopg.connect(postgres.database(home, "mine")).close()


def test_a_stale_process_number_that_now_belongs_to_another_program_does_not_block(home: Path) -> None:
    postgres.start(home)
    postgres.stop(home)
    left = home / "postgres" / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n{home / 'postgres'}\n1\n5432\n{home / 'postgres'}\n\n1 1\nready\n")
    assert postgres.pid(home) is None
    postgres.start(home)
    assert postgres.pid(home) not in (None, os.getpid())


def test_starts_at_the_same_moment_share_one_server(home: Path) -> None:
    starters = [starter(home, "plain") for _ in range(3)]
    assert len({url for _, url in starters}) == 1
    for process, _ in starters:
        end(process, signal.SIGKILL)
    assert postgres.pid(home)


def test_making_a_database_twice_keeps_the_first(home: Path) -> None:
    url = postgres.start(home)
    first = postgres.ensure_database(url, "one")
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute("create table kept ()")
    assert postgres.ensure_database(url, "one") == first
    with psycopg.connect(first) as connection:
        assert connection.execute("select to_regclass('kept')").fetchone() == ("kept",)


def test_a_home_with_a_long_path_gets_a_private_socket_folder(home: Path) -> None:
    deep = home / ("x" * 100)
    try:
        url = postgres.start(deep)
        with psycopg.connect(url) as connection:
            row = connection.execute("show unix_socket_directories").fetchone()
        assert row
        folder = Path(row[0])
        assert folder != deep / "postgres"
        assert folder.stat().st_mode & 0o077 == 0
    finally:
        postgres.stop(deep)
    folder.rmdir()


def test_it_listens_on_no_address_and_logs_no_values(home: Path) -> None:
    url = postgres.start(home)
    with psycopg.connect(url, autocommit=True) as connection:
        shown = connection.execute("select current_setting('listen_addresses'), current_setting('data_checksums')")
        assert shown.fetchone() == ("", "on")
        connection.execute("create table people (mail text unique)")
        connection.execute("insert into people values ('ada@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into people values ('ada@example.org')")
    assert "ada@example.org" not in (home / "postgres" / "log").read_text()
    assert "duplicate key" in (home / "postgres" / "log").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to try as another user")
def test_another_system_user_is_refused_even_where_the_socket_can_be_reached(home: Path) -> None:
    url = postgres.start(home)
    data = home / "postgres"
    home.chmod(0o755)
    data.chmod(0o755)  # more than we ever give
    (data / ".s.PGSQL.5432").chmod(0o777)
    python = "import psycopg, sys; DROP; psycopg.connect(sys.argv[1])"
    tried = as_nobody(python, url)
    data.chmod(0o700)
    assert tried.returncode != 0
    assert "Peer authentication failed" in tried.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to act as another user")
def test_a_home_of_another_user_is_served_as_that_user_by_root_and_refused_to_others(home: Path) -> None:
    postgres.start(home)
    owner = postgres_files.owner(home / "postgres")
    assert owner.uid == (home / "postgres").stat().st_uid != 0
    code = "import sys, pathlib; from troth import postgres_files as f; DROP; f.owner(pathlib.Path(sys.argv[1]))"
    home.chmod(0o755)
    (home / "postgres").chmod(0o755)
    tried = as_nobody(code, str(home / "postgres"))
    (home / "postgres").chmod(0o700)
    assert "belongs to another user" in tried.stderr


def test_a_half_made_cluster_of_a_killed_start_is_left_behind(home: Path) -> None:
    half = home / "postgres.new-killed"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    postgres.start(home)
    assert not half.exists()
    assert postgres.pid(home)


def test_a_server_whose_socket_was_deleted_is_replaced(home: Path) -> None:
    url = postgres.start(home)
    unreachable = postgres.pid(home)
    (home / "postgres" / ".s.PGSQL.5432").unlink()
    assert postgres.start(home) == url
    assert postgres.pid(home) not in (None, unreachable)
    psycopg.connect(url).close()


def test_a_start_during_a_stop_waits_and_starts_anew(home: Path) -> None:
    url = postgres.start(home)
    leaving = postgres.pid(home)
    assert leaving
    with psycopg.connect(url):
        os.kill(leaving, signal.SIGTERM)  # a smart shutdown waits for this connection
        connection = threading.Timer(0.5, os.kill, (leaving, signal.SIGINT))
        connection.start()
        assert postgres.start(home) == url
    connection.join()
    assert postgres.pid(home) not in (None, leaving)


def test_a_server_that_cannot_start_is_an_error_that_names_the_log(home: Path) -> None:
    postgres.start(home)
    postgres.stop(home)
    with open(home / "postgres" / "postgresql.conf", "a") as file:
        file.write("max_connections = many\n")
    with pytest.raises(RuntimeError, match="postgres/log"):
        postgres.start(home)
    assert postgres.pid(home) is None
