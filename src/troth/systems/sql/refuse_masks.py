"""What the catalog alone says about a mask and the column it is to stand in: pure."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from uuid import UUID

from troth.systems.sql.dialects.live import LiveColumn, Unique
from troth.systems.sql.mask import Assign, fits
from troth.systems.sql.model import Fixed, Hashed, Null, Random
from troth.systems.sql.plan import Plan, Step
from troth.systems.sql.refuse_checks import refused_by
from troth.systems.sql.refuse_words import Refusal, fixed, instead, nothing, there

_KEEP = "say `on_erase: {keep: REASON}`"


def masked(plan: Plan, step: Step) -> Iterator[Refusal]:
    """What is wrong with the masks of one step; the first thing for each column."""
    for one in step.assigns:
        found = next(_column(plan, step, one), None) or next(_sets(plan, step, one), None)
        if found:
            yield Refusal(step.table, one.column, *found)
    if step.effect in ("anonymise", "unlink"):
        yield from _restamped(plan, step)


def _column(plan: Plan, step: Step, one: Assign) -> Iterator[tuple[str, str]]:
    """(reason, proposal) of what the column by itself forbids."""
    live, mask = one.live, one.mask
    email = plan.reach.table(step.table).columns[one.column].identity == "email"
    if live.generated:
        yield "the database computes it", f"{_KEEP}, and mask what it is computed from"
    elif isinstance(mask, Null):
        if not live.nullable or live.primary:
            yield "it cannot be NULL", _keyed(plan, step, one) or instead(live, email=email)
    elif isinstance(mask, Random | Hashed):
        yield from _unfit_text(live, mask)
    elif isinstance(mask, Fixed):
        yield from _unfit_constant(live, mask)
    for check in plan.reach.catalog.tables[step.table].checks:
        if said := refused_by(check, one, email=email):
            yield said


def _unfit_text(live: LiveColumn, mask: Random | Hashed) -> Iterator[tuple[str, str]]:
    if live.family != "text":
        yield f"a text does not fit {live.type}", instead(live)
    elif not fits(mask, live):
        yield f"only {live.length} characters fit", instead(live) + "; or shorten the suffix"


def _unfit_constant(live: LiveColumn, mask: Fixed) -> Iterator[tuple[str, str]]:
    if not fits(mask, live):
        yield f"only {live.length} characters fit", "shorten the fixed text: " + there(fixed("-"))
    elif not _parses(str(mask.fixed), mask.fixed, live):
        value = nothing(live)
        better = _KEEP if value is None else there(fixed(value))
        yield f"the fixed value is no {live.type}", better


_BOOLEANS = ("true", "false", "t", "f", "yes", "no", "on", "off", "0", "1")


def _parses(text: str, value: str | int | bool, live: LiveColumn) -> bool:
    """Whether the database can read the fixed value as the column's type, as far as that is certain."""
    family = live.family
    if family in ("whole", "number"):
        form = r"-?[0-9]+" if family == "whole" else r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?"
        return isinstance(value, bool) or re.fullmatch(form, text) is not None
    if family == "boolean":
        return isinstance(value, bool) or text.lower() in (
            "true",
            "false",
            "t",
            "f",
            "yes",
            "no",
            "on",
            "off",
            "0",
            "1",
        )
    if family == "enum":
        return not live.choices or text in live.choices or live.type == "set"
    read = {"date": date.fromisoformat, "time": datetime.fromisoformat, "uuid": UUID, "json": json.loads}.get(family)
    try:
        if read is not None:
            read(text)  # type: ignore[operator]
    except ValueError:
        return False
    return True


def _keyed(plan: Plan, step: Step, one: Assign) -> str | None:
    """Whatever names the row stays, or the row goes: a mask there would cut the database's own threads."""
    return f"{_KEEP}, or delete the row" if one.column in plan.reach.table(step.table).key else None


def _sets(plan: Plan, step: Step, one: Assign) -> Iterator[tuple[str, str]]:
    """(reason, proposal) where masks would make rows equal that must differ."""
    masks = {a.column: a.mask for a in step.assigns}
    for unique in plan.reach.catalog.tables[step.table].uniques:
        if one.column == _culprit(unique, masks):
            random = one.live.family == "text" and not isinstance(one.mask, Random)
            better = there("on_erase: random") if random else _KEEP
            yield f"it is unique, one value for all breaks that ({unique.name})", f"{better}, or delete the row"


def _culprit(unique: Unique, masks: Mapping[str, object]) -> str | None:
    """The column whose mask breaks the set: every other one is masked to the same in each row too."""
    same = [c for c in unique.columns if isinstance(masks.get(c), Fixed) or (unique.nulls_equal and _null(masks, c))]
    unseen = unique.partial is not None or unique.hidden  # these are not asked of the rows
    if same and (unseen or len(same) == len(unique.columns)):
        return same[0]
    return None


def _null(masks: Mapping[str, object], column: str) -> bool:
    return isinstance(masks.get(column), Null)


def _restamped(plan: Plan, step: Step) -> Iterator[Refusal]:
    """The server sets some times to now whenever a row changes: to retention, masked rows would look new."""
    time = plan.reach.table(step.table).time
    live = plan.reach.catalog.tables[step.table].columns
    if step.assigns and time and live[time].updates_itself:
        reason = "the server sets it to now when a row is masked (ON UPDATE), so old rows would look new"
        yield Refusal(step.table, time, reason, "name another column as `time`, or delete the rows")
