"""What a change of policy sets in motion, before anybody is counted: whom to tell, which consents lapse, what stops."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from troth.people.rules import Shorter, shorter
from troth.policy.difference.values import Change
from troth.policy.model import Policy, Row
from troth.policy.needs import needed

RowName = tuple[str, str]
"""(touchpoint, row)."""
Pair = tuple[str, str]
"""(touchpoint, purpose)."""
Flow = tuple[str, str, str]
"""(touchpoint, row, recipient)."""


@dataclass(frozen=True)
class Telling:
    """A change people are told of. Concerned: those with records of `rows` (`everyone`: all), and those whose consent
    for one of `pairs` stands."""

    change: Change
    rows: frozenset[RowName]
    everyone: bool
    pairs: frozenset[Pair]

    def concerns(self, rows: frozenset[RowName], consents: frozenset[Pair]) -> bool:
        """Whether it concerns a person with records of these rows and these consents."""
        return self.everyone or bool(self.rows & rows) or bool(self.pairs & consents)


@dataclass(frozen=True)
class Effects:
    """Everything the new policy does to what is here. `lapsing`: consents that end; `stopped`: flows that end;
    `shorter`: what it says anew of how long; `kept`: rows whose old records keep an older promise (`kept_all`: every
    row)."""

    telling: tuple[Telling, ...]
    lapsing: frozenset[Pair]
    stopped: frozenset[Flow]
    shorter: tuple[Shorter, ...]
    kept: frozenset[RowName]
    kept_all: bool


def effects(changes: Iterable[Change], old: Policy, new: Policy) -> Effects:
    """What `changes` from `old` to `new` set in motion."""
    found = tuple(changes)
    telling = tuple(_telling(change, old) for change in found if {"significant", "fresh consent"} & set(change.classes))
    weaker = [change for change in found if "kept for old data" in change.classes]
    return Effects(
        telling=telling,
        lapsing=frozenset(pair for told in telling for pair in told.pairs),
        stopped=frozenset(_stopped(old, new)),
        shorter=shorter(old, new),
        kept=frozenset(row for change in weaker for row in change.rows),
        kept_all=any(change.everyone for change in weaker),
    )


def _telling(change: Change, old: Policy) -> Telling:
    significant = "significant" in change.classes
    fresh = "fresh consent" in change.classes
    return Telling(
        change=change,
        rows=frozenset(change.rows) if significant else frozenset(),
        everyone=significant and change.everyone,
        pairs=frozenset(_consents(change, old)) if fresh else frozenset(),
    )


def _consents(change: Change, old: Policy) -> Iterator[Pair]:
    """The consents a change widens: the purposes of its rows that rested on consent."""
    for touchpoint, declared in old.touchpoints.items():
        for row in declared.rows:
            if change.everyone or (touchpoint, row.id) in change.rows:
                yield from ((touchpoint, p) for p in _on_consent(row) if not change.purposes or p in change.purposes)


def _on_consent(row: Row) -> list[str]:
    return [purpose.purpose for purpose in row.purposes if purpose.relies_on == "consent"]


def _stopped(old: Policy, new: Policy) -> Iterator[Flow]:
    """Flows of the old policy of which the new one lets nothing through for any of their purposes."""
    for touchpoint, declared in old.touchpoints.items():
        for row in declared.rows:
            for receiver in row.receivers:
                items, purposes = needed(old, row, receiver), {p.purpose for p in row.purposes}
                if not _goes_on(new, touchpoint, receiver.recipient, items, purposes):
                    yield touchpoint, row.id, receiver.recipient


def _goes_on(new: Policy, touchpoint: str, recipient: str, items: frozenset[str], purposes: set[str]) -> bool:
    found = new.touchpoints.get(touchpoint)
    return found is not None and any(
        to.recipient == recipient and items & needed(new, row, to) and purposes & {p.purpose for p in row.purposes}
        for row in found.rows
        for to in row.receivers
    )
