"""When a failed task runs again: one strategy for every task that touches the outside."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job


def delay(attempts: int, *, first: timedelta, cap: timedelta) -> timedelta:
    """The pause after `attempts` earlier failures: doubled each time from `first`, never above `cap`."""
    return min(first * (1 << min(attempts, 30)), cap)


class Backoff(BaseRetryStrategy):
    """Waits longer each time, up to a cap, and heeds what the failure itself says.

    An exception may carry `consequence` (as the systems' problems do) and `retry_after` (timedelta or seconds):
    "retry" backs off; "wait" waits for `retry_after`, else the cap, and never gives up; "fix settings" tries again
    at the cap, since a person may have fixed them; "stop" gives up at once. Others back off and give up after
    `attempts`. A job that gave up stays visible as failed and becomes a staff task.
    """

    def __init__(
        self,
        *,
        first: timedelta = timedelta(seconds=2),
        cap: timedelta = timedelta(hours=1),
        attempts: int = 30,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.first, self.cap, self.attempts, self.clock = first, cap, attempts, clock

    def pause(self, exception: BaseException, attempts: int) -> timedelta | None:
        """How long to wait before the next try, or None to give up."""
        consequence = getattr(exception, "consequence", "retry")
        asked = _timedelta(getattr(exception, "retry_after", None))
        if consequence == "stop":
            return None
        if consequence == "wait":
            return asked or self.cap
        if consequence == "fix settings":
            return self.cap
        if attempts >= self.attempts:
            return None
        return asked or delay(attempts, first=self.first, cap=self.cap)

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        pause = self.pause(exception, job.attempts)
        return None if pause is None else RetryDecision(retry_at=self.clock() + pause)


def _timedelta(value: Any) -> timedelta | None:
    if isinstance(value, timedelta):
        return value
    return timedelta(seconds=value) if isinstance(value, int | float) else None
