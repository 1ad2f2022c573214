"""SQL text for one dataset in one database: composed from quoted identifiers, values always bound.

Every statement is executed with parameters, so a `%` inside a name or literal is doubled here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from psycopg import sql

from troth.systems.sql.catalog import Catalog
from troth.systems.sql.graph import ByIdentity, ByLink, Way, ordered, ways
from troth.systems.sql.model import Dataset, Table, located

SEED = sql.Identifier("troth_seed")
SEED_ROWS = sql.SQL("select * from unnest(%(persons)s::int[], %(kinds)s::text[], %(values)s::text[])")
_WHOLE = "case when s.value ~ '^[0-9]{1,18}$' then s.value::bigint end"
_UUID = "case when s.value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then s.value::uuid end"


def ident(*names: str) -> sql.Identifier:
    """A quoted identifier, safe in statements that carry parameters."""
    return sql.Identifier(*(name.replace("%", "%%") for name in names))


def literal(value: str | int | bool) -> sql.Composable:
    """A constant of the dataset file (never a person's value), safe in statements that carry parameters."""
    return sql.Literal(value.replace("%", "%%") if isinstance(value, str) else value)


def commas(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)


def alias(index: int) -> sql.Identifier:
    return sql.Identifier(f"c{index}")


@dataclass(frozen=True)
class Reach:
    """How rows of each table are reached from the seed (person number, kind, value): one query body a table.

    A body reads the seed and the reached sets of tables before it, as `troth_seed` and `troth_<n>`: these are
    common table expressions when reading, temporary tables when writing.
    """

    dataset: Dataset
    catalog: Catalog

    @cached_property
    def order(self) -> tuple[str, ...]:
        return ordered(self.dataset)

    @cached_property
    def ways(self) -> dict[str, tuple[Way, ...]]:
        """Ways into each reached table, from reached tables only."""
        every = ways(self.dataset)
        return {t: tuple(w for w in every[t] if not isinstance(w, ByLink) or w.table in self.order) for t in self.order}

    @cached_property
    def feeders(self) -> tuple[str, ...]:
        """Tables that lead to others, in order."""
        used = {w.table for each in self.ways.values() for w in each if isinstance(w, ByLink)}
        return tuple(name for name in self.order if name in used)

    def before(self, table: str) -> tuple[str, ...]:
        """Feeders that the body of `table` needs, in order, their own included."""
        needed: set[str] = set()
        queue = [table]
        while queue:
            ahead = {w.table for w in self.ways[queue.pop()] if isinstance(w, ByLink)} - needed
            needed |= ahead
            queue += ahead
        return tuple(name for name in self.feeders if name in needed)

    def name(self, table: str) -> sql.Identifier:
        return sql.Identifier(f"troth_{self.order.index(table)}")

    def at(self, table: str) -> sql.Identifier:
        """The table itself, schema-qualified where the dataset says so."""
        schema, bare = located(table, self.dataset.tables[table])
        return ident(schema, bare) if schema else ident(bare)

    def table(self, table: str) -> Table:
        return self.dataset.tables[table]

    def carried(self, table: str) -> tuple[str, ...]:
        """Columns a reached set holds, as c0, c1 …: the key, then what links ahead need."""
        links = (w.other for each in self.ways.values() for w in each if isinstance(w, ByLink) and w.table == table)
        return tuple(dict.fromkeys((*self.table(table).key, *links)))

    def keys(self, table: str) -> range:
        """Positions of the key among the carried columns."""
        return range(len(self.table(table).key))

    def keys_of(self, table: str, row: str) -> sql.Composed:
        """`row.c0, row.c1 …`: the key of a reached row."""
        return commas(sql.SQL("{}.{}").format(sql.Identifier(row), alias(i)) for i in self.keys(table))

    def same_row(self, table: str, row: str, reached: str) -> sql.Composed:
        """`row.key = reached.key`."""
        pairs = (
            sql.SQL("{}.{} = {}.{}").format(sql.Identifier(row), ident(column), sql.Identifier(reached), alias(i))
            for i, column in enumerate(self.table(table).key)
        )
        return sql.SQL(" and ").join(pairs)

    def body(self, table: str) -> sql.Composed:
        """`select person, c0, c1 …`: each reached row once for each person who reaches it."""
        arms = [self._arm(table, way) for way in self.ways[table]]
        return arms[0] if len(arms) == 1 else sql.SQL(" union ").join(arms)

    def _arm(self, table: str, way: Way) -> sql.Composed:
        columns = commas(
            sql.SQL("t.{} as {}").format(ident(column), alias(i)) for i, column in enumerate(self.carried(table))
        )
        if isinstance(way, ByIdentity):
            source, match = SEED, self.matches(table, way)
        else:
            source, match = self.name(way.table), self.linked(table, way, "s")
        return sql.SQL("select distinct s.person, {} from {} t join {} s on {}").format(
            columns, self.at(table), source, match
        )

    def linked(self, table: str, way: ByLink, reached: str) -> sql.Composed:
        """`t.column = reached.column`, as text where the two types do not compare."""
        index = self.carried(way.table).index(way.other)
        plain = self.catalog.column(table, way.column).family == self.catalog.column(way.table, way.other).family
        form = "t.{} = {}.{}" if plain else "t.{}::text = {}.{}::text"
        return sql.SQL(form).format(ident(way.column), sql.Identifier(reached), alias(index))

    def matches(self, table: str, way: ByIdentity) -> sql.Composed:
        """The column of `t` holds the identifier of seed row `s`."""
        live = self.catalog.column(table, way.column)
        if live.family == "whole":
            form = f"t.{{}} = {_WHOLE}"
        elif live.type == "uuid":
            form = f"t.{{}} = {_UUID}"
        elif live.type == "citext":
            form = "t.{} = s.value::citext"
        elif live.family != "text":
            form = "t.{}::text = s.value"
        elif way.kind == "email" and not way.exact:
            form = "lower(t.{}) = s.value"
        elif way.kind == "phone" and not way.exact:
            form = "regexp_replace(t.{}, '[^0-9+]', '', 'g') = s.value"
        else:
            form = "t.{} = s.value"
        # forms are constants of this file; names are quoted by format
        return sql.SQL("s.kind = {} and " + _escaped(form)).format(sql.Literal(way.kind), ident(way.column))


def _escaped(form: str) -> str:
    """Braces of regular expressions survive `format`; the placeholder stays."""
    return form.replace("{", "{{").replace("}", "}}").replace("{{}}", "{}")
