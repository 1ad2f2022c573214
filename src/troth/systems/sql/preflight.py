"""What only the rows can tell: whether masks would break a CHECK or make two rows the same, before the first write."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import FromClause, and_, case, func, literal, or_, select, text
from sqlalchemy.sql.elements import quoted_name

from troth.systems.sql.compose import Reach
from troth.systems.sql.dialects.live import Check, Unique
from troth.systems.sql.given import given
from troth.systems.sql.mask import Assign
from troth.systems.sql.model import Fixed, Hashed
from troth.systems.sql.plan import ROWS, Plan, Step
from troth.systems.sql.statements import Runner
from troth.systems.sql.walk import Key
from troth.systems.sql.write import pieces


@dataclass(frozen=True)
class Broken:
    """A promise of the database that a mask would break, and what to write into the dataset file instead."""

    table: str
    column: str
    reason: str
    proposal: str


@dataclass(frozen=True)
class Question:
    """One thing to ask of the rows; `build` counts those that would break it."""

    name: tuple[str, str, str]
    build: Callable[..., Any]
    broken: Broken


def questions(reach: Reach, step: Step) -> Iterator[Question]:
    """What to ask before `step` is carried out; most tables need nothing."""
    if step.assigns and step.writes:
        live = reach.catalog.tables[step.table]
        for check in live.checks:
            yield from _check(reach, step, check)
        for unique in live.uniques:
            if not unique.partial and not unique.hidden:
                yield from _unique(reach, step, unique)


def preflight(runner: Runner, plan: Plan, rows: Mapping[str, Sequence[Key]]) -> tuple[Broken, ...]:
    """Everything that masking the rows with these keys, by table, would break."""
    asked = ((one, rows.get(step.table, ())) for step in plan.steps for one in questions(plan.reach, step))
    return tuple(dict.fromkeys(one.broken for one, keys in asked if keys and _count(runner, one, keys)))


def _check(reach: Reach, step: Step, check: Check) -> Iterator[Question]:
    column = _first(step.assigns, check.columns)
    if column:
        reason = f"its mask would break the CHECK {check.name}"
        broken = Broken(step.table, column, reason, "say another `on_erase` there, or delete the row")
        yield Question(("check", step.table, check.name), partial(breaking, reach, step, check), broken)


def _unique(reach: Reach, step: Step, unique: Unique) -> Iterator[Question]:
    column = _first((a for a in step.assigns if isinstance(a.mask, Fixed | Hashed)), unique.columns)
    if column:
        reason = f"its mask would make rows equal that must differ ({unique.name})"
        broken = Broken(step.table, column, reason, "say `on_erase: random` there, or delete the row")
        yield Question(("twice", step.table, unique.name), partial(meeting, reach, step, unique), broken)
        yield Question(("taken", step.table, unique.name), partial(taken, reach, step, unique), broken)


def _first(assigns: Iterable[Assign], columns: Sequence[str]) -> str | None:
    return next((one.column for one in assigns if one.column in columns), None)


def _count(runner: Runner, question: Question, keys: Sequence[Key]) -> bool:
    """Whether any row is in the way. Rows of two pieces that would become equal are left to the database."""
    found = (
        runner.number((*question.name, one.nulls), partial(question.build, nulls=one.nulls), one.bound(runner))
        for one in pieces(keys)
    )
    return any(found)


def breaking(reach: Reach, step: Step, check: Check, *, nulls: bool = False) -> Any:
    """How many of the masked rows the condition would refuse."""
    condition = text(f"NOT ({check.text.replace(':', chr(92) + ':')})")  # a colon there is no parameter of ours
    return select(func.count()).select_from(_masked(reach, step, nulls)).where(condition)


def meeting(reach: Reach, step: Step, unique: Unique, *, nulls: bool = False) -> Any:
    """How many times masked rows would be equal to one another."""
    rows = _masked(reach, step, nulls)
    columns = [_at(reach, step.table, rows, one) for one in unique.columns]
    groups = select(literal(1).label("one")).select_from(rows).group_by(*columns).having(func.count() > 1)
    if not unique.nulls_equal:
        groups = groups.where(and_(*(one.is_not(None) for one in columns)))
    return select(func.count()).select_from(groups.subquery("g"))


def taken(reach: Reach, step: Step, unique: Unique, *, nulls: bool = False) -> Any:
    """How many masked rows would be equal to a row that is there already."""
    rows, here = _masked(reach, step, nulls), reach.at(step.table, "o")
    pairs = [(_at(reach, step.table, here, one), _at(reach, step.table, rows, one)) for one in unique.columns]
    equal = [old.is_not_distinct_from(new) if unique.nulls_equal else old == new for old, new in pairs]
    keys = enumerate(reach.table(step.table).key)
    other = or_(*(_at(reach, step.table, here, one).is_distinct_from(rows.c[f"{OLD}{i}"]) for i, one in keys))
    return select(func.count()).select_from(rows.join(here, and_(*equal, other)))


OLD = "troth_key_"


def _at(reach: Reach, table: str, source: FromClause, column: str) -> Any:
    return source.c[reach.live(table, column).name or column]


def _masked(reach: Reach, step: Step, nulls: bool) -> FromClause:
    """The rows as they would be, every column under its own name; the keys as they are now beside them."""
    here, key = reach.at(step.table, "t"), reach.table(step.table).key
    rows = given(ROWS, len(key))
    masks = {one.column: one for one in step.assigns}
    shown = [reach.column(here, step.table, one).label(f"{OLD}{i}") for i, one in enumerate(key)]
    for written, live in reach.catalog.tables[step.table].columns.items():
        old = here.c[live.name or written]
        new = case((masks[written].changes(old), masks[written].value(old)), else_=old) if written in masks else old
        shown.append(new.label(quoted_name(live.name or written, quote=True)))
    return (
        select(*shown).select_from(here.join(rows, reach.same(step.table, key, here, rows, nulls=nulls))).subquery("m")
    )
