"""ISO 8601 periods on the calendar. Pure."""

import re
from calendar import monthrange
from datetime import datetime, timedelta

_FORM = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def add_period(moment: datetime, period: str) -> datetime:
    """`moment` plus an ISO 8601 duration such as `P60D`, `P6M`, `P1Y`.

    Years and months go first and keep the day of the month, or the month's last day where it has no such day
    (31 January + P1M = 28 or 29 February); then weeks, days and times. Raises ValueError for another form.
    """
    return _shift(moment, period, 1)


def take_period(moment: datetime, period: str) -> datetime:
    """`moment` minus an ISO 8601 duration, by the same rules. Raises ValueError for another form."""
    return _shift(moment, period, -1)


def _shift(moment: datetime, period: str, sign: int) -> datetime:
    found = _FORM.fullmatch(period)
    if not found:
        raise ValueError(f"`{period}` is not a period: write an ISO 8601 duration such as P60D, P6M or P1Y")
    part = {name: sign * int(value or 0) for name, value in found.groupdict().items()}
    year, month = divmod(moment.year * 12 + moment.month - 1 + part["years"] * 12 + part["months"], 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    rest = {name: part[name] for name in ("weeks", "days", "hours", "minutes", "seconds")}
    return moment.replace(year=year, month=month + 1, day=day) + timedelta(**rest)
