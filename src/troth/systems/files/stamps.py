"""Reads times of a fixed form much faster than `strptime`, which stays the judge of everything unusual. Pure."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import cache

Reader = Callable[[str], datetime | None]
_PARTS = {
    "%Y": r"(?P<year>\d{4})",
    "%m": r"(?P<month>\d{2})",
    "%b": r"(?P<name>[A-Z][a-z]{2})",
    "%d": r"(?P<day>\d{2})",
    "%H": r"(?P<hour>\d{2})",
    "%M": r"(?P<minute>\d{2})",
    "%S": r"(?P<second>[0-5]\d)",
    "%z": r"(?P<zone>[+-]\d{2}[0-5]\d)",
}
_WIDTHS = {"%Y": 4, "%b": 3, "%z": 5, **dict.fromkeys(("%m", "%d", "%H", "%M", "%S"), 2)}
_ISO = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)?")
_NEEDED = {"%Y", "%d", "%H", "%M", "%S"}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}


def reader(form: str) -> Reader | None:
    """What reads times of the strptime format `form`: a datetime, or None where `strptime` must say.

    None if `form` holds anything but a date, a time to the second and perhaps a numeric zone, each once.
    """
    marks = re.findall("%.", form)
    if len(marks) != len(set(marks)) or set(marks) - {"%z"} not in (_NEEDED | {"%m"}, _NEEDED | {"%b"}):
        return None
    parts = (_PARTS.get(part, re.escape(part)) for part in re.split("(%.)", form))
    match = re.compile("".join(parts), re.ASCII).fullmatch

    def read(text: str) -> datetime | None:
        found = match(text)
        return _moment(found.groupdict()) if found else None

    return read


def _moment(part: dict[str, str]) -> datetime | None:
    """Raises ValueError for a day or an hour that no calendar or clock has."""
    month = _MONTHS.get(part["name"]) if "name" in part else int(part["month"])
    if month is None:
        return None
    zone = _zone(part["zone"]) if "zone" in part else None
    day, hour, minute, second = int(part["day"]), int(part["hour"]), int(part["minute"]), int(part["second"])
    return datetime(int(part["year"]), month, day, hour, minute, second, tzinfo=zone)


def hour_of(form: str) -> Callable[[bytes], bytes]:
    """The parts of a time's text that fix its hour and its zone; the whole text where none are known to."""
    if form == "iso":
        return _iso_hour
    ends = hour_end(form)
    if ends is None:
        return lambda text: text
    start, length = ends

    def hour(text: bytes) -> bytes:
        usual = len(text) == length and text[start : start + 1] == text[start + 3 : start + 4] == b":"
        return text[:start] + text[start + 6 :] if usual else text

    return hour


def hour_end(form: str) -> tuple[int, int] | None:
    """Where in a text of the form the colon behind its hour stands, and the length of such texts."""
    match = re.fullmatch(r"(.*%H):%M:%S(.*)", form)
    return (_width(match[1]), _width(form)) if match and reader(form) else None


def ordered(form: str) -> Callable[[bytes], tuple[bytes, int] | None]:
    """Of a time's text (what fixes its day, where its seconds end). Texts that begin alike, are as long and end alike
    behind the seconds and their fraction sort as their times do. None where that is not known."""
    mark, ends = day_mark(form), hour_end(form)
    if form == "iso":
        return lambda text: (text[:11], 19) if _ISO.fullmatch(text) else None
    usual = re.fullmatch(r"[^H]*%d[^H]*%H:%M:%S( ?%z)?", form)
    if mark is None or ends is None or not usual:
        return lambda text: None
    at, length = ends[0] + 6, ends[1]
    return lambda text: (text[: text.index(mark) + 1], at) if len(text) == length and mark in text else None


def day_mark(form: str) -> bytes | None:
    """The byte that ends the part of a time's text which fixes its day; None where no part is known to."""
    match = re.fullmatch(r"((?:%[YmbdBj]|[^%])*%[YmbdBj])([^%\w])(?:.*)", form)
    if match and re.search(r"%Y", match[1]) and re.search(r"%d|%j", match[1]) and match[2] not in match[1]:
        return match[2].encode()
    return None


def _iso_hour(text: bytes) -> bytes:
    """Of `2026-03-02T10:…:…` the hour and what follows the seconds and their fraction, if any."""
    usual = text[4:5] == text[7:8] == b"-" and text[13:14] == text[16:17] == b":"
    return text[:13] + text[19:].lstrip(b".,0123456789") if usual else text


def _width(form: str) -> int:
    """Characters of the fixed form."""
    return sum(_WIDTHS.get(part, len(part)) for part in re.split("(%.)", form))


@cache
def _zone(text: str) -> timezone:
    """`+0530`. Raises ValueError from a day on."""
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:])))
