"""Every benchmark runs, on a tiny size, and tells a figure with its floor. How fast is never asserted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # benchmarks are no part of the package

from benchmarks._figure import Figure, Size  # noqa: E402

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
# Two are not run here: `install` needs a package registry or a filled cache, `story` is played by a test of its own.
MODULES = ("evidence", "gate", "intake", "logs", "pages", "policy", "publishing", "server", "sql_engine")


def _run(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *args]
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("module", MODULES)
def test_a_benchmark_tells_figures_with_their_floors(module: str) -> None:
    ran = _run("--only", module, "--scale", "0.0001", "--json")
    assert ran.returncode == 0, ran.stderr[-2000:]
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert rows
    for row in rows:
        assert row["module"] == module
        assert row["figure"]
        assert row["unit"]
        assert row["floor_is"]
        assert row["value"] > 0
        assert row["floor"] > 0
        assert row["ratio"] > 0


def test_every_module_is_either_run_or_excused() -> None:
    found = {path.stem for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("_")}
    assert found == {*MODULES, "install", "story", "queue"}  # too long for a test


def test_an_unknown_benchmark_is_refused_with_the_known_ones() -> None:
    ran = _run("--only", "nothing")
    assert ran.returncode == 2
    assert "sql_engine" in ran.stderr


@pytest.mark.parametrize(
    ("unit", "value", "floor", "ratio"), [("1/s", 50.0, 100.0, 2.0), ("s", 4.0, 2.0, 2.0), ("s", 1.0, 0.0, None)]
)
def test_a_ratio_is_how_many_times_the_floors_cost_ours_is(
    unit: str, value: float, floor: float, ratio: float | None
) -> None:
    assert Figure("x", value, unit, floor, "bare").ratio == ratio


@pytest.mark.parametrize(
    ("unit", "value", "target", "met"),
    [
        ("1/s", 1_000, 1_000, True),
        ("1/s", 999, 1_000, False),
        ("s", 4, 4, True),
        ("s", 5, 4, False),
        ("s", 5, None, None),
    ],
)
def test_a_target_is_met_from_the_side_that_is_better(
    unit: str, value: float, target: float | None, met: bool | None
) -> None:
    assert Figure("x", value, unit, 1, "bare", target).met is met


def test_a_size_never_falls_under_what_is_needed() -> None:
    assert Size(0.001).of(1_000, 5) == 5
    assert Size().of(1_000, 5) == 1_000
