"""When a line or a file was recorded. Pure, apart from the text it is given."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from troth.systems.files import stamps
from troth.systems.files.classes import FileClass

_DAY = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")
_SAME_DAY = timedelta(hours=24 + 28)  # two times of one written day are closer, whatever zones they name
_SAME_HOUR = timedelta(hours=2)  # two times of one written hour and zone are closer, summer time included
_REMEMBERED = 4096  # times of recent lines: neighbours mostly share a second


class LineClock:
    """Tells the time of a line: aware UTC, or None where the line shows none that can be read."""

    def __init__(self, spec: FileClass) -> None:
        self.pattern, self.form = (spec.time or "").encode(), spec.format
        pattern = re.compile(self.pattern)
        self.search, self.group = pattern.search, min(1, pattern.groups)
        self._fast = stamps.reader(spec.format)
        self._zone = ZoneInfo(spec.zone)
        self._day = _day_of(spec.format)
        self._hour = stamps.hour_of(spec.format)
        self._ordered = stamps.ordered(spec.format)
        self._known: dict[bytes, datetime | None] = {}
        self._judged: dict[tuple[bytes, timedelta, datetime], bool | None] = {}

    def __call__(self, line: bytes) -> datetime | None:
        found = self.texts((line,))
        return self._time(found[0]) if found else None

    def texts(self, lines: Sequence[bytes]) -> list[bytes]:
        """What stands where a time should, for each line that has it."""
        group = self.group
        return [match[group] for match in map(self.search, lines) if match and match[group] is not None]

    def all_old(self, texts: Sequence[bytes], before: datetime) -> bool | None:
        """True: every one of these times is before `before`; False: none is; None: some are, or it is close.

        Looks at the days in them only, of which a stretch of a log has one or two; near `before` at their hours.
        """
        verdict = self._between(min(texts), max(texts), texts, before)
        if verdict is None:
            verdict = self._of_one(self._day, _SAME_DAY, texts, before)
        return self._of_one(self._hour, _SAME_HOUR, texts, before) if verdict is None else verdict

    def _between(self, first: bytes, last: bytes, texts: Sequence[bytes], before: datetime) -> bool | None:
        """The same for times of one day that are written alike, zone included: their texts sort as they do."""
        part = self._ordered(first)
        if part is None or not last.startswith(part[0]):
            return None
        at = part[1]
        if len(set(map(len, texts))) > 1 or len({text[at:].lstrip(b".,0123456789") for text in texts}) > 1:
            return None
        lowest, highest = self._time(first), self._time(last)
        if lowest is None or highest is None or (lowest < before) is not (highest < before):
            return None
        return lowest < before

    def _of_one(
        self, part: Callable[[bytes], bytes], reach: timedelta, texts: Sequence[bytes], before: datetime
    ) -> bool | None:
        """What all the days, or hours, of these times agree on."""
        samples = {part(text): text for text in texts}
        verdicts = {self.old(same, text, reach, before) for same, text in samples.items()}
        return verdicts.pop() if len(verdicts) == 1 else None

    def oldest(self, texts: Iterable[bytes], known: datetime | None) -> datetime | None:
        """The oldest of these times and `known`; days that are surely younger are not read further."""
        days: dict[bytes, set[bytes]] = {}
        for text in texts:
            days.setdefault(self._day(text), set()).add(text)
        for same_day in days.values():
            sample = self._time(next(iter(same_day)))
            if sample is None or known is None or sample - _SAME_DAY < known:
                known = min(filter(None, (known, *map(self._time, same_day))), default=None)
        return known

    def old(self, same: bytes, sample: bytes, reach: timedelta, before: datetime) -> bool | None:
        """Whether each time with the part `same` is before `before`; no two of them are `reach` apart."""
        key = same, reach, before
        if key not in self._judged:
            if len(self._judged) >= _REMEMBERED:
                self._judged.clear()
            time = self._time(sample)
            far = time is not None and abs(time - before) > reach
            self._judged[key] = time < before if time and far else None
        return self._judged[key]

    def _time(self, text: bytes) -> datetime | None:
        if text not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, raw: bytes) -> datetime | None:
        try:
            time = self._parsed(raw.decode())
            return (time if time.tzinfo else time.replace(tzinfo=self._zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def _parsed(self, text: str) -> datetime:
        if self.form == "iso":
            return datetime.fromisoformat(text)
        if self.form in ("epoch", "epoch-ms"):
            return datetime.fromtimestamp(float(text) / (1000 if self.form == "epoch-ms" else 1), UTC)
        return (self._fast and self._fast(text)) or datetime.strptime(text, self.form)  # noqa: DTZ007 (the zone is added by the caller)


def _day_of(form: str) -> Callable[[bytes], bytes]:
    """The part of a time's text that fixes its day (in whatever zone); the whole text where none is known to."""
    if form == "iso":
        return lambda text: text[:10]
    mark = stamps.day_mark(form)
    return (lambda text: text.partition(mark)[0]) if mark else (lambda text: text)


def file_time(name: str, changed: float, zone: str) -> datetime | None:
    """When a file that goes as a whole was begun, aware UTC.

    name: its bare name; the last date in it counts, from the start of that day in `zone`. Without one, `changed`
    (seconds since the epoch) counts. None: the name shows a date that no calendar has.
    """
    found = _DAY.findall(name)
    if not found:
        return datetime.fromtimestamp(changed, UTC)
    year, _, month, day = found[-1]
    try:
        return datetime(int(year), int(month), int(day), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
