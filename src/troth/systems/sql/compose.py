"""The tables of one dataset in one database as SQLAlchemy sees them: quoted names, conditions, nothing executed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, column, or_, table
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.sql.selectable import NamedFromClause

from troth.systems.sql.dialects.compare import Match, holds
from troth.systems.sql.dialects.elements import starts_with
from troth.systems.sql.dialects.live import Catalog, LiveColumn
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
        """Ways into each reached table, from reached tables only."""
        every = ways(self.dataset)
        return {t: tuple(w for w in every[t] if not isinstance(w, ByLink) or w.table in self.order) for t in self.order}

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
        return tuple(way for way in self.ways[name] if isinstance(way, ByLink))

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
        return holds(self.column(source, name, way.column), self.live(name, way.column), value, matching(way))

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


def matching(way: ByIdentity) -> Match:
    """How an identity column is compared."""
    if way.exact or way.kind not in ("email", "phone"):
        return "as it is"
    return "any case" if way.kind == "email" else "digits"


def _exact(name: str) -> quoted_name:
    return quoted_name(name, quote=True)
