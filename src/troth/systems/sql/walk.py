"""Reads whose rows are whose: table by table along the references, a statement a table, round by round in a circle."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any

from troth.systems.sql.compose import Reach
from troth.systems.sql.fetch import LIVING, NAMED, THEIRS, WAY, Fetch
from troth.systems.sql.given import PIECE, Value, bound, fitting, wire
from troth.systems.sql.graph import ByIdentity, ByLink, Layer
from troth.systems.sql.seed import Seed
from troth.systems.sql.statements import Ask, Runner

Key = tuple[Value, ...]
Starts = Sequence[Sequence[Value]]


@dataclass
class Reached:
    """Rows of one table. `holders`: who reaches each, and whether only because rows of theirs refer to it; `marks`:
    see `Fetch`; `matched`: identity columns that named somebody looked for; `theirs`: rows a link leads to, though they
    name somebody else, by who was led there; `counts`: how many rows each person reaches, where they are only counted.
    """

    rows: dict[Key, Sequence[Any]] = field(default_factory=dict)
    holders: dict[Key, dict[int, bool]] = field(default_factory=dict)
    marks: dict[Key, int] = field(default_factory=dict)
    matched: dict[Key, set[str]] = field(default_factory=dict)
    theirs: dict[int, set[Key]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def others(self, person: int) -> set[Key]:
        """Rows that are another person's, and not this one's as well."""
        return {key for key in self.theirs.get(person, ()) if person not in self.holders.get(key, ())}

    def named(self, key: Key) -> bool:
        return bool(self.marks.get(key, 0) & NAMED)

    def living(self, key: Key) -> bool:
        return bool(self.marks.get(key, 0) & LIVING)


_SAME = frozenset({int, str, type(None)})  # travel as they are


def cells(row: Sequence[Any], places: Iterable[int]) -> Key:
    """Values of a fetched row as they travel."""
    return tuple([wire(row[place]) for place in places])


def reading(places: Sequence[int]) -> Callable[[Sequence[Any]], Key]:
    """`cells` of these places, for very many rows."""
    if len(places) == 1:
        place = places[0]
        return lambda row: (row[place],) if type(row[place]) in _SAME else (wire(row[place]),)
    read = itemgetter(*places)

    def several(row: Sequence[Any]) -> Key:
        found: Key = read(row)
        return found if all(type(one) in _SAME for one in found) else tuple(map(wire, found))

    return several


def walk(runner: Runner, fetches: Mapping[str, Fetch], reach: Reach, who: Seed) -> dict[str, Reached]:
    """Everything the people of `who` reach, by table. Writes nothing."""
    walking = _Walk(runner, fetches, reach, who)
    for layer in reach.layers:
        walking.layer(layer)
    return walking.found


@dataclass
class _Walk:
    runner: Runner
    fetches: Mapping[str, Fetch]
    reach: Reach
    who: Seed
    found: dict[str, Reached] = field(default_factory=dict)

    def layer(self, layer: Layer) -> None:
        """Rows of the tables of one layer; in a circle until a round finds nobody's row that was not known."""
        tables = [table for table in layer.tables if table in self.fetches]
        for table in tables:
            self.found[table] = Reached()
        new = self._read({table: self._first(table, layer) for table in tables})
        while layer.circular and any(new.values()):
            new = self._read({table: self._again(table, new) for table in tables})

    def _first(self, table: str, layer: Layer) -> dict[int, Starts]:
        """Where the ways into `table` start from outside of its layer."""
        starts: dict[int, Starts] = {}
        for place, way in enumerate(self.reach.ways[table]):
            if isinstance(way, ByIdentity):
                starts[place] = self.who.of(way.kind, self.reach.matching(table, way))
            elif way.table not in layer.tables:
                every = ((n, key) for key, who in self.found[way.table].holders.items() for n in who)
                starts[place] = self._along(table, way, every)
        return starts

    def _again(self, table: str, new: Mapping[str, list[tuple[int, Key]]]) -> dict[int, Starts]:
        """Where the ways within the circle start: from the rows of the last round."""
        ways = enumerate(self.reach.ways[table])
        return {p: self._along(table, w, new[w.table]) for p, w in ways if isinstance(w, ByLink) and w.table in new}

    def _along(self, table: str, way: ByLink, rows: Iterable[tuple[int, Key]]) -> Starts:
        """What `way` compares with, for each person: without NULLs, and only what the columns could hold."""
        rows_of = self.found[way.table].rows
        live = [self.reach.live(table, one) for one in way.columns]
        read = reading(self.fetches[way.table].at(way.others))
        starts: dict[tuple[Value, ...], None] = {}
        if self.reach.holds_both_ways(table, way):
            holders = self.found[way.table].holders
            rows = (one for one in rows if holders[one[1]][one[0]] == way.back)
        for person, key in rows:
            values = [fitting(one, column) for one, column in zip(read(rows_of[key]), live, strict=True)]
            if None not in values:
                starts[person, *values] = None
        return list(starts)

    def _read(self, starts: Mapping[str, Mapping[int, Starts]]) -> dict[str, list[tuple[int, Key]]]:
        """Reads the rows that lead on from `starts`, by table and way; returns which person reaches which new row."""
        asked = [(table, piece) for table, ways in starts.items() for piece in pieces(ways)]
        answers = self.runner.many([self._ask(table, piece) for table, piece in asked])
        new: dict[str, list[tuple[int, Key]]] = {table: [] for table in starts}
        for (table, _), rows in zip(asked, answers, strict=True):
            new[table] += self._keep(table, rows)
        return new

    def _ask(self, table: str, piece: Mapping[int, Starts]) -> Ask:
        places = tuple(piece)
        values: dict[str, Any] = {}
        for place, rows in piece.items():
            values |= bound(f"g{place}", rows, self.reach.dialect)
        return ("fetch", table, places), partial(self.fetches[table].statement, places), values

    def _keep(self, table: str, rows: Iterable[Sequence[Any]]) -> list[tuple[int, Key]]:
        fetch, into, new = self.fetches[table], self.found[table], []
        if fetch.counted:
            for person, count in rows:
                into.counts[person] = into.counts.get(person, 0) + count
            return []
        read, marked, ups = reading(fetch.at(fetch.key)), fetch.marked, fetch.ups
        holders, kept = into.holders, into.rows
        for row in rows:
            person, key = row[0], read(row)
            if marked and self._theirs(fetch, into, row, key):
                continue
            up = bool(ups) and row[1] // WAY in ups
            who = holders.get(key)
            if who is None:
                holders[key], kept[key] = {person: up}, row
            elif person not in who or (who[person] and not up):
                who[person] = up
            else:
                continue
            new.append((person, key))
        return new

    def _theirs(self, fetch: Fetch, into: Reached, row: Sequence[Any], key: Key) -> bool:
        """Notes what the mark of a row says; whether the row is somebody else's."""
        mark = row[1]
        if mark & THEIRS:
            into.theirs.setdefault(row[0], set()).add(key)
            return True
        into.marks[key] = mark
        if fetch.several and isinstance(way := fetch.ways[mark // WAY], ByIdentity):
            into.matched.setdefault(key, set()).add(way.column)
        return False


def pieces(starts: Mapping[int, Starts]) -> Iterable[dict[int, Starts]]:
    """All ways in one statement, unless one starts from very many rows: what is over follows by itself."""
    first = {place: rows[:PIECE] for place, rows in starts.items() if rows}
    if first:
        yield first
    for place, rows in starts.items():
        for begin in range(PIECE, len(rows), PIECE):
            yield {place: rows[begin : begin + PIECE]}
