"""Which indexes are missing, as statements to run: without them, finding or erasing reads whole tables. Pure."""

from collections.abc import Iterable, Iterator

from troth.systems.sql.compose import Reach
from troth.systems.sql.graph import ByIdentity
from troth.systems.sql.plan import Plan
from troth.systems.sql.shared import asks

NAMELESS = ("postgresql",)  # indexes need no name there
_FORMS = {
    ("postgresql", "any case"): "lower({0})",
    ("sqlite", "any case"): "lower({0})",
    ("postgresql", "digits"): "regexp_replace({0}, '[^0-9+]', '', 'g')",
}
_NAME = 60  # characters that an index's name may have everywhere


def missing_indexes(plan: Plan) -> tuple[str, ...]:
    """`create index …` for every lookup of the plan in a large table that no index serves."""
    return tuple(dict.fromkeys((*_ways(plan), *_leads(plan))))


def compared_as_written(plan: Plan) -> dict[str, str]:
    """`table.column` of e-mails that are compared as given, though the file does not ask for it, and the index that
    would let them be compared in any case."""
    reach = plan.reach
    return {
        f"{name}.{way.column}": _index(plan, name, (way.column,), "lower({0})")
        for name in reach.order
        for way in reach.ways[name]
        if isinstance(way, ByIdentity) and way.auto and way.kind == "email" and reach.matching(name, way) == "as it is"
    }


def _ways(plan: Plan) -> Iterator[str]:
    """By what rows are found."""
    for name in plan.fetches:
        for way in plan.reach.ways[name]:
            if isinstance(way, ByIdentity):
                yield from _by_identity(plan, name, way)
            else:
                yield from _by_columns(plan, name, way.columns)


def _by_identity(plan: Plan, name: str, way: ByIdentity) -> Iterator[str]:
    """An index for the way the column is compared, where a plain statement can make one."""
    reach = plan.reach
    match, live = reach.matching(name, way), reach.live(name, way.column)
    if match == "as it is" or live.any_case or live.family != "text":
        yield from _by_columns(plan, name, (way.column,))
    elif _large(reach, name):
        access, form = reach.catalog.access[name], _FORMS.get((reach.dialect, match))
        if form and way.column not in (access.lowered if match == "any case" else access.digits):
            yield _index(plan, name, (way.column,), form)


def _leads(plan: Plan) -> Iterator[str]:
    """By what it is asked who else leads to rows that may be shared."""
    for name in plan.guarded:
        for way in plan.reach.links(name):
            if asks(plan.reach, name, way):
                yield from _by_columns(plan, way.table, way.others)


def _by_columns(plan: Plan, name: str, columns: Iterable[str]) -> Iterator[str]:
    columns = tuple(columns)
    if _large(plan.reach, name) and not plan.reach.catalog.access[name].serves(columns):
        yield _index(plan, name, columns)


def _large(reach: Reach, name: str) -> bool:
    """Whether the table may be large, and anything is known of its indexes."""
    access = reach.catalog.access.get(name)
    return access is not None and not access.small and reach.catalog.tables[name].kind in ("table", "materialized view")


def _index(plan: Plan, name: str, columns: tuple[str, ...], form: str = "{0}") -> str:
    reach, quote = plan.reach, plan.statements.dialect.identifier_preparer
    live = reach.catalog.tables[name]
    real = [reach.live(name, one).name or one for one in columns]
    parts = ", ".join(form.format(quote.quote(one)) for one in real)
    words = (live.bare, *real) if form == "{0}" else (live.bare, *real, "folded")
    called = "" if reach.dialect in NAMELESS else quote.quote("_".join(words)[:_NAME]) + " "
    place = f"{quote.quote_schema(live.schema)}." if live.schema else ""
    if reach.dialect == "sqlite":  # there the schema stands before the index's own name
        return f"create index {place}{called}on {quote.quote(live.bare)} ({parts})"
    return f"create index {called}on {place}{quote.quote(live.bare)} ({parts})"
