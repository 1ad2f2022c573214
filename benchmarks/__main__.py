"""Measures everything we claim and prints each figure beside its floor of the same run.

A module is a process of its own: each has its own home and database, and starts as cold as the others.
"""

import argparse
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import benchmarks
from benchmarks._figure import Size

QUICK = 0.1
COLUMNS = ("figure", "value", "unit", "floor", "ratio", "target", "floor_is", "note")


def modules() -> list[str]:
    """The benchmarks there are. A module whose name begins with `_` is a helper."""
    return sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))


def run_here(name: str, size: Size) -> Iterator[dict[str, Any]]:
    for figure in import_module(f"benchmarks.{name}").run(size):
        yield {"module": name, **figure.as_json()}


def run_apart(name: str, size: Size) -> Iterator[dict[str, Any]]:
    """The same in a process of its own. One that fails is said, and the others still run."""
    command = [sys.executable, "-m", "benchmarks", "--only", name, "--scale", str(size.scale), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield from map(json.loads, process.stdout)
    if process.returncode:
        yield {"module": name, "figure": f"{name} ended with code {process.returncode}", "failed": True}


def table(found: list[dict[str, Any]]) -> Iterator[str]:
    """The figures as lines."""
    cells = [[column.replace("_", " ") for column in COLUMNS]]
    cells += [[_cell(row, column) for column in COLUMNS] for row in found]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    if column == "target" and value is not None:
        return f"{_text(value)} {'met' if row['met'] else 'missed'}"
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if value < 1_000 else f"{value:,.0f}"
    return "" if value is None else str(value)


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("--only", action="append", metavar="NAME", choices=modules(), help="a module; may be repeated")
    asked.add_argument("--json", action="store_true", help="one JSON line a figure")
    asked.add_argument("--quick", action="store_true", help=f"the same as --scale {QUICK}")
    asked.add_argument("--scale", type=float, default=1.0, help="how much to measure; 1 is what we claim")
    given = asked.parse_args()
    size = Size(QUICK if given.quick else given.scale)
    names = given.only or modules()
    run, found = (run_here if len(names) == 1 else run_apart), []
    for name in names:
        for row in run(name, size):
            found.append(row)
            if given.json:
                print(json.dumps(row), flush=True)
            elif sys.stderr.isatty():
                print(row["figure"], file=sys.stderr)
    if not given.json:
        print("\n".join(table(found)))
    return int(any(row.get("failed") for row in found))


sys.exit(main())
