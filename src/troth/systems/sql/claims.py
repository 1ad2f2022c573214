"""Which of the rows found another person reaches too: proven by few statements, before anything is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from troth.systems.sql.compose import Reach
from troth.systems.sql.fetch import Fetch
from troth.systems.sql.given import Value, bound, fitting, wire
from troth.systems.sql.graph import ByLink, Layer
from troth.systems.sql.shared import leading, nameless, only_one
from troth.systems.sql.statements import Runner
from troth.systems.sql.walk import Key, Reached, cells, pieces

Values = tuple[Value, ...]


def claimed(
    runner: Runner, fetches: Mapping[str, Fetch], reach: Reach, found: Mapping[str, Reached], tables: Iterable[str]
) -> dict[str, set[Key]]:
    """Shared rows among those found, of `tables` and of all tables that lead to them."""
    claims = _Claims(runner, fetches, reach, found, _with_feeders(reach, tables))
    for layer in reach.layers:
        claims.layer(layer)
    return claims.of


def _with_feeders(reach: Reach, tables: Iterable[str]) -> set[str]:
    needed, queue = set(tables), list(tables)
    while queue:
        ahead = {way.table for way in reach.links(queue.pop())} - needed
        needed |= ahead
        queue += ahead
    return needed


@dataclass
class _Claims:
    runner: Runner
    fetches: Mapping[str, Fetch]
    reach: Reach
    found: Mapping[str, Reached]
    needed: set[str]
    of: dict[str, set[Key]] = field(default_factory=dict)

    def layer(self, layer: Layer) -> None:
        tables = [table for table in layer.tables if table in self.needed]
        for table in tables:
            self.of[table] = self._several(table)
        for table in tables:
            self.of[table] |= self._from_outside(table)
        again = True
        while again:
            new = [self._handed_on(table) for table in tables]
            again = layer.circular and any(new)

    def _several(self, table: str) -> set[Key]:
        """Rows of which an identity column names somebody who is not looked for."""
        fetch, reached = self.fetches[table], self.found[table]
        flags = {column: fetch.flags + len(fetch.assigns) + i for i, column in enumerate(fetch.several)}
        return {
            key
            for key, row in reached.rows.items()
            if any(row[place] and column not in reached.matched.get(key, ()) for column, place in flags.items())
        }

    def _handed_on(self, table: str) -> bool:
        """Rows that a shared row of the same people leads to are shared as well. Whether any was new."""
        new: set[Key] = set()
        for way in self.reach.links(table):
            sharing = set(map(self._theirs(table, way), self.of[way.table]))
            value = self._mine(table, way)
            new |= {key for key in self._open(table, way) if value(key) in sharing}
        self.of[table] |= new
        return bool(new)

    def _from_outside(self, table: str) -> set[Key]:
        """Rows that a link leads to from a row that none of the people reaches."""
        asked = {place: self._asked(table, way) for place, way in enumerate(self.reach.links(table))}
        found: set[Key] = set()
        unsure: dict[int, dict[Values, set[Values]]] = {}
        for place, value, living, silent in self.leading(table, {p: list(one.keys) for p, one in asked.items()}):
            mine = asked[place].known.get(value, (0, 0))
            if living > mine[0]:
                found.update(asked[place].keys[value])
            elif silent > mine[1]:
                unsure.setdefault(place, {})[value] = {value}
        for place, values in unsure.items():
            outside = self._climb(table, self.reach.links(table)[place], values)
            found.update(key for value in outside for key in asked[place].keys[value])
        return found

    def _asked(self, table: str, way: ByLink) -> "_Asked":
        """What to ask about `way`. Where it can start from one row only, and that is known, there is nothing to ask."""
        leads, mine = self.found[way.table], self._theirs(table, way)
        known: dict[Values, list[int]] = {}
        for key in leads.rows:
            counts = known.setdefault(mine(key), [0, 0])
            counts[0] += leads.living(key)
            counts[1] += not leads.named(key)
        keys: dict[Values, list[Key]] = {}
        value_of, single = self._mine(table, way), only_one(self.reach, way)
        for key in self._open(table, way):
            value = value_of(key)
            if None not in value and not (single and value in known):
                keys.setdefault(value, []).append(key)
        return _Asked(keys, known)

    def _open(self, table: str, way: ByLink) -> list[Key]:
        """Rows not yet known to be shared, for which `way` counts."""
        reached, known = self.found[table], self.of[table]
        naming = self.reach.names_itself(table, way)
        open_ = [key for key in reached.rows if key not in known and (naming or not reached.named(key))]
        if not self.reach.merely(table, way):
            return open_
        claims = [self.fetches[table].at(columns) for columns in self.reach.claims(table, way)]
        return [key for key in open_ if all(None in cells(reached.rows[key], places) for places in claims)]

    def leading(self, table: str, asked: Mapping[int, Sequence[Values]]) -> Iterator[tuple[int, Values, int, int]]:
        """`(place of the link, value, rows that name a living person, rows that name nobody)`, where there are any."""
        for piece in pieces({place: self.fitted(table, place, values) for place, values in asked.items()}):
            bind: dict[str, Any] = {}
            for place, rows in piece.items():
                bind |= bound(f"g{place}", rows, self.reach.dialect)
            places = tuple(piece)
            build = partial(leading, self.reach, table, places)
            for place, n, living, silent in self.runner.rows(("leading", table, places), build, bind):
                yield place, asked[place][n], int(living), int(silent)

    def fitted(self, table: str, place: int, values: Sequence[Values]) -> Sequence[Sequence[Value]]:
        """`(n, value…)` as the columns at the other end spell it, without what they could not hold."""
        way = self.reach.links(table)[place]
        there = [self.reach.live(way.table, other) for other in way.others]
        fitted = ([n, *map(fitting, value, there)] for n, value in enumerate(values))
        return [row for row in fitted if None not in row]

    def _climb(self, table: str, way: ByLink, values: Mapping[Values, set[Values]]) -> set[Values]:
        """Which of `values` a living person leads to over rows that name nobody themselves."""
        climbing = _Climb(self)
        climbing.step(table, way, values, mine=self.found[way.table].rows)
        return climbing.found

    def _mine(self, table: str, way: ByLink) -> Callable[[Key], Values]:
        """What a found row of `table` is looked up by over `way`."""
        rows, places = self.found[table].rows, self.fetches[table].at(way.columns)
        return lambda key: cells(rows[key], places)

    def _theirs(self, table: str, way: ByLink) -> Callable[[Key], Values]:
        """What a found row at the other end of `way` leads to, as the columns of `table` spell it."""
        rows, places = self.found[way.table].rows, self.fetches[way.table].at(way.others)
        live = [self.reach.live(table, one) for one in way.columns]
        return lambda key: tuple(map(fitting, cells(rows[key], places), live))


@dataclass(frozen=True)
class _Asked:
    """`keys`: rows by the value that a link compares. `known`: how many rows of our people lead there, by value: those
    that name a living person, and those that name nobody."""

    keys: Mapping[Values, Sequence[Key]]
    known: Mapping[Values, Sequence[int]]


@dataclass
class _Climb:
    """Goes up from rows that name nobody to those that lead to them, until somebody is named or nothing is left.

    `origins`: for each value at hand, the values at the bottom that it was reached from.
    """

    claims: _Claims
    found: set[Values] = field(default_factory=set)
    seen: set[tuple[Values, str, Key]] = field(default_factory=set)

    def step(self, table: str, way: ByLink, origins: Mapping[Values, set[Values]], mine: Mapping[Key, Any]) -> None:
        rows = self._silent(table, way, origins, mine)
        for place, up in enumerate(self.claims.reach.links(way.table) if rows else ()):
            above = self._above(rows, self.claims.reach.places(way.table, up.columns))
            unsure = {}
            for _, value, living, silent in self.claims.leading(way.table, {place: list(above)}):
                if living:
                    self.found |= above[value]
                elif silent:
                    unsure[value] = above[value]
            if unsure:
                self.step(way.table, up, unsure, mine={})

    def _above(self, rows: Sequence[tuple[Values, set[Values]]], places: Sequence[int]) -> dict[Values, set[Values]]:
        """What rows are looked up by in turn, with the bottom of each; what is found already is not asked again."""
        above: dict[Values, set[Values]] = {}
        for carried, bottom in rows:
            value = tuple(carried[place] for place in places)
            if None not in value and bottom - self.found:
                above.setdefault(value, set()).update(bottom - self.found)
        return above

    def _silent(
        self, table: str, way: ByLink, origins: Mapping[Values, set[Values]], mine: Mapping[Key, Any]
    ) -> list[tuple[Values, set[Values]]]:
        """Rows that name nobody and lead to the values at hand, that none of the people reaches, each once."""
        reach, claims, values = self.claims.reach, self.claims, list(origins)
        place, width, new = reach.links(table).index(way), len(reach.table(way.table).key), []
        for piece in pieces({place: claims.fitted(table, place, values)}):
            bind = bound("g", piece[place], reach.dialect)
            for row in claims.runner.rows(("silent", table, place), partial(nameless, reach, table, way), bind):
                carried = tuple(map(wire, row[1:]))
                key = carried[:width]
                if key in mine:
                    continue
                bottom = {one for one in origins[values[row[0]]] if (one, way.table, key) not in self.seen}
                self.seen |= {(one, way.table, key) for one in bottom}
                new += [(carried, bottom)] if bottom else []
        return new
