"""When a line or a file was recorded. Pure, apart from the text it is given."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from troth.systems.files.classes import FileClass

_DAY = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")
_REMEMBERED = 4096  # times of recent lines: neighbours mostly share a second


class LineClock:
    """Tells the time of a line: aware UTC, or None where the line shows none that can be read."""

    def __init__(self, spec: FileClass) -> None:
        self._search = re.compile((spec.time or "").encode()).search
        self._format = spec.format
        self._zone = ZoneInfo(spec.zone)
        self._known: dict[bytes, datetime | None] = {}

    def __call__(self, line: bytes) -> datetime | None:
        match = self._search(line)
        if match is None:
            return None
        text: bytes = match[1] if match.re.groups else match[0]
        if text not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, raw: bytes) -> datetime | None:
        try:
            time = self._parsed(raw.decode())
            return (time if time.tzinfo else time.replace(tzinfo=self._zone)).astimezone(UTC)
        except (ValueError, OverflowError, AttributeError):
            return None

    def _parsed(self, text: str) -> datetime:
        if self._format == "iso":
            return datetime.fromisoformat(text)
        if self._format in ("epoch", "epoch-ms"):
            return datetime.fromtimestamp(float(text) / (1000 if self._format == "epoch-ms" else 1), UTC)
        return datetime.strptime(text, self._format)  # noqa: DTZ007 (the zone is added by the caller)


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
