"""Accepted gaps: a finding someone accepts is shown and counted, until its review day."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from troth.policy.model import AcceptedGap, Policy
from troth.policy.problems import Problem

ACCEPTABLE = "T-0300"
"""Codes from here on are findings about the content; files, shape and names cannot be accepted away."""


def settle(policy: Policy, problems: Iterable[Problem], day: date, *, quiet: bool) -> list[Problem]:
    """Problems with their accepted gaps. `quiet`: do not speak of gaps that match nothing (not all checks ran)."""
    used: set[int] = set()
    settled = [_settled(problem, policy.accepted_gaps, day, used) for problem in problems]
    return settled if quiet else settled + list(_unused(policy, used))


def _settled(problem: Problem, gaps: tuple[AcceptedGap, ...], day: date, used: set[int]) -> Problem:
    for i, gap in enumerate(gaps):
        if problem.code >= ACCEPTABLE and problem.code == gap.code and fnmatchcase(problem.where, gap.where):
            used.add(i)
            return replace(problem, accepted=gap) if day <= gap.review else _overdue(problem, gap)
    return problem


def _overdue(problem: Problem, gap: AcceptedGap) -> Problem:
    help = f"{gap.owner} accepted this until {gap.review}: put it right, or review the gap and set a new day"
    return replace(problem, severity="error", help=help)


def _unused(policy: Policy, used: set[int]) -> Iterator[Problem]:
    for i, gap in enumerate(policy.accepted_gaps):
        if i not in used:
            message = f"this gap accepts {gap.code} at `{gap.where}`, which is not found"
            yield Problem("T-0502", "warning", message, where=f"accepted_gaps.{i}", help="remove it")
