"""Rates a connector knows, and what vendors say of theirs in the headers of a reply. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_EPOCH = 1_000_000_000  # larger numbers are a time, smaller ones seconds from now
_MILLIS = 1_000_000_000_000
_LEFT = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
_RESET = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset", "retry-after")
LONGEST = timedelta(days=1)
"""No header is believed beyond this: a time in another unit would stop all work for years."""
_STRUCTURED = re.compile(r";\s*r=(\d+)(?:[^,]*?;\s*t=(\d+))?")


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any `seconds`; `burst` of them, a tenth if not said, may come at once."""

    calls: int
    seconds: float
    burst: int = 0

    def __post_init__(self) -> None:
        if self.calls < 1 or self.seconds <= 0:
            raise ValueError("a rate is at least one call in some seconds")
        object.__setattr__(self, "burst", min(self.burst or max(1, self.calls // 10), self.calls))

    @property
    def interval(self) -> float:
        """Seconds between calls, so that a burst and what follows it are never more than `calls` in the time."""
        return self.seconds / (self.calls - self.burst + 1)


def per_second(calls: float) -> Rate:
    """So many calls a second, less than one included."""
    return Rate(round(calls * 10), 10) if calls >= 1 else Rate(1, 1 / calls)


def exhausted(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long no call is left, by the headers of a reply (names in any case); None while some are left.

    Read: `X-RateLimit-*`, `X-Rate-Limit-*` (Okta: a time), `RateLimit-*` and `RateLimit` (IETF draft: seconds).
    """
    structured = _STRUCTURED.search(headers.get("ratelimit", ""))
    if structured:
        seconds = min(int(structured[2] or 1), LONGEST.total_seconds())
        return timedelta(seconds=seconds) if int(structured[1]) == 0 else None
    left = next((headers[name] for name in _LEFT if name in headers), None)
    if left is None or left.strip() != "0":
        return None
    waits = (until(headers.get(name), now) for name in _RESET)
    return next((min(wait, LONGEST) for wait in waits if wait is not None), None)


def until(text: str | None, now: datetime) -> timedelta | None:
    """How long until the moment a header names: as seconds from now, as a Unix time, or as an HTTP date."""
    if not text:
        return None
    try:
        number = float(text)
        if number >= _EPOCH:
            at = datetime.fromtimestamp(number / 1000 if number >= _MILLIS else number, UTC)
            return max(at - now, timedelta(0))
        return timedelta(seconds=max(number, 0.0))
    except (ValueError, OverflowError, OSError):
        pass
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta(0))
