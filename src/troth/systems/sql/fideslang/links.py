"""References of a fideslang file as ours: each resolved against the tables there are, or told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from troth.systems.sql.fideslang.columns import Leaf
from troth.systems.sql.fideslang.page import Page, Where
from troth.systems.sql.fideslang.shapes import Reference as Written
from troth.systems.sql.fideslang.shapes import bare

Tables = Mapping[str, tuple[str, list[Leaf]]]


@dataclass(frozen=True)
class Tie:
    """A reference that was resolved: to `column` of `table`."""

    table: str
    column: str
    direction: Literal["from", "to"]


Ties = dict[tuple[str, str], tuple[Tie, ...]]
"""(table, column) → what it refers to."""


def resolved(page: Page, tables: Tables, keys: Sequence[str]) -> Ties:
    """Every reference; those to a dataset that was not chosen are told and left out."""
    found: Ties = {}
    for table, (_, leaves) in tables.items():
        for leaf in leaves:
            ours = [one for at, written in _written(leaf) for one in _one(page, tables, keys, at, written)]
            own = [one for one in ours if (one.table, one.column) != (table, leaf.name)]
            if own:
                found[table, leaf.name] = tuple(dict.fromkeys(own))
    return found


def _written(leaf: Leaf) -> Iterator[tuple[Where, Written]]:
    for index, one in enumerate(leaf.meta.references):
        yield (*leaf.at, "fides_meta", "references", str(index)), one


def _one(page: Page, tables: Tables, keys: Sequence[str], at: Where, written: Written) -> Iterator[Tie]:
    if written.dataset not in keys:
        page.note(at, f"dataset `{written.dataset}` is not part of this: the reference is left out")
        return
    target = _target(tables, written)
    if target is None:
        page.problem(at, f"there is no `{written.field}` in dataset `{written.dataset}`{_near(tables, written)}")
        return
    if written.direction is None:
        page.note(at, "no direction: it holds both ways; write `from` or `to` where only one is meant")
    for direction in (written.direction,) if written.direction else ("from", "to"):
        yield Tie(*target, direction)


def _target(tables: Tables, written: Written) -> tuple[str, str] | None:
    """Table and column. Tables may hold dots, and so may columns: the longest table name wins."""
    mine = {name: leaves for name, (dataset, leaves) in tables.items() if dataset == written.dataset}
    parts = written.field.split(".")
    for end in range(len(parts) - 1, 0, -1):
        table = _among(".".join(parts[:end]), mine)
        if table is None:
            continue
        column = _among(".".join(parts[end:]), [leaf.name for leaf in mine[table]])
        if column is not None:
            return table, column
    return None


def _among(name: str, names: Sequence[str] | Mapping[str, object]) -> str | None:
    return next((each for each in (name, bare(name)) if each in names), None)


def _near(tables: Tables, written: Written) -> str:
    mine = {name: leaves for name, (dataset, leaves) in tables.items() if dataset == written.dataset}
    every = [f"{name}.{leaf.name}" for name, leaves in mine.items() for leaf in leaves]
    close = get_close_matches(written.field, every, 1)
    return f"; is `{close[0]}` meant?" if close else ""
