"""What a promise check found, and what follows from it: pure values."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from troth.policy.model import Policy

Outcome = Literal["kept", "broken", "warned", "could not tell", "excluded"]
ORDER: tuple[Outcome, ...] = ("broken", "could not tell", "warned", "excluded", "kept")


@dataclass(frozen=True)
class Result:
    """One promise looked at. `where`: the place in the policy; `subject`: what was looked at. No personal values.

    `details`: plain data for a closer look, such as names of columns or counts.
    """

    check: str
    subject: str
    outcome: Outcome
    expected: str
    found: str
    where: str
    next_step: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """All results of one run. Text, JSON and HTML are renderings of it."""

    at: datetime
    version: int
    results: tuple[Result, ...]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(result.outcome for result in self.results)
        return {outcome: found[outcome] for outcome in ORDER}

    def as_json(self) -> dict[str, Any]:
        """Plain data: JSON types only."""
        results = [{**asdict(result), "details": dict(result.details)} for result in self.results]
        return {"at": self.at.isoformat(), "version": self.version, "counts": self.counts, "results": results}


def worst_first(results: Iterable[Result]) -> tuple[Result, ...]:
    """Results in the order a reader needs them."""
    return tuple(sorted(results, key=lambda r: (ORDER.index(r.outcome), r.check, r.subject)))


def exit_code(results: Iterable[Result]) -> int:
    """0 kept; 1 if a promise is broken; 3 if something could not be told. 1 outranks 3 (semantics §1)."""
    outcomes = {result.outcome for result in results}
    if "broken" in outcomes:
        return 1
    return 3 if "could not tell" in outcomes else 0


def marketing_holds(
    policy: Policy, consents: Mapping[tuple[str, str], str], touchpoints: Iterable[str], objected: Iterable[str] = ()
) -> bool:
    """Whether some marketing purpose holds for a person: agreed to where it relies on consent, else by the touchpoint.

    `touchpoints`: where the person has records; `objected`: purposes they objected to (marketing then never holds).
    """
    closed = set(objected)
    seen = set(touchpoints)
    for touchpoint_id, touchpoint in policy.touchpoints.items():
        for row in touchpoint.rows:
            for purpose in row.purposes:
                if purpose.purpose not in policy.marketing_purposes or purpose.purpose in closed:
                    continue
                if purpose.relies_on == "consent":
                    if consents.get((touchpoint_id, purpose.purpose)) == "given":
                        return True
                elif touchpoint_id in seen:
                    return True
    return False
