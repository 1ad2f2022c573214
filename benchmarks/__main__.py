"""Runs every module here that has a `run() -> list[dict]` and prints its figures, each beside its floor."""

import argparse
import json
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import benchmarks


def modules(names: list[str]) -> list[str]:
    """The modules to run, in order. A module whose name begins with `_` is a helper."""
    known = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(known)}")
    return names or known


def rows(names: list[str]) -> Iterator[dict[str, Any]]:
    for name in modules(names):
        for found in import_module(f"benchmarks.{name}").run():
            yield {"module": name, **found}


def table(found: list[dict[str, Any]]) -> Iterator[str]:
    """The figures as lines, a column for every name that occurs."""
    columns = list(dict.fromkeys(name for row in found for name in row))
    cells = [[column.replace("_", " ") for column in columns]]
    cells += [[_text(row.get(column)) for column in columns] for row in found]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if value < 1_000 else f"{value:,.0f}"
    return "" if value is None else str(value)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("names", nargs="*", help="modules to run; none: all")
    asked.add_argument("--json", action="store_true", help="one JSON line a figure")
    given = asked.parse_args()
    if given.json:
        for row in rows(given.names):
            print(json.dumps(row), flush=True)
        return
    print("\n".join(table(list(rows(given.names)))))


main()
