"""The room's one door for reading: what the last runs found."""

from datetime import datetime
from typing import Any

from troth.verification.models import Run as Kept
from troth.verification.rules import Result, Run


def latest() -> Run | None:
    """The latest run, or None before the first."""
    kept = Kept.objects.order_by("-at", "-id").first()
    return _run(kept.at, kept.version, kept.report) if kept else None


def history(limit: int = 30) -> tuple[Run, ...]:
    """The latest runs, newest first."""
    return tuple(_run(kept.at, kept.version, kept.report) for kept in Kept.objects.order_by("-at", "-id")[:limit])


def _run(at: datetime, version: int, report: dict[str, Any]) -> Run:
    return Run(at, version, tuple(Result(**result) for result in report["results"]))
