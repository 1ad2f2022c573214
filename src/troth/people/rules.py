"""When stored values are due, which may be stored readable, and what staff see of an e-mail address. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from troth.people.periods import add_period
from troth.policy.model import Policy, RetentionRule, Row
from troth.policy.periods import days as length

KNOWN_AT_STORING = ("recorded", "last contact")
"""Events that have happened when something is stored: the submission is a contact."""


@dataclass(frozen=True)
class Days:
    """When something goes (`due`), and when somebody must look whether it is still needed (`review`)."""

    due: datetime | None
    review: datetime | None


@dataclass(frozen=True)
class Schedule:
    """The days of a record. `items`: each item's due day; `due`: the last of them, None while one item has none."""

    items: Mapping[str, datetime | None]
    due: datetime | None
    review: datetime | None


def schedule(policy: Policy, touchpoint: str, row: Row, items: Iterable[str], recorded_at: datetime) -> Schedule:
    """Days for `items` of a row stored at `recorded_at`. Under several rules the strictest counts for an item."""
    days = {item: _strictest(policy, touchpoint, rules_for(row, item), recorded_at) for item in items}
    reviews = [day.review for day in days.values() if day.review]
    dues = {item: day.due for item, day in days.items()}
    ends = [due for due in dues.values() if due]
    return Schedule(dues, max(ends) if len(ends) == len(dues) and ends else None, min(reviews) if reviews else None)


def rules_for(row: Row, item: str) -> tuple[str, ...]:
    """The retention rules of an item: those that name it, else those of the row that name none."""
    named = tuple(entry.rule for entry in row.retention if item in entry.items)
    return named or tuple(entry.rule for entry in row.retention if not entry.items)


def days(rule: RetentionRule, recorded_at: datetime, cookie_lifetimes: Iterable[str] = ()) -> Days:
    """What one rule says of something stored at `recorded_at`.

    Where the event a period counts from has not happened yet (an account is open), there is no due day: a review
    after that period asks whether it has. Per cookie: the longest lifetime in `cookie_lifetimes` (`session`: a day).
    """
    if rule.per:
        ends = [add_period(recorded_at, "P1D" if life == "session" else life) for life in cookie_lifetimes]
        return Days(max(ends, default=add_period(recorded_at, "P1D")), None)
    if rule.until:
        return Days(None, add_period(recorded_at, rule.review or "P1Y"))
    end = add_period(recorded_at, rule.period or "P0D")
    return Days(end, None) if rule.after in KNOWN_AT_STORING else Days(None, end)


@dataclass(frozen=True, order=True)
class Shorter:
    """What a newer policy says of an item of a row: `period` (ISO 8601) after it was recorded it goes, or (`look`)
    comes up for review. Several of one item: the earliest counts."""

    touchpoint: str
    row: str
    item: str
    period: str
    look: bool = False


def shorter(old: Policy, new: Policy) -> tuple[Shorter, ...]:
    """What `new` says anew of items that rows of both policies declare: whether it is earlier, each record shows."""
    found = set()
    for touchpoint, row in ((t, r) for t, declared in new.touchpoints.items() for r in declared.rows):
        before = _row(old, touchpoint, row.id)
        if before is None:
            continue
        for item in row.item_ids & before.item_ids:
            anew = _terms(new, touchpoint, row, item) - _terms(old, touchpoint, before, item)
            found |= {Shorter(touchpoint, row.id, item, period, look) for period, look in anew}
    return tuple(sorted(found))


def _row(policy: Policy, touchpoint: str, row: str) -> Row | None:
    known = policy.touchpoints.get(touchpoint)
    return next((found for found in known.rows if found.id == row), None) if known else None


def _terms(policy: Policy, touchpoint: str, row: Row, item: str) -> set[tuple[str, bool]]:
    """What the rules of an item say, as (period from recording, whether somebody looks first)."""
    lifetimes = [cookie.lifetime for cookie in policy.cookies.values() if cookie.touchpoint == touchpoint]
    spans = ["P1D" if life == "session" else life for life in lifetimes]
    found: set[tuple[str, bool]] = set()
    for rule in (policy.retention[name] for name in rules_for(row, item)):
        if rule.per:
            found.add((max(spans, key=length, default="P1D"), False))
        elif rule.until:
            found.add((rule.review or "P1Y", True))
        else:
            found.add((rule.period or "P0D", rule.after not in KNOWN_AT_STORING))
    return found


def _strictest(policy: Policy, touchpoint: str, names: tuple[str, ...], recorded_at: datetime) -> Days:
    lifetimes = [cookie.lifetime for cookie in policy.cookies.values() if cookie.touchpoint == touchpoint]
    found = [days(policy.retention[name], recorded_at, lifetimes) for name in names]
    due = min((day.due for day in found if day.due), default=None)
    review = min((day.review for day in found if day.review), default=None)
    # an item no rule covers does not stay unseen: it is looked at at once
    return Days(due, recorded_at) if due is None and review is None else Days(due, review)


def kept_by_others(policy: Policy, row: Row) -> frozenset[str]:
    """Secret items that a recipient of the row is named to hold (an identity provider): never stored here."""
    named = {item for receiver in row.receivers for item in receiver.items}
    return frozenset(item for item in named if item in policy.data and policy.data[item].kind == "secret")


def mask_email(address: str) -> str:
    """`a…@example.org`: enough for staff to recognise one they were told, not enough to write to."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
