"""A home, a database and Django of the benchmark's own; thrown away afterwards."""

import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from time import perf_counter
from uuid import UUID

REPOSITORY = Path(__file__).parents[1]
POLICY = REPOSITORY / "policies" / "quali"


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


@dataclass(frozen=True)
class Load:
    """What a server did under load: operations a second, and latencies in ms."""

    per_second: float
    p50_ms: float
    p99_ms: float

    @property
    def latencies(self) -> str:
        return f"p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.0f} ms"


def publish() -> UUID:
    """The reference policy, in force; its version's id."""
    from troth.policy.load import load
    from troth.versions import services as versions

    loaded = load(POLICY)
    if loaded.policy is None:
        raise RuntimeError("the reference policy has errors: run `troth check policies/quali`")
    return versions.publish(loaded.policy, loaded.places, now=datetime.now(UTC)).id


def hammer(act: Callable[[int], None], *, threads: int, each: int, done: Callable[[], None] = lambda: None) -> Load:
    """Run `act(number)` `each` times in every thread, all at once, each number once; `done` ends a thread."""
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
    return Load(len(spent) / took, cuts[49], cuts[98])
