"""The one SELECT that reads a table's reached rows: an arm for each way in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, case, literal, null, select, union_all

from troth.systems.sql.compose import Reach
from troth.systems.sql.given import fetched, given
from troth.systems.sql.graph import ByIdentity, ByLink, Way
from troth.systems.sql.mask import Assign, Value, masks

HEAD = 5  # person, way, theirs, named, living: before the carried columns

Element = ColumnElement[Any]


@dataclass(frozen=True)
class Fetch:
    """How rows of one table are read.

    A row is `(person, way, theirs, named, living, carried…, shown…, flags…)`: `way`, the place of the way it was found
    by; `theirs`, it names somebody else; `named`, it says itself whose it is; `living`, that person was not erased.
    `shown` columns are for the answer; a flag says of each assignment whether it would change the row, then, where
    `several`, of each identity column whether it is filled.
    """

    table: str
    reach: Reach
    shown: tuple[str, ...] = ()
    assigns: tuple[Assign, ...] = ()
    writing: bool = False

    @property
    def ways(self) -> tuple[Way, ...]:
        return self.reach.ways[self.table]

    @cached_property
    def several(self) -> tuple[str, ...]:
        """Identity columns of which each may name another person."""
        if not (self.writing and self.reach.table(self.table).several_people):
            return ()
        return tuple(dict.fromkeys(way.column for way in self.ways if isinstance(way, ByIdentity)))

    @cached_property
    def apart(self) -> tuple[str, ...]:
        """Shown columns that are not carried as they are."""
        raw = ("text", "whole", "uuid")
        carried = self.reach.carried[self.table]
        return tuple(c for c in self.shown if c not in carried or self.reach.live(self.table, c).family not in raw)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each shown column stands in a row."""
        carried, apart = self.reach.carried[self.table], self.apart
        places = (len(carried) + apart.index(one) if one in apart else carried.index(one) for one in self.shown)
        return {one: HEAD + place for one, place in zip(self.shown, places, strict=True)}

    @cached_property
    def flags(self) -> int:
        """Where the flags begin in a row."""
        return HEAD + len(self.reach.carried[self.table]) + len(self.apart)

    # what an answer needs of each row

    @cached_property
    def key(self) -> tuple[str, ...]:
        return self.reach.table(self.table).key

    @cached_property
    def items(self) -> dict[str, str]:
        """Column → the data item it holds."""
        return {name: column.item for name, column in self.reach.table(self.table).columns.items() if column.item}

    @cached_property
    def emptied(self) -> dict[str, Value]:
        """Columns whose masks together say that nothing personal is left in a row; empty where rows are not masked."""
        table = self.reach.table(self.table)
        chosen = masks(table, "anonymise") if table.on_erase == "anonymise" else {}
        return {name: mask for name, mask in chosen.items() if table.columns[name].item}

    def statement(self, places: Sequence[int]) -> Any:
        """The SELECT over the ways at `places`; the rows each starts from are bound as `g<place>`."""
        arms = [self._arm(place) for place in places]
        return arms[0] if len(arms) == 1 else union_all(*arms)

    def _arm(self, place: int) -> Select[Any]:
        way, reach = self.ways[place], self.reach
        here = reach.at(self.table, "t")
        width = len(way.columns) if isinstance(way, ByLink) else 1
        cells = given(f"g{place}", width)
        if isinstance(way, ByIdentity):
            on = reach.matches(self.table, way, here, cells.c.c0)
        else:
            on = reach.linked(self.table, way, here, cells)
        return select(cells.c.n, _number(place), *self._columns(way, here)).select_from(here.join(cells, on))

    def _columns(self, way: Way, here: FromClause) -> list[Element]:
        reach, name = self.reach, self.table
        zero = literal(0, Integer, literal_execute=True)
        naming = bool(reach.naming(name))
        named = case((reach.names_somebody(name, here), 1), else_=0) if naming else zero
        living = case((reach.names_the_living(name, here), 1), else_=0) if naming else zero
        theirs = named if naming and isinstance(way, ByLink) and not reach.names_itself(name, way) else zero
        hidden = reach.names_somebody(name, here) if theirs is not zero else None
        carried = [self._carried(column, here, hidden) for column in reach.carried[name]]
        apart = [_unless(hidden, reach.column(here, name, column)) for column in self.apart]
        found = [theirs, named, living, *carried, *apart, *self._flags(here)]
        return [one.label(f"x{i}") for i, one in enumerate(found)]

    def _carried(self, column: str, here: FromClause, hidden: ColumnElement[bool] | None) -> Element:
        element = fetched(self.reach.column(here, self.table, column), self.reach.live(self.table, column))
        return element if column in self.reach.table(self.table).key else _unless(hidden, element)

    def _flags(self, here: FromClause) -> list[Element]:
        reach, name = self.reach, self.table
        masked = [case((one.changes(reach.column(here, name, one.column)), 1), else_=0) for one in self.assigns]
        named = [case((reach.filled(name, one, here), 1), else_=0) for one in self.several]
        return [*masked, *named]


def _number(value: int) -> Element:
    return literal(value, Integer, literal_execute=True).label("way")


def _unless(hidden: ColumnElement[bool] | None, element: Element) -> Element:
    """Another person's values stay in the database."""
    return element if hidden is None else case((hidden, null()), else_=element)
