"""Nobody is marketed to whose marketing purpose does not hold."""

from collections.abc import Iterator
from itertools import islice

from troth.consent import queries as consent
from troth.people import queries as people
from troth.systems.kit.base import MarketingList, System
from troth.systems.kit.outcomes import SystemProblem
from troth.verification.rules import Result, marketing_holds
from troth.verification.world import World, untold

ID = "marketing-consented"
EXPECTED = "everyone subscribed to marketing has agreed to it, or is met under another basis declared for it"
WHERE = "purposes (marketing)"
BATCH = 500


def check(world: World) -> Iterator[Result]:
    """One result a system that can list whom it markets to."""
    lists = [system for system in world.systems.all() if isinstance(system, MarketingList)]
    if not lists:
        yield Result(ID, "Marketing lists", "excluded", EXPECTED, "no connected system says whom it markets to", WHERE)
    for system in lists:
        assert isinstance(system, System)
        yield _system(world, system)


def _system(world: World, system: System) -> Result:
    assert isinstance(system, MarketingList)
    seen = unknown = without = 0
    try:
        addresses = iter(system.marketed())
        while batch := list(islice(addresses, BATCH)):
            seen += len(batch)
            strangers, wrong = _judge(world, batch)
            unknown += strangers
            without += wrong
    except SystemProblem as problem:
        return untold(ID, system.title, EXPECTED, WHERE, problem)
    details = {"marketed": seen, "unknown_here": unknown, "not_holding": without}
    if unknown or without:
        found = f"{without} of {seen} have not agreed or have withdrawn, {unknown} are not known here"
        step = f"unsubscribe them in {system.title}; the person's page shows what each agreed to"
        return Result(ID, system.title, "broken", EXPECTED, found, WHERE, step, details)
    return Result(ID, system.title, "kept", EXPECTED, f"{seen} subscribed, all hold", WHERE, "", details)


def _judge(world: World, batch: list[str]) -> tuple[int, int]:
    """(not known here, known but no marketing purpose holds), in three statements a batch."""
    known = people.find_emails(batch)
    ids = set(known.values())
    states = consent.states(ids)
    places = people.touchpoints_of(ids)
    without = sum(not marketing_holds(world.version.policy, states[i], places.get(i, ())) for i in ids)
    return len(batch) - len(known), without
