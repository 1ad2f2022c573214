"""Requests fanned out over systems: one task a system and step, on two workers, one of which is killed in a second run.

Erasure requests over 20 systems whose calls take 5 ms: each request has an erasure and a look for absence in every
system, and each of these is a task counted when its outcome has committed. The floor is Procrastinate as it comes, on
the same database, as many workers and jobs at once: tasks that wait 5 ms and do nothing else, all queued before the
clock starts. A task of ours also reads its step, opens what is sealed, writes the outcome with its evidence, and starts
what follows: the looks are queued while the clock runs. The requests' own work that comes between (deliveries, vault;
answers and mail as they become due) is in the time and not in the count. Clocks run from the first task seen done.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml
from procrastinate.types import JSONValue

from benchmarks import _simulated
from benchmarks._figure import Figure, Size
from benchmarks._home import REPOSITORY, home, publish

TASKS, SYSTEMS, WORKERS = 10_000, 20, 2
LONGEST_S = 900
LOOK_S = 0.2
FLOOR = "bare Procrastinate"


def run(size: Size) -> Iterator[Figure]:
    with home() as folder:
        publish()
        (folder / "systems.yaml").write_text(yaml.safe_dump({"systems": _systems()}))
        _simulated.offer()
        tasks = size.of(TASKS, 80)
        floor = _bare(tasks)
        _, rate, _ = _ours(folder, "a", tasks)
        yield Figure("system tasks on two workers", rate, "/s", floor, FLOOR, floor / 2)
        some = max(tasks // 5, 80)
        done, rate, effects = _ours(folder, "b", some, kill=True)
        told = f"{done} of {_expected(some)} done; {effects}"
        yield Figure("the same, one worker killed", rate, "/s", floor, FLOOR, note=told)


def _systems() -> dict[str, dict[str, str]]:
    return {f"system-{n}": {"connector": _simulated.NAME, "ledger": "ledger"} for n in range(SYSTEMS)}


def _requests(tasks: int) -> int:
    return max(1, tasks // (2 * SYSTEMS))


def _expected(tasks: int) -> int:
    return _requests(tasks) * 2 * SYSTEMS


def _bare(tasks: int) -> float:
    """Tasks a second of Procrastinate alone."""
    from django.db import connection

    from benchmarks._queue_worker import bare_app
    from troth import ground

    url = ground.database_url()
    with bare_app(url).open() as app:
        numbers: list[dict[str, JSONValue]] = [{"number": n} for n in range(tasks)]
        app.tasks["bench.bare"].batch_defer(*numbers)
    connection.close()
    with _workers("bare"):
        return _until(_bare_done, tasks)


def _bare_done() -> int:
    return _count("procrastinate_jobs", "task_name = 'bench.bare' and status = 'succeeded'")


def _ours(folder: Path, name: str, tasks: int, *, kill: bool = False) -> tuple[int, float, str]:
    """Steps done, steps a second, what the systems saw."""
    ledger = folder / "ledger"
    ledger.unlink(missing_ok=True)
    ledger.touch()
    before = _steps_done()
    _ask(name, _requests(tasks))
    expected = _expected(tasks)
    with _workers("ours") as working:
        if kill:
            _until(lambda: _steps_done() - before, expected // 3)
            working[0].send_signal(signal.SIGKILL)
        rate = _until(lambda: _steps_done() - before, expected)
    seen = Counter(ledger.read_text().splitlines())
    again = sum(count - 1 for count in seen.values())
    return _steps_done() - before, rate, f"{len(seen)} effects, {again} calls repeated under the same key"


def _ask(name: str, requests: int) -> None:
    """Erasure requests whose address is proven: their first steps wait in the queue."""
    from troth.requests import services
    from troth.requests.models import Request
    from troth.requests.services import links

    now = datetime.now(UTC)
    for number in range(requests):
        services.receive("erasure", f"{name}{number}@example.org", now=now)
    for request in Request.objects.filter(state="identity"):
        services.prove(links.make(request, "identity", now).rstrip("/").rpartition("/")[2], now)


@contextmanager
def _workers(kind: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    from troth import ground

    environment = {
        **os.environ,
        "BENCH_DATABASE": ground.database_url(),
        "DJANGO_SETTINGS_MODULE": "troth.web.settings",
    }
    command = [sys.executable, "-m", "benchmarks._queue_worker", kind]
    working = [subprocess.Popen(command, cwd=REPOSITORY, env=environment) for _ in range(WORKERS)]
    try:
        yield working
    finally:
        for process in working:
            process.terminate()
        for process in working:
            process.wait(30)


def _until(done: Callable[[], int], wanted: int) -> float:
    """How many a second, once `wanted` are done: from the first sign of work, without what was done by then.

    The processes' start is not in it.
    """
    given_up = time.monotonic() + LONGEST_S
    while not (first := done()):
        _rest(given_up, first, wanted, LOOK_S / 10)
    begun = time.perf_counter()
    while (now := done()) < wanted:
        _rest(given_up, now, wanted)
    return max(now - first, 1) / (time.perf_counter() - begun)


def _rest(given_up: float, now: int, wanted: int, pause_s: float = LOOK_S) -> None:
    if time.monotonic() > given_up:
        raise RuntimeError(f"only {now} of {wanted} done after {LONGEST_S} s")
    time.sleep(pause_s)


def _steps_done() -> int:
    return _count("requests_step", "system like 'system-%%' and state = 'done'")


def _count(table: str, where: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table} where {where}", [])
        return int(cursor.fetchone()[0])
