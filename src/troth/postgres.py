"""The embedded PostgreSQL: started on demand, shared by every process of a deployment, adopted when orphaned.

Driven through its own `initdb` and `pg_ctl`, from the wheel that carries them. Why so, and who may connect:
docs/decisions/0002-embedded-postgres.md.
"""

import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import FrameType
from urllib.parse import quote, urlsplit, urlunsplit

from troth import postgres_files as files

FOLDER = files.FOLDER
TRIES = 5
START_S = 120  # a big database may have much to replay after a crash


def start(home: Path) -> str:
    """Start the server of `home`, or adopt one that already runs there.

    Returns a libpq URL of its `postgres` database. The server outlives this process: `stop` ends it.
    Raises RuntimeError if the server does not start; its log is `home/postgres/log`.
    """
    data = home.resolve() / FOLDER
    running = files.running(data)
    if not (running and running.ready and running.reachable):
        home.mkdir(parents=True, exist_ok=True)
        with files.locked(home):  # of several starts at once, one acts and the others find its server
            running = _bring_up(home, data)
    return f"postgresql://{files.ROLE}@/postgres?host={quote(running.socket_folder, safe='')}"


def _bring_up(home: Path, data: Path) -> files.Running:
    """A server that takes connections: the one there is, once it is ready, or a new one, once an old one has left."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        running = files.running(data) or _launch(data)
        if running.ready and running.reachable:
            return running
        if running.ready:
            stop(home)
        time.sleep(0.02)
    raise RuntimeError(f"the embedded PostgreSQL is not ready after {START_S} s; see {data / 'log'}")


def database(home: Path, name: str) -> str:
    """URL of database `name` on the server of `home`, both made when missing. Raises RuntimeError like `start`."""
    import psycopg

    for _ in range(TRIES):
        try:
            return ensure_database(start(home), name)
        except psycopg.OperationalError as problem:  # it was killed, or stopped, just after we found it well
            last = problem
            time.sleep(0.1)
    raise RuntimeError(f"the embedded PostgreSQL takes no connection; see {home / FOLDER / 'log'}: {last}")


def ensure_database(url: str, name: str) -> str:
    """Make database `name` on the server of `url` unless it exists; returns its URL."""
    import psycopg
    from psycopg import sql

    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
        if not found:
            try:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):  # another process was first
                pass
    return with_database(url, name)


def with_database(url: str, name: str) -> str:
    """The same server's URL for another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def pid(home: Path) -> int | None:
    """Process id of the running server of `home`, or None."""
    found = files.running(home.resolve() / FOLDER)
    return found.pid if found else None


def stop(home: Path, wait: float = 30.0) -> None:
    """Stop the server of `home` (fast shutdown: open transactions roll back). Does nothing if none runs.

    Raises TimeoutError if it still runs after `wait` seconds.
    """
    running = files.running(home.resolve() / FOLDER)
    if running is None:
        return
    files.send(running.pid, signal.SIGINT)
    deadline = time.monotonic() + wait
    while files.alive(running.pid):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the embedded PostgreSQL (process {running.pid}) does not stop; see {FOLDER}/log")
        time.sleep(0.02)


def stop_unused(home: Path) -> None:
    """Stop the server of `home` unless somebody is connected to it; whoever serves from it is."""
    import psycopg

    if pid(home) is None:
        return
    try:
        with psycopg.connect(start(home), autocommit=True) as connection:
            others = connection.execute(
                "select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
            ).fetchone()
    except (psycopg.Error, OSError, RuntimeError):
        return  # it cannot be told: it stays, and the next start takes it over
    if others is None:
        stop(home)


def stop_on_exit(home: Path) -> None:
    """Stop the server when this process ends, SIGTERM included, which by itself would leave it running.

    It stays for others who are connected by then.
    """
    import atexit

    atexit.register(stop_unused, home)

    def leave(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, leave)


def _launch(data: Path) -> files.Running:
    """Start the server of `data`, made first if it is new. What a killed server left in the way is cleared."""
    owner = files.owner(data)
    files.open_path(data.parent, owner)
    if not (data / "PG_VERSION").exists():
        _create(data, owner)
    files.configure(data, owner)
    files.clear_stale(data)
    deadline, failures = time.monotonic() + START_S, 0
    while failures < TRIES and time.monotonic() < deadline:
        problem = _run(owner, "pg_ctl", "start", f"-wt{START_S}", "-D", str(data), "-l", str(data / "log"))
        running = files.running(data)
        if running:
            return running
        # processes of a killed server need a moment to notice; until then its shared memory is still in use
        failures += not _still_leaving(data)
        time.sleep(0.2)
    raise RuntimeError(f"the embedded PostgreSQL did not start; see {data / 'log'}: {problem}")


def _still_leaving(data: Path) -> bool:
    log = data / "log"
    last = log.read_text(errors="replace").splitlines()[-3:] if log.exists() else []
    return any("still in use" in line for line in last)


def _create(data: Path, owner: files.Owner) -> None:
    """Make the cluster beside its place and move it there whole: a kill half-way leaves nothing half-made."""
    fresh = Path(tempfile.mkdtemp(prefix=f"{FOLDER}.new-", dir=data.parent))
    owner.give(fresh)
    options = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--auth=peer", "-U", files.ROLE)
    problem = _run(owner, "initdb", *options, "-D", str(fresh))
    if not (fresh / "global" / "pg_control").exists() or problem:
        raise RuntimeError(f"the embedded PostgreSQL could not make its files in {data.parent}: {problem}")
    fresh.rename(data)  # replaces an empty folder, refuses a full one


def _run(owner: files.Owner, tool: str, *args: str) -> str:
    """Run one of the server's tools as its owner; what it said if it failed, else nothing.

    Its output goes to a file: the server keeps a pipe open, and reading one would wait for the server's end.
    The environment is a bare one: the server has no business with our secrets.
    """
    command = [str(files.binaries(owner) / tool), *args]
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", env=files.ENVIRONMENT,
            **owner.as_user(),
        )  # fmt: skip
        said.seek(0)
        return "" if done.returncode == 0 else said.read().decode(errors="replace").strip()[-2000:]
