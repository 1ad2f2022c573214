"""When a failed job runs again."""

from datetime import UTC, datetime, timedelta

import pytest

from troth.work.retry import Backoff, delay
from troth.work.supervisor import pause_after

S = timedelta(seconds=1)


class Problem(Exception):
    def __init__(self, consequence: str, retry_after: object = None) -> None:
        self.consequence, self.retry_after = consequence, retry_after


def test_the_pause_doubles_up_to_the_cap_however_often_it_failed() -> None:
    assert [delay(n, first=2 * S, cap=60 * S) for n in range(7)] == [n * S for n in (2, 4, 8, 16, 32, 60, 60)]
    assert delay(10_000, first=2 * S, cap=60 * S) == 60 * S


@pytest.mark.parametrize(
    "problem, attempts, pause",
    [
        (ValueError(), 0, 2 * S),
        (ValueError(), 2, 8 * S),
        (ValueError(), 5, None),
        (Problem("retry"), 1, 4 * S),
        (Problem("retry", 90), 1, 90 * S),
        (Problem("retry", 90 * S), 5, None),
        (Problem("wait"), 99, 60 * S),
        (Problem("wait", 7 * S), 99, 7 * S),
        (Problem("fix settings"), 99, 60 * S),
        (Problem("stop"), 0, None),
    ],
)
def test_what_the_failure_says_is_heeded(problem: Exception, attempts: int, pause: timedelta | None) -> None:
    assert Backoff(first=2 * S, cap=60 * S, attempts=5).pause(problem, attempts) == pause


def test_the_decision_counts_from_the_given_clock() -> None:
    from procrastinate.jobs import Job

    now = datetime(2026, 11, 24, tzinfo=UTC)
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="x", attempts=1)
    decision = Backoff(first=2 * S, clock=lambda: now).get_retry_decision(exception=ValueError(), job=job)
    assert decision is not None
    assert decision.retry_at == now + 4 * S


def test_a_process_that_keeps_dying_is_restarted_ever_more_slowly() -> None:
    assert [pause_after(n) for n in (1, 2, 3, 4)] == [0, 0.5, 1, 2]
    assert pause_after(1000) == 30
