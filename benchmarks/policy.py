"""The policy as code: `troth check` on the reference policy as a command, and how checking grows with a policy.

Floors: a Python that reads the same files with the same YAML loader and does nothing with them.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path

from benchmarks._figure import Figure, Size, in_turns, seconds
from benchmarks._home import POLICY

ROUNDS = 9
TOUCHPOINTS = (500, 1_000, 2_000)
READ = (
    "import yaml, sys, pathlib; L = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)\n"
    "for f in pathlib.Path(sys.argv[1]).rglob('*.yaml'): yaml.load(f.read_text(), L)"
)


def run(size: Size) -> Iterator[Figure]:
    rounds = size.of(ROUNDS, 1)
    _python("-m", "troth", "check", str(POLICY))  # the disk is warm
    ours, floor = in_turns(
        lambda _: _python("-m", "troth", "check", str(POLICY)), lambda _: _python("-c", READ, str(POLICY)), rounds
    )
    yield Figure("troth check policies/quali", ours, "s", floor, "Python reads the same YAML", 0.40, "whole process")
    ours, floor = in_turns(
        lambda _: _python("-m", "troth", "--help"), lambda _: _python("-c", "import typer, typer.main"), rounds
    )
    yield Figure("troth --help", ours, "s", floor, "Python imports typer", 0.15, "whole process")
    yield from _growth([size.of(number, number // 50) for number in TOUCHPOINTS])


def _growth(numbers: list[int]) -> Iterator[Figure]:
    """The largest policy as a figure, and the exponent by which processor time grows from the smallest to it."""
    times = [_checked(number) for number in numbers]
    told = ", ".join(f"{number:,}: {ours.cpu:.2f} s" for number, (ours, _) in zip(numbers, times, strict=True))
    ours, floor = times[-1]
    name = f"troth check, {numbers[-1]:,} touchpoints"
    yield Figure(name, ours.wall, "s", floor.wall, "Python reads the same YAML", 5.0, f"processor time {told}")
    grown, floor_grown = (log(times[-1][i].cpu / times[0][i].cpu) / log(numbers[-1] / numbers[0]) for i in (0, 1))
    yield Figure(
        "growth of check with touchpoints", max(grown, 0.01), "exponent", max(floor_grown, 0.01),
        "growth of reading the same YAML", 1.1, "of processor time; 1 is linear, and starting up makes it less",
    )  # fmt: skip


@dataclass(frozen=True, order=True)
class Spent:
    """Seconds a command took: of the processor and of the clock."""

    cpu: float
    wall: float


def _checked(number: int) -> tuple[Spent, Spent]:
    with tempfile.TemporaryDirectory(prefix="troth-bench-") as folder:
        write(Path(folder), number)
        ours = min(_spent("-m", "troth", "check", folder) for _ in range(2))
        return ours, min(_spent("-c", READ, folder) for _ in range(2))


def _spent(*args: str) -> Spent:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = seconds(lambda: _python(*args))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall)


def write(folder: Path, number: int) -> None:
    """A sound policy of `number` touchpoints, fifty a file."""
    from troth.policy.scaffold import Beginning, Scaffold

    begun = Beginning("large", "Large GmbH", "DE", "a@b.example", "https://b.example", date(2026, 1, 1), "Weg 1, Ort")
    texts = Scaffold(begun).texts
    head, _, touchpoint = texts.pop("touchpoints.yaml").partition("  contact:\n")
    for name, text in texts.items():
        (folder / name).write_text(text)
    for first in range(0, number, 50):
        more = (f"  contact-{n}:\n{touchpoint}" for n in range(first, min(first + 50, number)))
        (folder / f"touchpoints-{first:05}.yaml").write_text(head + "".join(more))


def _python(*args: str) -> None:
    subprocess.run([sys.executable, *args], check=True, stdout=subprocess.DEVNULL)
