"""Lengths of ISO 8601 periods, roughly: for judging whether a rule is sensible, never for a legal day."""

import re

UNITS = {"Y": 365.25, "M": 30.44, "W": 7.0, "D": 1.0}


def days(period: str) -> float:
    """About how many days a period such as `P1Y6M` or `PT12H` is."""
    date_part, _, time_part = period[1:].partition("T")
    whole = sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([YMWD])", date_part))
    seconds = {"H": 3600, "M": 60, "S": 1}
    return whole + sum(int(n) * seconds[unit] for n, unit in re.findall(r"(\d+)([HMS])", time_part)) / 86400
