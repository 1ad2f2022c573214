"""The room's one door for reading."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from troth.people import queries as people
from troth.people.queries import ReviewDue
from troth.policy.model import Policy
from troth.retention import rules
from troth.retention.models import Sweep
from troth.versions import queries as versions


@dataclass(frozen=True)
class SweepView:
    """A sweep that ran, and its report as plain data."""

    at: datetime
    report: dict[str, Any]


def last_sweeps(limit: int = 10) -> tuple[SweepView, ...]:
    """The latest sweeps, newest first."""
    return tuple(SweepView(sweep.at, sweep.report) for sweep in Sweep.objects.order_by("-at")[:limit])


def last_known(now: datetime) -> datetime | None:
    """The last moment the clock was surely right for erasing: the latest sweep, else the version in force's publishing.

    None before anything is published.
    """
    sweep = Sweep.objects.order_by("-at").values_list("at", flat=True).first()
    version = versions.current(now)
    return sweep or (version.published_at if version else None)


def reigns(now: datetime) -> tuple[tuple[Policy, datetime, datetime], ...]:
    """Which policy was in force from when to when, oldest first; empty while none is."""
    return tuple((version.policy, since, until) for version, since, until in versions.reigns(now))


def clock_doubtful(now: datetime) -> bool:
    """Whether nothing should be erased unattended: see `rules.doubtful`."""
    return rules.doubtful(now, last_known(now))


def reviews_due(now: datetime, limit: int = 200) -> list[ReviewDue]:
    """Records whose review day has come, the longest due first."""
    return people.due_for_review(now, limit)
