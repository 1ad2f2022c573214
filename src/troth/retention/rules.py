"""From a retention rule to the moment before which things must be gone. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from troth.people.periods import take_period
from troth.policy.model import Policy


@dataclass(frozen=True)
class Cutoff:
    """What a class of files is kept for: everything recorded before `before` must be gone."""

    rule: str
    period: str
    before: datetime


class NoPeriod(ValueError):
    """The rule names no period that counts from recording, so files cannot be swept by it."""


def cutoff(policy: Policy, rule: str, now: datetime) -> Cutoff:
    """The cutoff of a retention rule at `now`. Raises KeyError for an unknown rule, NoPeriod."""
    found = policy.retention[rule]
    if found.period is None or found.after != "recorded":
        raise NoPeriod(
            f"retention rule `{rule}` is `{found.short}`; files need a period from recording, such as `P60D`"
        )
    return Cutoff(rule, found.period, take_period(now, found.period))


def kept_cutoff(reigns: Sequence[tuple[Policy, datetime, datetime]], rule: str, now: datetime) -> Cutoff:
    """The cutoff of a retention rule where older versions promised another period.

    `reigns`: each version with the time it was in force, oldest first. What was recorded under a version goes by the
    shortest period promised for it then or since: a shorter promise helps old lines, a longer one does not. Raises
    KeyError, NoPeriod about the latest version.
    """
    latest = cutoff(reigns[-1][0], rule, now)
    before, shortest, period = latest.before, latest.before, latest.period
    for policy, _, until in reversed(reigns[:-1]):
        found = policy.retention.get(rule)
        if found is not None and found.period is not None and found.after == "recorded":
            shortest = max(shortest, take_period(now, found.period))
        if min(until, shortest) > before:
            before, period = min(until, shortest), found.period if found and found.period else period
    return Cutoff(rule, period, before)


LONGEST_STEP = timedelta(days=7)
"""A night's sweep follows the one before within a day, a week at most after trouble. More, and it is as likely that the
clock jumped; then everything would seem past its day."""


def doubtful(now: datetime, last: datetime | None) -> bool:
    """Whether so much time seems to have passed since the last sweep that a person should look at the clock first."""
    return last is not None and now - last > LONGEST_STEP


@dataclass(frozen=True)
class Line:
    """What a sweep did, or would do, to one class of one store.

    `outcome`: `swept`, or `could not tell` when the store could not be read (then `note` says why).
    """

    store: str
    kind: str
    rule: str
    before: str
    outcome: str
    erased: int
    rewritten: int
    lines: int
    note: str = ""


@dataclass(frozen=True)
class Report:
    """A sweep as a value; text, JSON and HTML are renderings of it. `reviews`: records a person must look at."""

    at: datetime
    dry_run: bool
    lines: tuple[Line, ...]
    records: int
    values: int
    reviews: int

    @property
    def told(self) -> bool:
        """False if some store could not be read: nothing is known about it."""
        return all(line.outcome == "swept" for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat(), "lines": [asdict(line) for line in self.lines]}
