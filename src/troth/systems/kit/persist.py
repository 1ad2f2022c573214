"""Trying again, for vendors' own kits: as `Api` does for calls of our own."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.pace import Pace, backoff

ATTEMPTS = 4
T = TypeVar("T")


def persist(once: Callable[[], T], pace: Pace, patience: float, what: str) -> T:
    """What `once` gives, tried again as far as its consequence and our patience (seconds) allow.

    Everything tried must be harmless when repeated. what: names system and act in the message, should we have to wait.
    Raises `SystemProblem`.
    """
    for attempt in range(ATTEMPTS):
        _hold_back(pace, patience, what)
        try:
            return once()
        except SystemProblem as problem:
            pause = _pause(problem, attempt)
            if problem.consequence == "wait":
                pace.hold(problem.retry_after or timedelta(0))
            if pause is None or attempt + 1 == ATTEMPTS or pause > patience:
                raise
            pace.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def _hold_back(pace: Pace, patience: float, what: str) -> None:
    wait = pace.turn("", patience)
    if wait > patience:
        raise SystemProblem(f"{what}: it asked us to wait", consequence="wait", retry_after=timedelta(seconds=wait))
    if wait:
        pace.sleep(wait)


def _pause(problem: SystemProblem, attempt: int) -> float | None:
    """Seconds to pause before trying again at once, or None when trying again cannot help."""
    if problem.consequence == "wait":
        return (problem.retry_after or timedelta(0)).total_seconds()
    return backoff(attempt) if problem.consequence == "retry" else None
