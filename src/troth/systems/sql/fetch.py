"""The one SELECT that reads a table's reached rows: an arm for each way in. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, case, func, literal_column, null, select, union_all

from troth.systems.sql.compose import Reach
from troth.systems.sql.given import fetched, given
from troth.systems.sql.graph import ByIdentity, ByLink, Way
from troth.systems.sql.mask import Assign, Value, masks

# what a row's mark says, beside the place of the way it was found by (times 8)
LIVING, NAMED, THEIRS, WAY = 1, 2, 4, 8

Element = ColumnElement[Any]


@dataclass(frozen=True)
class Fetch:
    """How rows of one table are read.

    A row is `(person, mark, carried…, shown…, flags…)`. The mark, where the table needs one, says by which way the row
    was found, and whether it says itself whose it is (NAMED), that person was not erased (LIVING), and it is somebody
    else's (THEIRS). `shown` columns are for the answer; a flag says of each assignment whether it would change the row,
    then, where `several`, of each identity column whether it is filled. `counted`: only `(person, how many)` is asked,
    since the rows stay as they are and lead nowhere.
    """

    table: str
    reach: Reach
    shown: tuple[str, ...] = ()
    assigns: tuple[Assign, ...] = ()
    writing: bool = False
    counted: bool = False

    @property
    def ways(self) -> tuple[Way, ...]:
        return self.reach.ways[self.table]

    @cached_property
    def marked(self) -> bool:
        """Whether rows carry a mark."""
        plain = (way for way in self.ways if isinstance(way, ByLink) and not self.reach.names_itself(self.table, way))
        return (
            bool(self.several)
            or bool(self.ups)
            or (bool(self.reach.naming(self.table)) and (self.writing or any(plain)))
        )

    @cached_property
    def ups(self) -> frozenset[int]:
        """Ways that only lead up to a row, where that makes a difference to what it leads to in turn."""
        if not any(way.table == self.table and way.back for each in self.reach.ways.values() for way in each
                   if isinstance(way, ByLink)):  # fmt: skip
            return frozenset()
        return frozenset(place for place, way in enumerate(self.ways) if self.reach.up(self.table, way))

    @cached_property
    def begin(self) -> int:
        """Where the carried columns begin in a row."""
        return 2 if self.marked else 1

    def at(self, columns: tuple[str, ...]) -> tuple[int, ...]:
        """Where carried columns stand in a row."""
        found = self._at.get(columns)
        if found is None:
            found = tuple(self.begin + place for place in self.reach.places(self.table, columns))
            self._at[columns] = found
        return found

    @cached_property
    def _at(self) -> dict[tuple[str, ...], tuple[int, ...]]:
        return {}

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
        return {one: self.begin + place for one, place in zip(self.shown, places, strict=True)}

    @cached_property
    def flags(self) -> int:
        """Where the flags begin in a row."""
        return self.begin + len(self.reach.carried[self.table]) + len(self.apart)

    # what an answer needs of each row

    @cached_property
    def key(self) -> tuple[str, ...]:
        return self.reach.table(self.table).key

    @cached_property
    def items(self) -> dict[str, str]:
        """Column → the data item it holds."""
        return {name: column.item for name, column in self.reach.table(self.table).columns.items() if column.item}

    @cached_property
    def odd(self) -> tuple[str, ...]:
        """Shown columns whose values may need another form in an answer."""
        exact = ("numeric", "decimal", "number", "bignumeric")
        live = {one: self.reach.live(self.table, one) for one in self.shown}
        if self.reach.dialect == "sqlite":  # any column may hold anything there
            return self.shown
        plain = (
            n for n, one in live.items() if one.family == "text" or (one.family == "whole" and one.type not in exact)
        )
        return tuple(name for name in self.shown if name not in set(plain))

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
            on = on & reach.unclaimed(self.table, way, here) if way.back else on
        columns = [func.count().label("x0")] if self.counted else self._columns(place, here)
        found = select(cells.c.n, *columns).select_from(here.join(cells, on))
        return found.group_by(cells.c.n) if self.counted else found

    def _columns(self, place: int, here: FromClause) -> list[Element]:
        reach, name, way = self.reach, self.table, self.ways[place]
        plain = isinstance(way, ByLink) and not reach.names_itself(name, way)
        hidden = reach.names_somebody(name, here) if plain and reach.naming(name) else None
        mark = [self._mark(place, here, THEIRS if plain else 0)] if self.marked else []
        carried = [self._carried(column, here, hidden) for column in reach.carried[name]]
        apart = [_unless(hidden, reach.column(here, name, column)) for column in self.apart]
        found = [*mark, *carried, *apart, *self._flags(here)]
        return [one.label(f"x{i}") for i, one in enumerate(found)]

    def _mark(self, place: int, here: FromClause, theirs: int) -> Element:
        way = place * WAY
        if not self.reach.naming(self.table):
            return _number(way)
        living = (self.reach.names_the_living(self.table, here), _number(way + theirs + NAMED + LIVING))
        named = (self.reach.names_somebody(self.table, here), _number(way + theirs + NAMED))
        return case(living, named, else_=_number(way))

    def _carried(self, column: str, here: FromClause, hidden: ColumnElement[bool] | None) -> Element:
        element = fetched(self.reach.column(here, self.table, column), self.reach.live(self.table, column))
        return element if column in self.reach.table(self.table).key else _unless(hidden, element)

    def _flags(self, here: FromClause) -> list[Element]:
        reach, name = self.reach, self.table
        masked = [case((one.changes(reach.column(here, name, one.column)), 1), else_=0) for one in self.assigns]
        named = [case((reach.filled(name, one, here), 1), else_=0) for one in self.several]
        return [*masked, *named]


def _number(value: int) -> Element:
    return literal_column(str(value), Integer)


def _unless(hidden: ColumnElement[bool] | None, element: Element) -> Element:
    """Another person's values stay in the database."""
    return element if hidden is None else case((hidden, null()), else_=element)
