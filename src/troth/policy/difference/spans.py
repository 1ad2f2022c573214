"""Which of two periods or retention rules is longer: by the calendar, and where that cannot tell, not shorter."""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from typing import Literal

from troth.policy.model import RetentionRule

Verdict = Literal["same", "shorter", "longer", "unbounded", "bounded", "other"]
"""What a rule is to the one before it. `other`: they count from events of which neither is known to come first."""

_FORM = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_MONTHS_MOST = 12 * 400
"""A calendar repeats after 400 years; longer periods are compared by what is over that."""


@cache
def order(old: str, new: str) -> int:
    """-1 if `new` never ends after `old`, whichever day both begin on, and sometimes before; 0 if they always end
    together; 1 if it ends later from some day on the calendar (`P1Y` against `P365D`: in leap years)."""
    gaps = {_gap(old, new, start) for start in _starts()}
    if gaps == {0}:
        return 0
    return 1 if max(gaps) > 0 else -1


def _starts() -> list[date]:
    """The days of two years, one of them a leap year: month lengths and leap days in every position."""
    first = date(2027, 1, 1)
    return [first + timedelta(days=n) for n in range(731)]


def _gap(old: str, new: str, start: date) -> int:
    (months, seconds), (other_months, other_seconds) = _parts(old), _parts(new)
    return _after(start, other_months) + other_seconds - _after(start, months) - seconds


@cache
def _parts(period: str) -> tuple[int, int]:
    """(months, seconds)."""
    found = _FORM.fullmatch(period)
    years, months, weeks, days, hours, minutes, seconds = (int(n or 0) for n in (found.groups() if found else (0,) * 7))
    return years * 12 + months, (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds


def _after(start: date, months: int) -> int:
    """Seconds from the start to the same date `months` later, or to that month's last day."""
    cycles, rest = divmod(months, _MONTHS_MOST)
    year, month = divmod(start.year * 12 + start.month - 1 + rest, 12)
    end = date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    return ((end - start).days + cycles * 146_097) * 86_400


def later_event(old: str | None, new: str | None) -> int | None:
    """1 if `new` is known to come no earlier than `old`, -1 the other way round, 0 the same; None: not known."""
    if old == new:
        return 0
    if old == "recorded":
        return 1
    if new == "recorded":
        return -1
    return None


def verdict(old: RetentionRule, new: RetentionRule) -> Verdict:
    """What the period of `new` is to that of `old`, reviews aside."""
    if old.period and new.period:
        return _periods(old.period, old.after, new.period, new.after)
    if new.until:
        return "same" if old.until else "unbounded"
    if old.until:
        return "bounded"
    return "same" if old.per and new.per else "other"


def _periods(old: str, old_event: str | None, new: str, new_event: str | None) -> Verdict:
    length, event = order(old, new), later_event(old_event, new_event)
    if event is None or length * event < 0:
        return "other"
    total = length + event
    return "longer" if total > 0 else "shorter" if total < 0 else "same"


def review(old: RetentionRule, new: RetentionRule) -> Literal["same", "sooner", "later"]:
    """What the reviews of an *until unneeded* are to those before; later unless known to be sooner."""
    if not (old.until and new.until and old.review and new.review):
        return "same"
    found = _periods(old.review, old.review_after, new.review, new.review_after)
    return "same" if found == "same" else "sooner" if found == "shorter" else "later"
