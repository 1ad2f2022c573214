"""From effects and counts to a plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from troth.policy.difference.values import Change
from troth.policy.digest import digest
from troth.policy.model import Policy
from troth.publishing.rules.effects import Effects, Flow, Pair
from troth.publishing.rules.plan import (
    Base,
    KeepsOlder,
    LapseConsents,
    Overretained,
    Plan,
    Publish,
    StaffTask,
    Stage,
    StopFlow,
    TellPeople,
    Told,
)


@dataclass(frozen=True)
class FlowNumbers:
    """Of one flow: deliveries that wait, those of the last 30 days, people whose data went."""

    waiting: int
    sent_lately: int
    people: int


@dataclass(frozen=True)
class Counts:
    """What the records say. `told`: people concerned by each change, in the order of `Effects.telling`; `over`:
    (touchpoint, row) → (records that get an earlier day, of them with data past it); `records`: (version number,
    touchpoint, row) → records."""

    people: int = 0
    by_mail: int = 0
    told: tuple[int, ...] = ()
    consents: Mapping[Pair, int] = field(default_factory=dict)
    flows: Mapping[Flow, FlowNumbers] = field(default_factory=dict)
    over: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    records: Mapping[tuple[int, str, str], int] = field(default_factory=dict)


def plan(base: Base | None, new: Policy, changes: tuple[Change, ...], effects: Effects, counts: Counts) -> Plan:
    """The plan of publishing `new` after `base`. Stages stand in the order in which they happen."""
    return Plan(base, digest(new), new.effective, changes, tuple(_stages(base, new, effects, counts)))


def first(new: Policy) -> Plan:
    """The plan of a deployment's first version: nobody is here to be told."""
    return Plan(None, digest(new), new.effective, (), (Publish(1, new.effective),))


def _stages(base: Base | None, new: Policy, effects: Effects, counts: Counts) -> Iterator[Stage]:
    yield Publish((base.number if base else 0) + 1, new.effective)
    by_hand = counts.people - counts.by_mail
    if counts.people:
        told = zip(effects.telling, counts.told, strict=True)
        changes = tuple(Told(t.change.kind, t.change.where, people) for t, people in told)
        yield TellPeople(counts.people, counts.by_mail, by_hand, changes)
    if by_hand:
        yield StaffTask("tell", "", by_hand)
    yield from (LapseConsents(*pair, consents) for pair, consents in sorted(counts.consents.items()) if consents)
    for flow in sorted(effects.stopped):
        numbers = counts.flows.get(flow, FlowNumbers(0, 0, 0))
        yield StopFlow(*flow, numbers.waiting, numbers.sent_lately, numbers.people)
    yield from _returns(effects, counts)
    yield from (Overretained(*row, *numbers) for row, numbers in sorted(counts.over.items()))
    for (version, touchpoint, row), records in sorted(counts.records.items()):
        if effects.kept_all or (touchpoint, row) in effects.kept:
            yield KeepsOlder(version, touchpoint, row, records)


def _returns(effects: Effects, counts: Counts) -> Iterator[StaffTask]:
    """Recipients of stopped flows hold what they got: somebody has it returned or deleted (GDPR Art. 28(3)(g))."""
    holds: dict[str, int] = {}
    for flow in effects.stopped:
        numbers = counts.flows.get(flow)
        if numbers and numbers.people:
            holds[flow[2]] = max(holds.get(flow[2], 0), numbers.people)
    yield from (StaffTask("return", recipient, people) for recipient, people in sorted(holds.items()))
