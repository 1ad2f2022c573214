"""Values in a reader's words: dates, spans of time, periods, lists. Pure; `now` is passed in."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))
_PERIOD = re.compile(
    r"P(?:(?P<year>\d+)Y)?(?:(?P<month>\d+)M)?(?:(?P<week>\d+)W)?(?:(?P<day>\d+)D)?"
    r"(?:T(?:(?P<hour>\d+)H)?(?:(?P<minute>\d+)M)?(?:(?P<second>\d+)S)?)?"
)


def day(value: date) -> str:
    """`25 Nov 2026`."""
    return f"{value.day} {value:%b %Y}"


def moment(value: datetime) -> str:
    """`25 Nov 2026, 14:05 UTC`: a time always says its zone."""
    return f"{day(value)}, {value:%H:%M} {value.tzname() or 'no zone'}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 record`, `4 records`, `1,204 records`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def span(length: timedelta) -> str:
    """The length of time in its largest whole unit: `3 days`, `1 hour`, `under a minute`. The sign is dropped."""
    seconds = abs(length.total_seconds())
    for noun, size in _UNITS:
        if seconds >= size:
            return count(int(seconds // size), noun)
    return "under a minute"


def left(due: date | datetime, now: datetime) -> str:
    """How far off a due day is: `3 days left`, `due today`, `2 days over`. A `datetime` counts by the clock."""
    if isinstance(due, datetime):
        return f"{span(due - now)} {'left' if due >= now else 'over'}"
    days = (due - now.date()).days
    if days == 0:
        return "due today"
    return f"{count(abs(days), 'day')} {'left' if days > 0 else 'over'}"


def ago(past: datetime, now: datetime) -> str:
    """`3 days ago`, `just now`."""
    return "just now" if (now - past).total_seconds() < 60 else f"{span(now - past)} ago"


def period(value: str) -> str:
    """An ISO 8601 duration in words: `P60D` is `60 days`. What is no duration comes back unchanged."""
    found = _PERIOD.fullmatch(value)
    parts = [count(int(size), noun) for noun, size in (found.groupdict() if found else {}).items() if size]
    return join(parts) if parts else value


def join(words: Iterable[object], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    items: Sequence[str] = [str(word) for word in words]
    return f"{', '.join(items[:-1])} {last} {items[-1]}" if len(items) > 1 else "".join(items)
