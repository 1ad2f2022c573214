"""The tables of one dataset in one database as SQLAlchemy sees them: quoted names, conditions, nothing executed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, column, or_, table, true
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.sql.selectable import NamedFromClause

from troth.systems.sql.dialects.compare import Match, holds
from troth.systems.sql.dialects.elements import starts_with
from troth.systems.sql.dialects.live import Access, Catalog, LiveColumn
from troth.systems.sql.given import equal
from troth.systems.sql.graph import NAMING, ByIdentity, ByLink, Layer, Way, layers, ways
from troth.systems.sql.mask import MARK, masks
from troth.systems.sql.model import Dataset, Fixed, Null, Table

Element = ColumnElement[Any]


@dataclass(frozen=True)
class Reach:
    """A dataset over the catalog of a live database: whose rows are whose, and how each is found."""

    dataset: Dataset
    catalog: Catalog
    dialect: str = "postgresql"  # SQLAlchemy's name of it

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        return layers(self.dataset)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Tables that an identity leads to, each after those that lead to it."""
        return tuple(name for layer in self.layers for name in layer.tables)

    @cached_property
    def ways(self) -> dict[str, tuple[Way, ...]]:
        """Ways into each reached table, from reached tables only.

        A reference without a direction holds both ways. Up to what a person's row refers to, it is followed; back down
        from there (from an address to all orders sent to it) only to rows that refer to nobody else: a way of its own.
        """
        every = ways(self.dataset)
        into = {t: [w for w in every[t] if not isinstance(w, ByLink) or w.table in self.order] for t in self.order}
        down = {t: [w for w in each if isinstance(w, ByLink) and self._returns(t, w, into)] for t, each in into.items()}
        return {t: (*each, *(replace(way, back=True) for way in down[t])) for t, each in into.items()}

    def _returns(self, name: str, way: ByLink, into: Mapping[str, list[Way]]) -> bool:
        """Whether `way` leads down a reference that also leads up: many rows of `name` refer to one."""
        there = ByLink(way.others, name, way.columns)
        return there in into[way.table] and self.up(way.table, there)

    def up(self, name: str, way: Way) -> bool:
        """Whether the way leads from many rows to the one of `name` that they refer to."""
        if not isinstance(way, ByLink):
            return False
        return self.identifies(name, way.columns) and not self.identifies(way.table, way.others)

    def identifies(self, name: str, columns: Iterable[str]) -> bool:
        """Whether at most one row of a table has given values in these columns."""
        uniques = (one.columns for one in self.catalog.tables[name].uniques if not (one.partial or one.hidden))
        return any(set(one) <= set(columns) for one in (self.table(name).key, *uniques))

    @cached_property
    def twofold(self) -> frozenset[tuple[str, ByLink]]:
        """(table, way down) of references that hold both ways."""
        every = ((t, way) for t, each in self.ways.items() for way in each)
        return frozenset((t, replace(way, back=False)) for t, way in every if isinstance(way, ByLink) and way.back)

    def holds_both_ways(self, name: str, way: ByLink) -> bool:
        """Whether `way` goes down such a reference: then it matters whether its start was only come up to."""
        return way.back or (name, way) in self.twofold

    def unclaimed(self, name: str, way: ByLink, source: FromClause) -> ColumnElement[bool]:
        """The row refers, beside `way`, to no row that is a person, or some person's."""
        nowhere = (or_(*(self.column(source, name, c).is_(None) for c in each)) for each in self.claims(name, way))
        return and_(true(), *nowhere)

    def claims(self, name: str, way: ByLink) -> tuple[tuple[str, ...], ...]:
        """Columns over which a row of `name` refers, beside `way`, to rows that are a person, or some person's."""
        return tuple(o.columns for o in self._down(name) if o.table != way.table and o.table in self.owned)

    def merely(self, name: str, way: ByLink) -> bool:
        """Whether `way` leads down again from a table to which all only come up: an address, a product."""
        ahead = (one for one in self.ways[way.table] if not (isinstance(one, ByLink) and one.back))
        return (name, way) in self.twofold and all(self.up(way.table, one) for one in ahead)

    @cached_property
    def owned(self) -> frozenset[str]:
        """Tables whose rows name a person, or refer to rows that do, over however many others."""
        owned = {name for name in self.order if self.naming(name)}
        while more := {n for n in self.order if n not in owned and any(w.table in owned for w in self._down(n))}:
            owned |= more
        return frozenset(owned)

    def _down(self, name: str) -> Iterator[ByLink]:
        """Links over which rows of a table belong to what they refer to."""
        return (way for way in self.links(name) if not self.up(name, way))

    @cached_property
    def carried(self) -> dict[str, tuple[str, ...]]:
        """Columns to remember of each reached row: its key, then what links from and to it compare."""
        every = [(t, w) for t in self.order for w in self.ways[t] if isinstance(w, ByLink)]
        found = {}
        for name in self.order:
            ahead = (c for _, way in every if way.table == name for c in way.others)
            behind = (c for t, way in every if t == name for c in way.columns)
            found[name] = tuple(dict.fromkeys((*self.table(name).key, *ahead, *behind)))
        return found

    def links(self, name: str) -> tuple[ByLink, ...]:
        """Links into a table, each once."""
        return self._links[name]

    @cached_property
    def _links(self) -> dict[str, tuple[ByLink, ...]]:
        return {t: tuple(w for w in each if isinstance(w, ByLink) and not w.back) for t, each in self.ways.items()}

    def places(self, name: str, columns: Iterable[str]) -> tuple[int, ...]:
        """Where `columns` stand among the carried ones."""
        return tuple(self.carried[name].index(one) for one in columns)

    def table(self, name: str) -> Table:
        return self.dataset.tables[name]

    def live(self, name: str, column_name: str) -> LiveColumn:
        return self.catalog.column(name, column_name)

    def at(self, name: str, alias: str | None = None) -> NamedFromClause:
        """The table with all columns it has, not only the declared ones."""
        live = self.catalog.tables[name]
        names = (_exact(one.name or written) for written, one in live.columns.items())
        schema = _exact(live.schema) if live.schema else None
        here: Any = table(_exact(live.bare), *map(column, names), schema=schema)
        return here.alias(alias) if alias else here  # type: ignore[no-any-return]

    def column(self, source: FromClause, name: str, column_name: str) -> Element:
        return source.c[self.live(name, column_name).name or column_name]

    # conditions

    def same(
        self, name: str, columns: Iterable[str], source: FromClause, cells: FromClause, *, nulls: bool
    ) -> ColumnElement[bool]:
        """`columns` of `source` equal the given cells `c0, c1 …`. `nulls`: NULL equals NULL, and no index serves."""
        pairs = ((one, self.live(name, one), cells.c[f"c{i}"]) for i, one in enumerate(columns))
        return and_(*(self._same(self.column(source, name, one), live, cell, nulls) for one, live, cell in pairs))

    def _same(self, here: Element, live: LiveColumn, cell: Element, nulls: bool) -> ColumnElement[bool]:
        plain = equal(here, live, cell, dialect=self.dialect)
        return or_(plain, and_(here.is_(None), cell.is_(None))) if nulls else plain

    def linked(self, name: str, way: ByLink, source: FromClause, cells: FromClause) -> ColumnElement[bool]:
        """`source` is a row that `way` leads to from the given values."""
        return and_(*(self._linked((name, one), (way.table, other), source, cells.c[f"c{i}"])
                      for i, (one, other) in enumerate(zip(way.columns, way.others, strict=True))))  # fmt: skip

    def leads(self, name: str, way: ByLink, source: FromClause, cells: FromClause) -> ColumnElement[bool]:
        """`source` is a row from which `way` leads to the given values of `name`'s columns."""
        return and_(*(self._linked((way.table, other), (name, one), source, cells.c[f"c{i}"])
                      for i, (one, other) in enumerate(zip(way.columns, way.others, strict=True))))  # fmt: skip

    def _linked(
        self, here: tuple[str, str], there: tuple[str, str], source: FromClause, cell: Element
    ) -> ColumnElement[bool]:
        live, other = self.live(*here), self.live(*there)
        alike = (live.family, live.collation) == (other.family, other.collation)
        return equal(self.column(source, *here), live, cell, dialect=self.dialect, alike=alike)

    def matches(self, name: str, way: ByIdentity, source: FromClause, value: Element) -> ColumnElement[bool]:
        """The identity column of `source` holds the identifier `value`."""
        return holds(
            self.column(source, name, way.column), self.live(name, way.column), value, self.matching(name, way)
        )

    def matching(self, name: str, way: ByIdentity) -> Match:
        """How an identity column is compared. E-mails: in any case, unless that would mean to read a large table whole
        in which no capital was met; then as they are given, and in lower case, by the plain index."""
        if way.exact or way.kind not in ("email", "phone"):
            return "as it is"
        if way.kind == "phone":
            return "digits"
        access, live = self.catalog.access.get(name, Access()), self.live(name, way.column)
        doubtful = access.small or live.any_case or way.column in access.lowered or way.column not in access.plain
        return "as it is" if way.auto and not doubtful and access.serves((way.column,)) else "any case"

    def naming(self, name: str) -> tuple[str, ...]:
        """Columns that name a person."""
        return tuple(n for n, c in self.table(name).columns.items() if c.identity in NAMING)

    def names_somebody(self, name: str, source: FromClause) -> ColumnElement[bool]:
        """Some identity column of the row is filled, so that it says itself whose it is."""
        return or_(*(self.filled(name, one, source) for one in self.naming(name)))

    def names_the_living(self, name: str, source: FromClause) -> ColumnElement[bool]:
        """The row names a person who was not erased: kept keys count only where nothing else names anybody."""
        erased = self._erased(name)
        if not erased:
            return self.names_somebody(name, source)
        return or_(*(self._unmasked(name, one, mask, source) for one, mask in erased.items()))

    def _erased(self, name: str) -> dict[str, Any]:
        """Naming columns that erasure masks in place, and with what."""
        act = self.table(name).on_erase
        chosen = masks(self.table(name), act) if act in ("anonymise", "unlink") else {}
        return {one: chosen[one] for one in self.naming(name) if one in chosen}

    def filled(self, name: str, column_name: str, source: FromClause) -> ColumnElement[bool]:
        here = self.column(source, name, column_name)
        return and_(here.is_not(None), here != "") if self._is_text(name, column_name) else here.is_not(None)

    def _unmasked(self, name: str, column_name: str, mask: Any, source: FromClause) -> ColumnElement[bool]:
        here, filled = self.column(source, name, column_name), self.filled(name, column_name, source)
        if isinstance(mask, Null):
            return filled
        if isinstance(mask, Fixed):
            return and_(filled, here != mask.fixed)
        return and_(filled, ~starts_with(here, MARK)) if self._is_text(name, column_name) else filled

    def _is_text(self, name: str, column_name: str) -> bool:
        return self.live(name, column_name).family == "text"

    def names_itself(self, name: str, way: ByLink) -> bool:
        """The link goes over a column that names the person: nobody else can be meant."""
        return bool(set(way.columns) & set(self.naming(name)))


def _exact(name: str) -> quoted_name:
    return quoted_name(name, quote=True)
