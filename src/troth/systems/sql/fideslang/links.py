"""References of a fideslang file as ours: each resolved against the tables there are, or told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from troth.systems.sql.fideslang.columns import Leaf
from troth.systems.sql.fideslang.page import Page, Where
from troth.systems.sql.fideslang.shapes import Reference as Written
from troth.systems.sql.fideslang.shapes import bare


@dataclass(frozen=True)
class Place:
    """Where a table comes from: the dataset, the collection in it, its columns; none where it is not processed."""

    dataset: str
    collection: str
    leaves: list[Leaf] | None


Tables = Mapping[str, Place]


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
    for table, place in tables.items():
        for leaf in place.leaves or ():
            ours = [one for at, written in _written(leaf) for one in _one(page, tables, keys, at, written)]
            own = [one for one in ours if (one.table, one.column) != (table, leaf.name)]
            if own:
                found[table, leaf.name] = tuple(dict.fromkeys(own))
    return found


Keys = Mapping[str, frozenset[str]]
"""Table → the columns its file calls `primary_key`."""


@dataclass(frozen=True)
class Bundle:
    """References of several columns of `table` that are one: `columns` of it → those of `other`, compared together."""

    table: str
    other: str
    columns: dict[str, str]
    direction: Literal["from", "to"]


def bundled(ties: Ties, keys: Keys) -> Iterator[Bundle]:
    """References over a key of several columns. Part of such a key alone leads to rows of anybody: an order is told
    by country and number, and every order of the country would be somebody's."""
    groups: dict[tuple[str, str, Literal["from", "to"]], list[tuple[str, str]]] = {}
    for (table, column), each in ties.items():
        for one in each:
            groups.setdefault((table, one.table, one.direction), []).append((column, one.column))
    for (table, other, direction), pairs in groups.items():
        theirs = [pair for pair in pairs if len(keys[other]) > 1 and pair[1] in keys[other]]
        mine = [pair for pair in pairs if len(keys[table]) > 1 and pair[0] in keys[table]]
        whole = next((each for each in (theirs, mine) if _one_to_one(each)), None)
        if whole:
            yield Bundle(table, other, dict(whole), direction)


def _one_to_one(pairs: Sequence[tuple[str, str]]) -> bool:
    many = len(pairs)
    return many > 1 and len({mine for mine, _ in pairs}) == many and len({theirs for _, theirs in pairs}) == many


def _written(leaf: Leaf) -> Iterator[tuple[Where, Written]]:
    for index, one in enumerate(leaf.meta.references):
        yield (*leaf.at, "fides_meta", "references", str(index)), one


def _one(page: Page, tables: Tables, keys: Sequence[str], at: Where, written: Written) -> Iterator[Tie]:
    if written.dataset not in keys:
        left = f"dataset `{written.dataset}` is not part of this: the reference is left out"
        page.note(at, f"{left}; where people are known by such a number, say `identity: account`")
        return
    mine = {place.collection: (name, place) for name, place in tables.items() if place.dataset == written.dataset}
    target = _target(mine, written.field)
    if target is None and _skipped(mine, written.field):
        page.note(at, f"`{written.field}` is not processed: the reference is left out")
        return
    if target is None:
        near = _near(mine, written.field)
        page.problem(at, f"there is no `{written.field}` in dataset `{written.dataset}`{near}")
        return
    if written.direction is None:
        page.note(at, "no direction: it holds both ways; write `from` or `to` where only one is meant")
    for direction in (written.direction,) if written.direction else ("from", "to"):
        yield Tie(*target, direction)


Mine = Mapping[str, tuple[str, Place]]
"""Collections of one dataset → the table each is here, and its place."""


def _target(mine: Mine, field: str) -> tuple[str, str] | None:
    """Table and column. Tables may hold dots, and so may columns: the longest table name wins."""
    for collection, rest in _splits(mine, field):
        table, place = mine[collection]
        column = _among(rest, [leaf.name for leaf in place.leaves or ()])
        if column is not None:
            return table, column
    return None


def _skipped(mine: Mine, field: str) -> bool:
    return any(mine[collection][1].leaves is None for collection, _ in _splits(mine, field))


def _splits(mine: Mine, field: str) -> Iterator[tuple[str, str]]:
    """Every collection the field may be in, and what is left of it."""
    parts = field.split(".")
    for end in range(len(parts) - 1, 0, -1):
        collection = _among(".".join(parts[:end]), mine)
        if collection is not None:
            yield collection, ".".join(parts[end:])


def _among(name: str, names: Sequence[str] | Mapping[str, object]) -> str | None:
    return next((each for each in (name, bare(name)) if each in names), None)


def _near(mine: Mine, field: str) -> str:
    every = [f"{name}.{leaf.name}" for name, (_, place) in mine.items() for leaf in place.leaves or ()]
    close = get_close_matches(field, every, 1)
    return f"; is `{close[0]}` meant?" if close else ""
