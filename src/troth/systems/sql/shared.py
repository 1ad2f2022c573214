"""Rows that another person reaches too: found in the writing statement itself, and kept."""

from psycopg import sql

from troth.systems.sql.compose import Reach, ident
from troth.systems.sql.graph import ByIdentity, ByLink


def shared(reach: Reach, table: str) -> sql.Composable:
    """Keys of reached rows that lead to somebody outside the seed as well: a union of joins, since `or` would scan."""
    others = _others(reach, table) if reach.table(table).shared == "keep" else []
    keys = reach.keys_of(table, "r")
    if not others:
        return sql.SQL("select {} from reached r where false").format(keys)
    arm = sql.SQL("select {} from reached r join {} t on {} {}")
    return sql.SQL(" union ").join(
        arm.format(keys, reach.at(table), reach.same_row(table, "t", "r"), other) for other in others
    )


def may_be_shared(reach: Reach, table: str) -> bool:
    """Whether rows of `table` may turn out to be another person's too, and would then be kept."""
    return reach.table(table).shared == "keep" and bool(_others(reach, table))


def _others(reach: Reach, table: str) -> list[sql.Composable]:
    found: list[sql.Composable] = []
    for way in reach.ways[table]:
        if isinstance(way, ByLink) and not _only_one(reach, table, way):
            found.append(_other_link(reach, table, way))
        elif isinstance(way, ByIdentity) and reach.table(table).several_people:
            none = "where t.{} is not null and not exists (select 1 from troth_seed s where {})"
            found.append(sql.SQL(none).format(ident(way.column), reach.matches(table, way)))
    return found


def _only_one(reach: Reach, table: str, way: ByLink) -> bool:
    """The row's single way in leads to a single row: nobody else can reach it through that."""
    return len(reach.ways[table]) == 1 and reach.table(way.table).key == (way.other,)


def _other_link(reach: Reach, table: str, way: ByLink) -> sql.Composable:
    """A row of the linking table outside the reached ones points here too."""
    plain = reach.catalog.column(table, way.column).family == reach.catalog.column(way.table, way.other).family
    equal = sql.SQL("o.{} = t.{}" if plain else "o.{}::text = t.{}::text")
    return sql.SQL("join {} o on {} where not exists (select 1 from {} x where {})").format(
        reach.at(way.table),
        equal.format(ident(way.other), ident(way.column)),
        reach.name(way.table),
        reach.same_row(way.table, "o", "x"),
    )
