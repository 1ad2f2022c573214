"""The whole story, `troth demo --script`, on a directory of its own: from nothing to every step judged.

The floor is what its systems and commands cost when they do nothing: the embedded PostgreSQL's first start, and one
bare Python with Django for each command the story runs.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks._figure import Figure, Size, seconds

COMMANDS = 12
START = (
    "import sys; from pathlib import Path; from troth import postgres; home = Path(sys.argv[1])\n"
    "postgres.start(home); postgres.stop(home)"
)


def run(_size: Size) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="troth-bench-") as made:
        Path(made).chmod(0o755)  # the database runs as another user when we are root
        floor = seconds(lambda: _python("-c", START, f"{made}/bare"))
        floor += COMMANDS * seconds(lambda: _python("-c", "import django.db.models"))
        steps: list[str] = []
        took = seconds(lambda: steps.extend(_play(f"{made}/home")))
    slowest = max(map(json.loads, steps), key=lambda step: float(step["took_s"]))
    note = f"{len(steps)} steps, the longest {slowest['step']} {slowest['took_s']} s"
    yield Figure("the story", took, "s", floor, f"PostgreSQL's start and {COMMANDS} bare commands", 40, note)


def _play(home: str) -> list[str]:
    return _python("-m", "troth", "demo", "--script", "--json", "--home", home).splitlines()


def _python(*args: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *args]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
