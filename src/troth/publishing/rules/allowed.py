"""Whether a plan may be applied now, and if not, why: the day leaves people too little time, or it is too large."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from troth.people.periods import add_period
from troth.policy.model import Policy
from troth.publishing.rules.plan import Plan

AHEAD = "P1D"
"""How long before a significant change people are told where the policy promises nothing."""

LIMIT = 1_000


@dataclass(frozen=True)
class Backwards:
    """The day lies before that of the version before."""

    effective: date
    base: date


@dataclass(frozen=True)
class TooSoon:
    """People are told so long ahead (`ahead`, ISO 8601); the day is sooner. `earliest`: the first day that is not."""

    effective: date
    earliest: date
    ahead: str
    people: int


@dataclass(frozen=True)
class TooLarge:
    """More people, consents and records than the limit; only forced."""

    limit: int
    people: int
    consents: int
    erased: int

    @property
    def total(self) -> int:
        return self.people + self.consents + self.erased


Obstacle = Backwards | TooSoon | TooLarge


def obstacles(plan: Plan, base: Policy | None, *, now: datetime, limit: int = LIMIT) -> tuple[Obstacle, ...]:
    """Everything that stands against applying the plan at `now`. `base`: the policy it starts from."""
    if plan.base is None or base is None:
        return ()
    found: list[Obstacle] = []
    if plan.effective < plan.base.effective:
        found.append(Backwards(plan.effective, plan.base.effective))
    ahead = (base.changes.ahead if base.changes else None) or AHEAD
    first = earliest(ahead, now)
    if plan.people and plan.effective < first:
        found.append(TooSoon(plan.effective, first, ahead, plan.people))
    if plan.total > limit:
        found.append(TooLarge(limit, plan.people, plan.consents, plan.erased))
    return tuple(found)


def earliest(ahead: str, now: datetime) -> date:
    """The first day whose beginning (UTC) leaves people `ahead` (ISO 8601), which was promised to them."""
    moment = add_period(now.astimezone(UTC), ahead)
    whole = moment.timetz() == time(tzinfo=UTC)
    return moment.date() if whole else moment.date() + timedelta(days=1)
