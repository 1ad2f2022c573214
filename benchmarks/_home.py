"""A home, a database and Django of the benchmark's own; thrown away afterwards."""

import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread
from time import perf_counter
from typing import Any

REPOSITORY = Path(__file__).parents[1]


@contextmanager
def home() -> Iterator[Path]:
    """Troth set up and migrated under a folder of its own; `TROTH_DATABASE_URL` is not looked at."""
    folder = Path(tempfile.mkdtemp(prefix="troth-bench-"))
    folder.chmod(0o755)  # the server runs as another user when we are root
    os.environ["TROTH_HOME"] = str(folder)
    for name in ("TROTH_DATABASE_URL", "TROTH_SMTP_URL", "TROTH_SYSTEMS"):
        os.environ.pop(name, None)
    from troth import ground, postgres

    ground.forget()
    try:
        ground.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield folder
    finally:
        postgres.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def hammer(act: Callable[[int], None], *, threads: int, each: int, done: Callable[[], None]) -> dict[str, Any]:
    """Run `act(number)` `each` times in every thread, all at once; operations a second and latencies in ms."""
    times: list[list[float]] = [[] for _ in range(threads)]
    problems: list[BaseException] = []
    gate = Barrier(threads + 1)

    def work(place: int) -> None:
        gate.wait()
        try:
            for turn in range(each):
                begun = perf_counter()
                act(place * each + turn)
                times[place].append((perf_counter() - begun) * 1_000)
        except BaseException as problem:
            problems.append(problem)
        finally:
            done()

    running = [Thread(target=work, args=(place,)) for place in range(threads)]
    for thread in running:
        thread.start()
    gate.wait()
    begun = perf_counter()
    for thread in running:
        thread.join()
    took = perf_counter() - begun
    if problems:
        raise problems[0]
    spent = sorted(t for some in times for t in some)
    cuts = statistics.quantiles(spent, n=100)
    return {"per_second": round(len(spent) / took, 1), "p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2)}
