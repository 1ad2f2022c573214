"""The room's one door for reading."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from troth.people import queries as people
from troth.people.queries import ReviewDue
from troth.retention.models import Sweep


@dataclass(frozen=True)
class SweepView:
    """A sweep that ran, and its report as plain data."""

    at: datetime
    report: dict[str, Any]


def last_sweeps(limit: int = 10) -> tuple[SweepView, ...]:
    """The latest sweeps, newest first."""
    return tuple(SweepView(sweep.at, sweep.report) for sweep in Sweep.objects.order_by("-at")[:limit])


def reviews_due(now: datetime, limit: int = 200) -> list[ReviewDue]:
    """Records whose review day has come, the longest due first."""
    return people.due_for_review(now, limit)
