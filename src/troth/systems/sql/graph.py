"""Which table is reached from which: pure, over a dataset whose names resolve."""

from dataclasses import dataclass

from troth.systems.sql.model import Dataset, Kind


class Cycle(ValueError):
    """References run in a circle through `tables`."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        super().__init__(" → ".join(tables))
        self.tables = tables


@dataclass(frozen=True)
class ByIdentity:
    """Rows whose `column` holds an identifier of the person."""

    column: str
    kind: Kind
    exact: bool


@dataclass(frozen=True)
class ByLink:
    """Rows whose `column` equals `other` of a reached row of `table`."""

    column: str
    table: str
    other: str


Way = ByIdentity | ByLink


def ways(dataset: Dataset) -> dict[str, tuple[Way, ...]]:
    """Every way into each table, in the file's order."""
    found: dict[str, list[Way]] = {name: [] for name in dataset.tables}
    for name, table in dataset.tables.items():
        for column_name, column in table.columns.items():
            if column.identity:
                found[name].append(ByIdentity(column_name, column.identity, column.match == "exact"))
            for reference in column.references:
                if reference.direction == "from":
                    found[name].append(ByLink(column_name, reference.table, reference.name))
                else:
                    found[reference.table].append(ByLink(reference.name, name, column_name))
    return {name: tuple(dict.fromkeys(each)) for name, each in found.items()}


def ordered(dataset: Dataset) -> tuple[str, ...]:
    """Tables that an identity leads to, each after all that lead to it. Raises Cycle."""
    into = ways(dataset)
    reached = _reached(into)
    left = [name for name in dataset.tables if name in reached]
    done: list[str] = []
    while left:
        ready = [name for name in left if not (_feeders(into[name]) & set(left))]
        if not ready:
            raise Cycle(_circle(left, into))
        done += ready
        left = [name for name in left if name not in ready]
    return tuple(done)


def _reached(into: dict[str, tuple[Way, ...]]) -> set[str]:
    reached = {name for name, each in into.items() if any(isinstance(way, ByIdentity) for way in each)}
    while more := {name for name, each in into.items() if name not in reached and _feeders(each) & reached}:
        reached |= more
    return reached


def _feeders(each: tuple[Way, ...]) -> set[str]:
    return {way.table for way in each if isinstance(way, ByLink)}


def _circle(left: list[str], into: dict[str, tuple[Way, ...]]) -> tuple[str, ...]:
    """One circle among tables that all wait for one another."""
    path = [left[0]]
    while True:
        ahead = min(_feeders(into[path[-1]]) & set(left), key=left.index)
        if ahead in path:
            return (*path[path.index(ahead) :], ahead)
        path.append(ahead)
