"""What the checks may look at: the policy version in force, the systems, the moment."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.registry import Registry
from troth.verification.rules import Result
from troth.versions.values import Version


@dataclass(frozen=True)
class World:
    """Given to every check. Checks read; nothing here lets them change anything."""

    now: datetime
    version: Version
    systems: Registry


Check = Callable[[World], Iterable[Result]]


def untold(check: str, subject: str, expected: str, where: str, problem: Exception | str) -> Result:
    """A check that could not look. A SystemProblem's text is made for people; other errors are named by their type."""
    said = str(problem) if isinstance(problem, SystemProblem | str) else type(problem).__name__
    return Result(check, subject, "could not tell", expected, said, where, "make it reachable, then verify again")
