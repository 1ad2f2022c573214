"""A plan in words, for whoever approves it: what changes, what happens before the day, on it, and what stays."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any, assert_never

from troth.policy import plain
from troth.policy.difference import say
from troth.policy.model import Policy
from troth.publishing.rules.allowed import Backwards, Obstacle, TooLarge, TooSoon
from troth.publishing.rules.plan import (
    KeepsOlder,
    LapseConsents,
    Overretained,
    Plan,
    Publish,
    StaffTask,
    Stage,
    StopFlow,
    TellPeople,
)

BEFORE, ON, STAYS, STAFF = "before it takes effect", "on the day", "what stays as it was", "for staff"
ORDER = (BEFORE, ON, STAYS, STAFF)


def explain(plan: Plan, old: Policy | None, new: Policy) -> list[str]:
    """The plan as lines. `old`: the policy it starts from."""
    day = plain.day(plan.effective)
    after = f" after version {plan.base.number}" if plan.base else ""
    lines = [f"version {plan.number}{after}, in force from {day}"]
    lines += _changes(plan)
    names = _Names(old or new, new)
    found: dict[str, list[str]] = {}
    for stage in plan.stages:
        for part, line in _stage(stage, names):
            found.setdefault(part, []).append(line)
    if plan.base and not found:
        lines += ["", "nobody is told, and nothing that is here changes"]
    for part in ORDER:
        if part in found:
            lines += ["", part, *(f"  {line}" for line in found[part])]
    return lines


def hindrance(obstacle: Obstacle) -> str:
    """What stands against a plan, and what to do."""
    match obstacle:
        case Backwards(effective, base):
            return f"{plain.day(effective)} is before the day of the version before: use {plain.day(base)} or later"
        case TooSoon(effective, earliest, ahead, people):
            told = f"{counted(people)} must hear of it {plain.period(ahead)} before"
            return f"{plain.day(effective)} is too soon: {told}; the earliest day is {plain.day(earliest)}"
        case TooLarge(limit, people, consents, erased):
            parts = f"{counted(people)} told, {consents:,} consents that end, {erased:,} records with data erased"
            return f"the plan is larger than the limit of {limit:,}: {obstacle.total:,} in all ({parts}); use --force"
        case _:
            assert_never(obstacle)


def as_json(obstacle: Obstacle) -> dict[str, Any]:
    """What stands against a plan as plain data, with its words."""
    kind = {Backwards: "backwards", TooSoon: "too soon", TooLarge: "too large"}[type(obstacle)]
    parts = {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(obstacle).items()}
    return {"obstacle": kind, "says": hindrance(obstacle), **parts}


def _changes(plan: Plan) -> Iterator[str]:
    heard = [change for change in plan.changes if not change.silent]
    if heard:
        yield from ("", "what changes")
    for change in heard:
        yield f"  {', '.join(change.classes)}: {say(change, 'en')}"
    silent = len(plan.changes) - len(heard)
    if silent:
        yield f"  {silent:,} {'change' if silent == 1 else 'changes'} of wording only"


class _Names:
    """Names as the policies have them, the new one first."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self._old, self._new = old, new

    def touchpoint(self, name: str) -> str:
        found = self._new.touchpoints.get(name) or self._old.touchpoints.get(name)
        return found.title if found else name

    def row(self, touchpoint: str, row: str) -> str:
        return f"{self.touchpoint(touchpoint)} ({row})"

    def purpose(self, name: str) -> str:
        found = self._new.purposes.get(name) or self._old.purposes.get(name)
        return found.label if found else name

    def recipient(self, name: str) -> str:
        found = self._new.recipients.get(name) or self._old.recipients.get(name)
        return found.name if found else name


def _stage(stage: Stage, names: _Names) -> Iterator[tuple[str, str]]:
    """(part of the explanation, line) for a stage."""
    match stage:
        case Publish():
            pass
        case TellPeople(people, by_mail, by_hand):
            yield (BEFORE, f"tell {counted(people)} what changes for them: {by_mail:,} by mail, {by_hand:,} by hand")
        case LapseConsents(touchpoint, purpose, consents):
            what = f"{names.purpose(purpose)}, at {names.touchpoint(touchpoint)}"
            yield (ON, f"end {consents:,} {'consent' if consents == 1 else 'consents'}: {what}")
        case StopFlow(touchpoint, row, recipient, waiting, sent_lately, _):
            held = f"{waiting:,} {'delivery waits and is' if waiting == 1 else 'deliveries wait and are'} held back"
            numbers = f"{held}; {sent_lately:,} went in the last 30 days"
            yield (ON, f"stop sending {names.recipient(recipient)} data of {names.row(touchpoint, row)}: {numbers}")
        case Overretained(touchpoint, row, records, erased):
            numbers = f"{_records(records)} get an earlier day, {erased:,} lose data at the next sweep"
            yield (ON, f"keep {names.row(touchpoint, row)} for less: {numbers}")
        case KeepsOlder(version, touchpoint, row, records):
            where = f"{_records(records)} of {names.row(touchpoint, row)}"
            yield (STAYS, f"{where} keep what version {version} promised")
        case StaffTask("tell", _, people):
            yield (STAFF, f"tell {counted(people)} another way: no mail address")
        case StaffTask(_, recipient, people):
            yield (STAFF, f"have {names.recipient(recipient)} return or delete what it got of {counted(people)}")
        case _:
            assert_never(stage)


def _records(number: int) -> str:
    return f"{number:,} {'record' if number == 1 else 'records'}"


def counted(number: int) -> str:
    """`1 person`, `1,204 people`."""
    return f"{number:,} {'person' if number == 1 else 'people'}"
