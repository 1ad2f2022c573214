"""How fast, how often again: the vendor's word (429, Retry-After) and jitter. No quotas of our own."""

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST_PAUSE = 0.2
DEFAULT_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(days=1)


def retry_after(header: str | None, now: datetime) -> timedelta:
    """The Retry-After header, in seconds or as an HTTP date; ten seconds when it is absent or unreadable."""
    if not header:
        return DEFAULT_WAIT
    try:
        wait = timedelta(seconds=float(header))
    except (ValueError, OverflowError):
        try:
            at = parsedate_to_datetime(header)
        except ValueError:
            return DEFAULT_WAIT
        wait = at.replace(tzinfo=at.tzinfo or UTC) - now
    return min(max(wait, timedelta(0)), LONGEST_WAIT)


def backoff(attempt: int) -> float:
    """Seconds before attempt `attempt` + 1: doubling, with full jitter so that workers do not march in step."""
    return FIRST_PAUSE * (1 << attempt) * random.uniform(0.5, 1.5)


class Pace:
    """Shared by all calls to one system: nobody calls before the time the vendor named."""

    def __init__(
        self, sleep: Callable[[float], None] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._free_at = 0.0

    def hold(self, wait: timedelta) -> None:
        """No calls for this long."""
        with self._lock:
            self._free_at = max(self._free_at, self._clock() + wait.total_seconds())

    def left(self) -> timedelta:
        """How long still."""
        with self._lock:
            return timedelta(seconds=max(0.0, self._free_at - self._clock()))
