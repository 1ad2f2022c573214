"""A plan in words, then in the database's own: the same text for the same dataset and database."""

from collections.abc import Iterator
from functools import partial

from troth.systems.sql.advice import compared_as_written, missing_indexes
from troth.systems.sql.compose import Reach
from troth.systems.sql.graph import ByIdentity, Way
from troth.systems.sql.plan import Plan, loosening, writing
from troth.systems.sql.preflight import questions
from troth.systems.sql.shared import asks, leading
from troth.systems.sql.write import RETURNING


def explain(plan: Plan) -> str:
    """What is read, what is done and why, then every statement that may be sent. Values stand as parameters."""
    circles = [layer.tables for layer in plan.reach.layers if layer.circular and set(layer.tables) & set(plan.fetches)]
    lines = [f"{plan.doing}: {len(plan.fetches)} tables are read, {len(plan.steps)} steps"]
    lines += [f"round by round until nothing new is found: {', '.join(one)}" for one in circles]
    for step in plan.steps:
        lines.append(f"{step.effect} {step.table}: {_reached_by(plan.reach, step.table)}")
        lines += [f"    {one.column}: {one.kind}" for one in step.assigns]
        lines += [f"    because {step.reason}"] if step.reason else []
        lines += ["    kept where another person reaches them too"] if step.table in plan.guarded else []
    lines += _advised(plan)
    return "\n".join([*lines, "", *(f"-- {name}\n{sql};" for name, sql in statements(plan))])


def _advised(plan: Plan) -> Iterator[str]:
    """How e-mails are compared where the file leaves it open, and the indexes that are missing."""
    for place, index in compared_as_written(plan).items():
        yield f"e-mails in {place} are compared as given and in lower case; in any case with"
        yield f"    {index};"
    if missing := missing_indexes(plan):
        yield "whole tables are read, until these indexes are there:"
        yield from (f"    {one};" for one in missing)


def statements(plan: Plan) -> Iterator[tuple[str, str]]:
    """(what it is for, the statement), in the order they are sent. Some are left out where nothing needs them."""
    reach, sent = plan.reach, plan.statements.sent
    for table, fetch in plan.fetches.items():
        places = tuple(range(len(fetch.ways)))
        yield f"read {table}", sent(("fetch", table, places), partial(fetch.statement, places)).text
    for table in plan.guarded:
        places = tuple(p for p, way in enumerate(reach.links(table)) if asks(reach, table, way))
        if places:
            name, build = ("leading", table, places), partial(leading, reach, table, places)
            yield f"who else leads to {table}", sent(name, build).text
    for step in plan.steps:
        for one in questions(reach, step):
            yield f"would it break {one.name[2]} of {step.table}", sent((*one.name, False), one.build).text
    for step in plan.steps:
        if step.loosens:
            yield f"loosen {step.table}", sent(("loosen", step.table, False), partial(loosening, reach, step)).text
    for step in plan.steps:
        if step.writes:
            build = partial(writing, reach, step, returning=reach.dialect in RETURNING)
            yield f"{step.effect} {step.table}", sent(("write", step.table, False), build).text


def _reached_by(reach: Reach, table: str) -> str:
    return "reached where " + ", or ".join(_in_words(way) for way in reach.ways[table])


def _in_words(way: Way) -> str:
    if isinstance(way, ByIdentity):
        return f"{way.column} is the person's {way.kind}"
    pairs = zip(way.columns, way.others, strict=True)
    same = " and ".join(f"{column} = {way.table}.{other}" for column, other in pairs)
    return f"{same} that one's own rows only refer to, unless it refers to somebody else" if way.back else same
