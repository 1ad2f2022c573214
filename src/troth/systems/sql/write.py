"""Carries a writing plan out over the rows that were reached, in the connection's transaction; the caller commits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from troth.systems.sql.given import PIECE, bound
from troth.systems.sql.plan import ROWS, Plan, Step, left, loosening, writing
from troth.systems.sql.statements import Ask, Runner
from troth.systems.sql.walk import Key, Reached

RETURNING = ("postgresql",)  # say, in the writing statement itself, which of the given rows they changed


class Swallowed(Exception):
    """The database accepted a write and did not do it: a trigger, rule or row security is in the way."""

    def __init__(self, table: str, rows: int) -> None:
        super().__init__(f"{rows} rows of {table} did not change; look for a trigger, rule or row security there")


class Raced(Exception):
    """Somebody else changed the same rows between our reading and our writing."""


@dataclass
class Change:
    """What a step did for one person. `columns`: column → rows in which it changed."""

    person: int
    step: Step
    reached: int = 0
    changed: int = 0
    shared: int = 0
    others: int = 0
    columns: dict[str, int] = field(default_factory=dict)


def due(plan: Plan, found: Mapping[str, Reached], shared: Mapping[str, set[Key]]) -> dict[str, list[Key]]:
    """Keys of the rows each step would change, by table: reached, nobody else's, and not yet as they should be."""
    return {step.table: _due(plan, step, found[step.table], shared.get(step.table, set())) for step in plan.steps}


def _due(plan: Plan, step: Step, reached: Reached, shared: set[Key]) -> list[Key]:
    if not step.writes:
        return []
    begin = plan.fetches[step.table].flags
    flags = slice(begin, begin + len(step.assigns))
    every = step.effect == "delete"
    return [key for key, row in reached.rows.items() if key not in shared and (every or any(row[flags]))]


def write(runner: Runner, plan: Plan, rows: Mapping[str, Sequence[Key]]) -> dict[str, set[Key]]:
    """Changes these rows; returns which did, by table. Raises Swallowed, Raced and the database's own errors."""
    for step in plan.steps:
        for piece in pieces(rows[step.table]) if step.loosens else ():
            build = partial(loosening, plan.reach, step, nulls=piece.nulls)
            runner.count(("loosen", step.table, piece.nulls), build, piece.bound(runner))
    if plan.reach.dialect in RETURNING:
        return _told(runner, plan, rows)
    return {step.table: _counted(runner, plan, step, rows[step.table]) for step in plan.steps}


@dataclass(frozen=True)
class Piece:
    """Keys of rows for one statement. `nulls`: each has a NULL in it."""

    keys: Sequence[Key]
    nulls: bool

    def bound(self, runner: Runner) -> dict[str, Any]:
        return bound(ROWS, ([n, *key] for n, key in enumerate(self.keys)), runner.dialect)


def pieces(keys: Sequence[Key]) -> Iterator[Piece]:
    """Keys in pieces that fit one statement; those with a NULL, which no index finds, apart."""
    for nulls in (False, True):
        some = [key for key in keys if (None in key) == nulls]
        for begin in range(0, len(some), PIECE):
            yield Piece(some[begin : begin + PIECE], nulls)


def _told(runner: Runner, plan: Plan, rows: Mapping[str, Sequence[Key]]) -> dict[str, set[Key]]:
    """Where the database says which rows it changed: masks all at once, then deletions one after the other, since a row
    that stays against our will stands in the way of the next."""
    changed: dict[str, set[Key]] = {step.table: set() for step in plan.steps}
    todo = [(step, piece) for step in plan.steps for piece in pieces(rows[step.table])]
    masking = [one for one in todo if one[0].effect != "delete"]
    for group in (masking, *([one] for one in todo if one[0].effect == "delete")):
        answers = runner.many([_ask(runner, plan, step, piece) for step, piece in group])
        for (step, piece), told in zip(group, answers, strict=True):
            changed[step.table] |= _done(runner, plan, step, piece, told)
    return changed


def _done(runner: Runner, plan: Plan, step: Step, piece: Piece, told: Sequence[Any]) -> set[Key]:
    unchanged = sum(still for _, still in told)
    if len(told) < len(piece.keys):
        unchanged += _left(runner, plan, step, piece)
    if unchanged:
        raise Swallowed(step.table, unchanged)
    return {piece.keys[n] for n, _ in told}


def _ask(runner: Runner, plan: Plan, step: Step, piece: Piece) -> Ask:
    returning = plan.reach.dialect in RETURNING
    build = partial(writing, plan.reach, step, returning=returning, nulls=piece.nulls)
    return ("write", step.table, piece.nulls), build, piece.bound(runner)


def _counted(runner: Runner, plan: Plan, step: Step, keys: Sequence[Key]) -> set[Key]:
    """Where it only counts: all rows or none, else somebody else was here at the same time."""
    for piece in pieces(keys):
        count = runner.count(*_ask(runner, plan, step, piece))
        if step.effect != "delete" or count < len(piece.keys):
            if unchanged := _left(runner, plan, step, piece):
                raise Swallowed(step.table, unchanged)
            if 0 <= count < len(piece.keys) and plan.reach.dialect != "sqlite":  # there, nobody else writes meanwhile
                raise Raced
    return set(keys)


def _left(runner: Runner, plan: Plan, step: Step, piece: Piece) -> int:
    build = partial(left, plan.reach, step, nulls=piece.nulls)
    return runner.number(("left", step.table, piece.nulls), build, piece.bound(runner))


def changes(
    plan: Plan, found: Mapping[str, Reached], shared: Mapping[str, set[Key]], changed: Mapping[str, set[Key]]
) -> list[Change]:
    """What was done, for each step and person in order."""
    return [one for step in plan.steps for one in _of_step(plan, step, found, shared, changed)]


def _of_step(plan: Plan, step: Step, found: Any, shared: Any, changed: Any) -> list[Change]:
    reached, kept, done = found[step.table], shared.get(step.table, set()), changed.get(step.table, set())
    told: dict[int, Change] = {}
    begin = plan.fetches[step.table].flags
    flags = [(one.column, begin + place) for place, one in enumerate(step.assigns)]
    for key, holders in reached.holders.items():
        row = reached.rows[key]
        columns = [column for column, place in flags if row[place]] if key in done else []
        for person in holders:
            one = told.setdefault(person, Change(person, step))
            one.reached += 1
            one.changed += key in done
            one.shared += key in kept and step.writes
            for column in columns:
                one.columns[column] = one.columns.get(column, 0) + 1
    for person, count in reached.counts.items():
        told[person] = Change(person, step, reached=count)
    for person in reached.theirs:
        if others := len(reached.others(person)):
            told.setdefault(person, Change(person, step)).others = others
    return [told[person] for person in sorted(told)]
