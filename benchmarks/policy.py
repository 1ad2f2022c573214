"""The policy as code: `troth check` on the reference policy as a command, and one question to the gate.

Floors: a Python that reads the same files with the same YAML loader and does nothing with them; a function that looks
one answer up.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks._figure import Figure, Size, in_turns, seconds
from benchmarks._home import POLICY

QUESTIONS, ROUNDS = 100_000, 5
READ = (
    "import yaml, sys, pathlib; L = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)\n"
    "for f in pathlib.Path(sys.argv[1]).rglob('*.yaml'): yaml.load(f.read_text(), L)"
)


def run(size: Size) -> Iterator[Figure]:
    rounds = size.of(ROUNDS, 1)
    ours, floor = in_turns(
        lambda _: _python("-m", "troth", "check", str(POLICY)), lambda _: _python("-c", READ, str(POLICY)), rounds
    )
    yield Figure("troth check policies/quali", ours, "s", floor, "Python reads the same YAML")
    ours, floor = in_turns(
        lambda _: _python("-m", "troth", "--help"), lambda _: _python("-c", "import typer, typer.main"), rounds
    )
    yield Figure("troth --help", ours, "s", floor, "Python imports typer")
    yield _gate(size.of(QUESTIONS, 100))


def _gate(number: int) -> Figure:
    from troth.policy.load import load
    from troth.policy.permits import PersonState, permits

    policy = load(POLICY).policy
    assert policy
    person = PersonState(age="adult", consents={("schedule-demo", "send-marketing"): "given"})
    at, items = datetime.now(UTC), frozenset({"email"})
    question = ("schedule-demo", items, "send-marketing", "hubspot")
    known = {question: True}

    def ours() -> None:
        for _ in range(number):
            permits(policy, touchpoint=question[0], items=items, purpose=question[2], recipient="hubspot",
                    person=person, at=at)  # fmt: skip

    def floor() -> None:
        for _ in range(number):
            known[question]

    ours()
    return Figure(
        "one question to the gate", seconds(ours) / number * 1e6, "µs", seconds(floor) / number * 1e6, "a dict look-up"
    )


def _python(*args: str) -> None:
    subprocess.run([sys.executable, *args], check=True, stdout=subprocess.DEVNULL)
