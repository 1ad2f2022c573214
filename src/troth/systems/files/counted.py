"""Judges a block of lines by counting the days in it, without looking at a line. Pure."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from troth.systems.files import stamps
from troth.systems.files.leads import lead
from troth.systems.files.times import LineClock

_ZONES = timedelta(hours=28)  # between the clocks of any two places, and a little
_REMEMBERED = 4  # stretches in which neighbouring blocks lie
Part = Callable[[bytes], bytes | None]


class Counted:
    """Remembers what stands before times and the days or hours met lately, and whether those are past."""

    def __init__(self, clock: LineClock) -> None:
        self._clock = clock
        self._lead = lead(clock.pattern)
        self._parts = _parts(clock.form)
        self._before: datetime | None = None
        self._known: list[tuple[bytes, bool]] = []

    def agrees(self, block: bytes, begins: bool, before: datetime, old: bool) -> bool:
        """Whether surely every time in the block is before `before` (`old`), respectively none is."""
        if self._lead is None or self._before != before:
            return False
        fromstart = self._lead.mark == b"\n"
        left = begun(block, begins) if fromstart else block.count(self._lead.mark)
        for text, past in self._known:
            if not left:
                break
            number = block.count(text) + (fromstart and begins and block.startswith(text[1:]))
            if number and past is not old:
                return False
            left -= number
        return not left

    def learn(self, lines: Sequence[bytes], before: datetime) -> None:
        """Remembers the days of the first and the last of these lines."""
        if self._lead is None:
            return
        if self._before != before:
            self._before, self._known = before, []
        for line in (lines[0], lines[-1]) if lines else ():
            known = self._judged(line, before)
            if known and known not in self._known:
                self._known = [known, *self._known[: _REMEMBERED - 1]]

    def _judged(self, line: bytes, before: datetime) -> tuple[bytes, bool] | None:
        """What the line's time begins with, with all that stands before it, and whether such times are past."""
        match = self._clock.search(line)
        if not match or self._lead is None:
            return None
        start = b"\n" if self._lead.mark == b"\n" else b""
        lead_, text = start + line[match.start() : match.start(1)], match[1]
        if lead_ not in self._lead.texts:
            return None
        for part, reach in self._parts:
            same = part(text)
            if same is None or not self._lead.covers(same):
                continue
            past = self._clock.old(same, text, reach, before)
            if past is not None:
                return lead_ + same, past
        return None


def begun(block: bytes, begins: bool) -> int:
    """How many lines begin in the block; `begins`: its first byte begins one."""
    return block.count(b"\n") - block.endswith(b"\n") + begins


def _parts(form: str) -> list[tuple[Part, timedelta]]:
    """What a time's text may begin with so that times which begin alike are near each other, and how near."""
    if form == "iso":
        return [(_iso_day, timedelta(hours=24) + _ZONES), (_iso_hour, timedelta(hours=1) + _ZONES)]
    found: list[tuple[Part, timedelta]] = []
    mark = stamps.day_mark(form)
    if mark:
        found.append((lambda text: _upto(text, mark), timedelta(hours=24) + _ZONES))
    hour = stamps.hour_end(form)
    if hour:
        start, length = hour
        reach = timedelta(hours=2) if "%z" not in form else timedelta(hours=1) + _ZONES
        found.append((lambda text: _fixed(text, start, length), reach))
    return found


def _iso_day(text: bytes) -> bytes | None:
    return text[:10] if re.match(rb"\d{4}-\d\d-\d\d", text) else None


def _iso_hour(text: bytes) -> bytes | None:
    return text[:14] if re.match(rb"\d{4}-\d\d-\d\d[T ]\d\d:", text) else None


def _upto(text: bytes, mark: bytes) -> bytes | None:
    day, found, _ = text.partition(mark)
    return day + found if found else None


def _fixed(text: bytes, start: int, length: int) -> bytes | None:
    return text[: start + 1] if len(text) == length and text[start : start + 1] == b":" else None
