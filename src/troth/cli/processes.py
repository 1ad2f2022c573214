"""The processes of one home: database, web, workers; started in order, ended in order."""

import fcntl
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType

from troth import ground, postgres
from troth.work.supervisor import Child, Supervisor, kill_leftovers, pause_after

READY_S = 60.0
WORKER_WAITS_S = 10.0  # at most: it starts when the web answers
WEB_THREADS = min(4, 2 * (os.cpu_count() or 1))  # in each web process; each holds one database connection


class CannotServe(Exception):
    """Why the processes cannot run here; said to the person who started them."""


@dataclass(frozen=True)
class Plan:
    """What to run: where the web listens, how many web processes and jobs at a time."""

    host: str = "127.0.0.1"
    port: int = 8800
    web_processes: int = 2
    jobs_at_once: int = 4
    worker: bool = True
    beside: tuple[Child, ...] = ()  # further processes to keep running
    log: Path | None = None  # where all of them write; None: where this process does

    @property
    def address(self) -> str:
        """Where the web is reached from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class StopAsked:
    """Whether SIGTERM or SIGINT came. The second one ends the process at once."""

    def __init__(self) -> None:
        self.asked = False
        for which in (signal.SIGTERM, signal.SIGINT):
            signal.signal(which, self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise SystemExit(128 + number)
        self.asked = True


def serve(
    plan: Plan,
    say: Callable[[str], None],
    ready: Callable[[], None] = lambda: None,
    *,
    prepare: Callable[[], None] = lambda: None,
    over: Callable[[], bool] = lambda: False,
    end: Callable[[], None] = lambda: None,
) -> None:
    """Run everything until SIGTERM or SIGINT, or until `over()`; `ready` is called once, when the web answers.

    Brings up database and tables first, then calls `prepare`. Calls `end` before anything is stopped; the embedded
    database stops last. Raises CannotServe.
    """
    stop = StopAsked()
    os.environ.setdefault("TROTH_PUBLIC_URL", plan.address)
    ground.forget()
    home = ground.settings().home
    with only_one(home, plan):
        kill_leftovers(str(home))
        cache_bytecode(home)
        check_port(plan)
        supervisor = Supervisor(str(home), children(plan), say, log=plan.log)
        try:
            _prepare()
            prepare()
            _keep_running(supervisor, plan, lambda: stop.asked or over(), ready)
        finally:
            end()
            supervisor.stop()
            if embedded():
                _leave_database()
                postgres.stop(home)


def embedded() -> bool:
    return ground.settings().database_url is None


def children(plan: Plan) -> list[Child]:
    """The web first; the worker a little later, so that the two do not share the processor while people wait."""
    where = ("--host", plan.host, "--port", str(plan.port), "--no-ws", "--log-level", "warning")
    size = ("--workers", str(plan.web_processes), "--blocking-threads", str(WEB_THREADS))
    end = ("--respawn-failed-workers", "--workers-kill-timeout", "10", "troth.web.wsgi:application")
    web = Child("web", [sys.executable, "-m", "granian", "--interface", "wsgi", *where, *size, *end])
    worker = [sys.executable, "-m", "troth.cli.worker", "--concurrency", str(plan.jobs_at_once)]
    later = time.monotonic() + WORKER_WAITS_S
    return [web, *plan.beside, *([Child("worker", worker, not_before=later)] if plan.worker else [])]


@contextmanager
def only_one(home: Path, plan: Plan) -> Iterator[None]:
    """Hold the home's lock, which dies with its holder. Raises CannotServe naming who holds it."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "serve.lock"
    with open(path, "a+", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = f"{home} is served already, {_holder(path)}: stop that one, or set another TROTH_HOME"
            raise CannotServe(text) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "address": plan.address}))
        file.flush()
        yield


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text())
        return f"by process {held['pid']} at {held['address']}"
    except (OSError, ValueError, KeyError):
        return "by another process"


def check_port(plan: Plan) -> None:
    """Raises CannotServe if the address is taken or not ours, which a server in a child could only say in its log."""
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((plan.host, plan.port))
        except OSError as problem:
            text = f"cannot listen on {plan.host} port {plan.port}: {problem.strerror}; choose another with --port"
            raise CannotServe(text) from None


def cache_bytecode(home: Path) -> None:
    """Where Python may not write compiled modules beside the sources, keep them in the home: a start is 2x faster."""
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = str(home / "cache" / "python")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def _prepare() -> None:
    """Database, tables, folders. The database starts while Python loads the rest, which takes as long."""
    with ThreadPoolExecutor(1) as beside:
        database = beside.submit(ground.database_url)
        for heavy in ("psycopg", "procrastinate.contrib.django", "django.db.models", "pydantic", "troth.work.schema"):
            import_module(heavy)
        try:
            database.result()
        except RuntimeError as problem:
            raise CannotServe(str(problem)) from problem
    ground.setup()
    (ground.settings().home / "static").mkdir(exist_ok=True)  # WhiteNoise warns if it is not there
    _migrate()
    _leave_database()


def _migrate() -> None:
    from psycopg import OperationalError

    from troth.work.schema import migrate

    try:
        migrate()
    except OperationalError:  # its text may repeat the URL's password
        raise CannotServe("the database does not answer: check TROTH_DATABASE_URL and that its server runs") from None


def _leave_database() -> None:
    from django.db import connections

    connections.close_all()


def _keep_running(supervisor: Supervisor, plan: Plan, over: Callable[[], bool], ready: Callable[[], None]) -> None:
    database, told, started = Database(ground.settings().home, supervisor.say), False, time.monotonic()
    while not over():
        if embedded():
            database.look()
        supervisor.look()
        if not told and answers(plan):
            told = True
            for child in supervisor.children:
                child.not_before = 0.0
            ready()
        if not told and time.monotonic() - started > READY_S:
            raise CannotServe(f"no answer at {plan.address}/healthz after {READY_S:g} s: see the log above")
        time.sleep(0.05 if not told else 0.2)


@dataclass
class Database:
    """Keeps the embedded database running. One that does not start is tried again, ever more slowly."""

    home: Path
    say: Callable[[str], None]
    failures: int = 0
    not_before: float = 0.0

    def look(self) -> None:
        if time.monotonic() < self.not_before or postgres.pid(self.home) is not None:
            return
        self.say("the database ended; starting it again")
        try:
            postgres.start(self.home)
            self.failures = 0
        except RuntimeError as problem:
            self.failures += 1
            self.say(str(problem))
        self.not_before = time.monotonic() + pause_after(self.failures)


def answers(plan: Plan) -> bool:
    """Whether the web says it is well."""
    host, port = plan.address.removeprefix("http://").rsplit(":", 1)
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
