"""Day arithmetic of Regulation 1182/71 Art. 3: the day of the event is not counted."""

from calendar import monthrange
from collections.abc import Container
from datetime import date, timedelta

SATURDAY = 5


def add_months(day: date, months: int) -> date:
    """The same date `months` later, or that month's last day where it has no such date."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def is_working_day(day: date, holidays: Container[date]) -> bool:
    """Neither Saturday, Sunday nor a public holiday (Reg. 1182/71 Art. 2)."""
    return day.weekday() < SATURDAY and day not in holidays


def next_working_day(day: date, holidays: Container[date]) -> date:
    """`day` itself if it is one (Reg. 1182/71 Art. 3(4))."""
    while not is_working_day(day, holidays):
        day += timedelta(days=1)
    return day


def target_before(received: date, last_day: date, margin: int = 7) -> date:
    """The day to aim at: `margin` days before the last one, never before the day of receipt."""
    return max(received, last_day - timedelta(days=margin))
