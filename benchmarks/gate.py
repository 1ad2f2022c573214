"""One question to the gate, `permits`, and the same question put to Cedar.

Cedar (the `cedarpy` package) gets the rows of the same policy as Cedar policies, parsed beforehand (`PolicySet`), its
entities prepared (`Entities`) and its context written as JSON beforehand: what is timed is one call of `is_authorized`.
It is asked less than `permits` answers: no ages, erasures, restrictions, objections, transfers or negative promises.
"""

import json
import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from time import perf_counter_ns

from benchmarks._figure import Figure, Size
from benchmarks._home import POLICY
from troth.policy.load import load
from troth.policy.model import Policy
from troth.policy.permits import PersonState, permits

QUESTIONS, BATCH = 100_000, 100
AT = datetime(2026, 6, 1, tzinfo=UTC)
ITEMS = frozenset({"email"})
TOUCHPOINT, PURPOSE, RECIPIENT = "schedule-demo", "send-marketing", "hubspot"
PERSON = PersonState(age="adult", consents={(TOUCHPOINT, PURPOSE): "given"})


def run(size: Size) -> Iterator[Figure]:
    policy = load(POLICY, today=AT.date()).policy
    assert policy
    known = {(TOUCHPOINT, ITEMS, PURPOSE, RECIPIENT): True}

    def ours() -> bool:
        decision = permits(policy, touchpoint=TOUCHPOINT, items=ITEMS, purpose=PURPOSE, recipient=RECIPIENT,
                           person=PERSON, at=AT)  # fmt: skip
        return decision.allowed

    def floor() -> bool:
        return known[TOUCHPOINT, ITEMS, PURPOSE, RECIPIENT]

    cedar = _cedar(policy)
    assert ours()
    assert cedar()
    number = size.of(QUESTIONS, 200)
    mine, bare, theirs = (_micros(act, number) for act in (ours, floor, cedar))
    yield Figure("one question to the gate", mine, "µs", bare, "a dict look-up", 3.0, "median")
    yield Figure(
        "one question to the gate, and to Cedar", mine, "µs", theirs, "the same question to Cedar", theirs / 20,
        f"{theirs / mine:.0f} times as fast; the target is 20 times; policies parsed, entities prepared beforehand",
    )  # fmt: skip


def _micros(act: Callable[[], object], number: int) -> float:
    """Median µs of one call, over batches of calls."""
    times = []
    for _ in range(max(2, number // BATCH)):
        begun = perf_counter_ns()
        for _ in range(BATCH):
            act()
        times.append((perf_counter_ns() - begun) / BATCH / 1_000)
    return statistics.median(times)


def _cedar(policy: Policy) -> Callable[[], bool]:
    from cedarpy import Decision, Entities, PolicySet, is_authorized

    rules, entities = PolicySet.from_str("\n".join(_rules(policy))), Entities.from_json_str("[]")
    request = {
        "principal": f'Recipient::"{RECIPIENT}"',
        "action": f'Action::"{PURPOSE}"',
        "resource": f'Touchpoint::"{TOUCHPOINT}"',
        "context": json.dumps({"items": sorted(ITEMS), "given": [f"{TOUCHPOINT}/{PURPOSE}"]}),
    }

    def ask() -> bool:
        return is_authorized(request, rules, entities).decision is Decision.Allow

    return ask


def _rules(policy: Policy) -> Iterator[str]:
    """Each row as Cedar has it: who may get what for which purpose, where consent is given if that is the basis."""
    for tid, touchpoint in policy.touchpoints.items():
        for row in touchpoint.rows:
            items = ", ".join(f'"{item}"' for item in sorted(row.item_ids))
            for purpose in row.purposes:
                consent = f' && context.given.contains("{tid}/{purpose.purpose}")'
                holds = consent if purpose.relies_on == "consent" else ""
                for receiver in row.receivers:
                    head = f'principal == Recipient::"{receiver.recipient}", action == Action::"{purpose.purpose}"'
                    test = f"[{items}].containsAll(context.items){holds}"
                    yield f'permit({head}, resource == Touchpoint::"{tid}") when {{ {test} }};'
