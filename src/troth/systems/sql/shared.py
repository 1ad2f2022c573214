"""Rows that another person reaches too: where there may be any, and the statements that ask who else leads there. Pure.

A row is shared where somebody outside the people looked for reaches it, and that person was not erased. Where a row
says itself whose it is, only that counts; else whoever leads to it does, over however many rows that say nothing.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, literal_column, select, union_all

from troth.systems.sql.compose import Reach
from troth.systems.sql.given import Value, fetched, given
from troth.systems.sql.graph import ByIdentity, ByLink

Values = tuple[Value, ...]


def may_be_shared(reach: Reach, table: str) -> bool:
    """Whether rows of `table` may turn out to be another person's too, and would then be kept."""
    return reach.table(table).shared == "keep" and _leads_several(reach, table, frozenset())


def _leads_several(reach: Reach, table: str, seen: frozenset[str]) -> bool:
    if reach.table(table).several_people and any(isinstance(way, ByIdentity) for way in reach.ways[table]):
        return True
    links = reach.links(table)
    if several_ways(reach, table) and links and not all(reach.names_itself(table, way) for way in links):
        return True
    return any(
        table in seen or not only_one(reach, way) or _leads_several(reach, way.table, seen | {table}) for way in links
    )


def only_one(reach: Reach, way: ByLink) -> bool:
    """At most one row of the other table has these values."""
    return reach.identifies(way.table, way.others)


def asks(reach: Reach, table: str, way: ByLink) -> bool:
    """Whether the database may have to be asked who else leads to rows of `table` over `way`."""
    return not only_one(reach, way) or several_ways(reach, table)


def several_ways(reach: Reach, table: str) -> bool:
    return sum(not isinstance(way, ByLink) or not way.back for way in reach.ways[table]) > 1


def leading(reach: Reach, table: str, places: Sequence[int]) -> Any:
    """For values of the links at `places` (bound as `g<place>`) that lead to `table`:
    `(place, n, rows that name a living person, rows that name nobody)`."""
    arms = [_leading(reach, table, place) for place in places]
    return arms[0] if len(arms) == 1 else union_all(*arms)


def _leading(reach: Reach, table: str, place: int) -> Any:
    way = reach.links(table)[place]
    here, values = reach.at(way.table, "t"), given(f"g{place}", len(way.columns))
    naming = bool(reach.naming(way.table))
    living = case((reach.names_the_living(way.table, here), 1), else_=0) if naming else literal_column("0")
    silent = case((reach.names_somebody(way.table, here), 0), else_=1) if naming else literal_column("1")
    shown: tuple[Any, ...] = (literal_column(str(place)).label("place"), values.c.n, func.sum(living).label("living"))
    joined = here.join(values, reach.leads(table, way, here, values))
    return select(*shown, func.sum(silent).label("silent")).select_from(joined).group_by(values.c.n)


def nameless(reach: Reach, table: str, way: ByLink) -> Any:
    """For given values of the way's columns: `(n, carried…)` of each row there that names nobody."""
    here, values = reach.at(way.table, "t"), given("g", len(way.columns))
    on = reach.leads(table, way, here, values)
    if reach.naming(way.table):
        on = on & ~reach.names_somebody(way.table, here)
    columns = reach.carried[way.table]
    shown = (fetched(reach.column(here, way.table, c), reach.live(way.table, c)) for c in columns)
    named = (one.label(f"x{i}") for i, one in enumerate(shown))
    return select(values.c.n, *named).select_from(here.join(values, on))
