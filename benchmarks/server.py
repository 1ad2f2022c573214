"""The deployment as `troth serve` runs it: ready, under load, and how much memory it takes.

Floors: the embedded PostgreSQL's own start; an empty page on the same web server with as many processes and threads,
for submissions and for memory.
"""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks._figure import Figure, Size, seconds
from benchmarks._home import POLICY, REPOSITORY, Load, hammer
from benchmarks._intake import PATH, submission

THREADS, EACH = 8, 40
WAIT_S = 60
START = "import sys; from pathlib import Path; from troth import postgres; postgres.start(Path(sys.argv[1]))"


def run(size: Size) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="troth-bench-") as made:
        yield from _figures(Path(made), size)


def _figures(folder: Path, size: Size) -> Iterator[Figure]:
    folder.chmod(0o755)  # the database runs as another user when we are root
    bare_first, bare_again = _bare(folder / "bare")
    environment, port = _environment(folder / "home"), _free_port()
    serve = [sys.executable, "-m", "troth", "serve", "--port", str(port)]
    with _running(serve, environment, port) as (_, first):
        yield Figure("server ready, first time", first, "s", bare_first, "the embedded PostgreSQL alone", 4)
    with _running(serve, environment, port) as (process, again):
        yield Figure("server ready, again", again, "s", bare_again, "the embedded PostgreSQL alone", 4)
        subprocess.run([sys.executable, "-m", "troth", "publish", str(POLICY)], env=environment, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        load = _submissions(port, size.of(EACH, 2))
        time.sleep(0.5)
        memory = _memory(process)
    floor_load, floor_memory = _empty(environment, size.of(EACH * 5, 2))
    yield Figure(
        "submissions over HTTP", load.per_second, "1/s", floor_load.per_second, "an empty page", note=load.latencies
    )
    yield Figure("memory of server and worker", memory, "MB", floor_memory, "the web server with an empty page", 250)


def _bare(home: Path) -> tuple[float, float]:
    """Seconds to a bare database in a new folder, and on one that is there."""
    from troth import postgres

    def start() -> None:
        subprocess.run([sys.executable, "-c", START, str(home)], check=True)

    times = []
    for _ in range(2):
        times.append(seconds(start))
        postgres.stop(home)
    return times[0], times[1]


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TROTH_", "PYTHONDONTWRITE"))}
    return {**kept, "TROTH_HOME": str(home)}


@contextmanager
def _running(
    command: list[str], environment: Mapping[str, str], port: int
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The server and how many seconds it took until it answered; ended afterwards."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - start > WAIT_S:
                raise RuntimeError(f"the server does not answer: {' '.join(command)}")
            time.sleep(0.01)
        yield process, time.perf_counter() - start
    finally:
        process.terminate()
        process.wait(WAIT_S)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _submissions(port: int, each: int) -> Load:
    """New people, marketing ticked, over connections that stay open."""
    own = threading.local()

    def act(number: int) -> None:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"bench-{number:08}"}
        own.connection.request("POST", PATH, submission("http", number, ticked=True), headers)
        reply = own.connection.getresponse()
        reply.read()
        if reply.status != 201:
            raise RuntimeError(f"a submission was answered {reply.status}")

    return hammer(act, threads=THREADS, each=each)


def _empty(environment: Mapping[str, str], each: int) -> tuple[Load, float]:
    port = _free_port()
    size = ("--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning")
    where = ("--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "benchmarks._empty:application")
    with _running([sys.executable, "-m", "granian", *size, *where], environment, port) as (process, _):
        return _submissions(port, each), _memory(process)


def _memory(process: subprocess.Popen[bytes]) -> float:
    """Resident MB of the Python processes of a tree; what they share counts in each of them, as a bill would."""
    tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return sum(each.memory_info().rss for each in tree if "python" in each.name() or "granian" in each.name()) / 1e6


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
