"""Problems → plain data for JSON."""

from collections.abc import Iterable
from typing import Any

from troth.policy.problems import Problem


def as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Plain data, one mapping a problem; places count from 1, `accepted` is null unless someone accepts it."""
    return [_plain(problem) for problem in problems]


def _plain(problem: Problem) -> dict[str, Any]:
    place, gap = problem.place, problem.accepted
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "where": problem.where,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "end_column": place.end_column if place else None,
        "help": problem.help,
        "article": problem.article,
        "accepted": {"reason": gap.reason, "owner": gap.owner, "review": gap.review.isoformat()} if gap else None,
    }
