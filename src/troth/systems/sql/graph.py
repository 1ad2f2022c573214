"""Which table is reached from which: pure, over a dataset whose names resolve."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from troth.systems.sql.model import Dataset, Kind, Table

NAMING: frozenset[Kind] = frozenset({"email", "phone", "account"})
"""Identities that name a person. A device says where somebody was, not who: it finds rows, but denies nobody theirs."""


@dataclass(frozen=True)
class ByIdentity:
    """Rows whose `column` holds an identifier of the person. `auto`: e-mails may be compared as they are written."""

    column: str
    kind: Kind
    exact: bool
    auto: bool = False


@dataclass(frozen=True)
class ByLink:
    """Rows whose `columns` equal `others` of a reached row of `table`, in pairs.

    `back`: from a row that the person's own rows only refer to, back down to whatever refers to it (`Reach.ways`).
    """

    columns: tuple[str, ...]
    table: str
    others: tuple[str, ...]
    back: bool = False


Way = ByIdentity | ByLink


@dataclass(frozen=True)
class Layer:
    """Tables that are read at once. `circular`: they lead to one another (or one to itself), so round by round."""

    tables: tuple[str, ...]
    circular: bool


def ways(dataset: Dataset) -> dict[str, tuple[Way, ...]]:
    """Every way into each table, in the file's order."""
    found: dict[str, list[Way]] = {name: [] for name in dataset.tables}
    for name, table in dataset.tables.items():
        for column_name, column in table.columns.items():
            if column.identity:
                exact, auto = column.match == "exact", column.match == "auto"
                found[name].append(ByIdentity(column_name, column.identity, exact, auto))
        for into, way in _links(name, table):
            found[into].append(way)
    return {name: tuple(dict.fromkeys(each)) for name, each in found.items()}


def _links(name: str, table: Table) -> Iterator[tuple[str, ByLink]]:
    """What the references of `table` lead into, and how."""
    for column_name, column in table.columns.items():
        for one in column.references:
            if one.direction == "from":
                yield name, ByLink((column_name,), one.table, (one.name,))
            else:
                yield one.table, ByLink((one.name,), name, (column_name,))
    for many in table.references:
        here, there = tuple(many.columns), tuple(many.columns.values())
        if many.direction == "from":
            yield name, ByLink(here, many.table, there)
        else:
            yield many.table, ByLink(there, name, here)


def layers(dataset: Dataset) -> tuple[Layer, ...]:
    """Tables that an identity leads to, each layer after all that lead to it."""
    every = ways(dataset)
    reached = _reached(every)
    into = {name: each for name, each in every.items() if name in reached}
    feeders = {name: tuple(f for f in _feeders(each) if f in into) for name, each in into.items()}
    left = list(into)
    done: list[Layer] = []
    while left:
        ready = [name for name in left if not set(feeders[name]) & set(left)]
        circular = not ready
        ready = ready or _knot(left, feeders)
        done.append(Layer(tuple(ready), circular))
        left = [name for name in left if name not in ready]
    return tuple(done)


def ordered(dataset: Dataset) -> tuple[str, ...]:
    """Tables that an identity leads to, each after all that lead to it; those of a circle in the file's order."""
    return tuple(name for layer in layers(dataset) for name in layer.tables)


def _reached(into: Mapping[str, tuple[Way, ...]]) -> set[str]:
    reached = {name for name, each in into.items() if any(isinstance(way, ByIdentity) for way in each)}
    while more := {name for name, each in into.items() if name not in reached and set(_feeders(each)) & reached}:
        reached |= more
    return reached


def _feeders(each: tuple[Way, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(way.table for way in each if isinstance(way, ByLink)))


def _knot(left: list[str], feeders: Mapping[str, tuple[str, ...]]) -> list[str]:
    """A circle among `left` that nothing else in `left` leads to, all tables of it."""
    ahead = {name: _before(name, left, feeders) for name in left}
    smallest = min((name for name in left if name in ahead[name]), key=lambda name: len(ahead[name]))
    return [name for name in left if name in ahead[smallest]]


def _before(name: str, left: list[str], feeders: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Tables of `left` that lead to `name`, over however many others."""
    found: set[str] = set()
    queue = [name]
    while queue:
        more = {f for f in feeders[queue.pop()] if f in left} - found
        found |= more
        queue += more
    return found
