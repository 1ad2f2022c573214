"""People who were erased are found nowhere, as long as their sealed identifiers allow a look."""

from collections.abc import Iterator
from datetime import datetime

from troth.people import queries as people
from troth.people import register
from troth.people.keys import KeyDestroyed, KeyStoreUnreachable
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Found, SystemProblem
from troth.verification.rules import Result
from troth.verification.world import World, untold

ID = "erased-absent"
EXPECTED = "no one who was erased is found"
WHERE = "rights.erasure"


def check(world: World) -> Iterator[Result]:
    """One result for the vault and one a system that can be searched."""
    try:
        unsealed = [(entry, register.unseal(entry)) for entry in register.erased() if entry.open]
    except (KeyDestroyed, KeyStoreUnreachable) as problem:
        yield untold(ID, "Erasure register", EXPECTED, WHERE, problem)
        return
    looked = [(entry, who) for entry, who in unsealed if who]
    since = [_known_since(who) for _, who in looked]
    # someone who came back by themselves is a new start, not a failed erasure (semantics §2)
    back = [day is not None and day > entry.at for (entry, _), day in zip(looked, since, strict=True)]
    left = sum(day is not None and not new for day, new in zip(since, back, strict=True))
    yield _vault(len(looked), sum(back), left)
    gone = [who for (_, who), new in zip(looked, back, strict=True) if not new]
    for system in world.systems.all():
        yield from _system(system, gone)


def _known_since(who: Identifiers) -> datetime | None:
    """When the person of these identifiers came into the vault; None if nobody is there."""
    found = people.find(who)
    view = people.person(found) if found else None
    return view.created_at if view else None


def _vault(looked: int, back: int, left: int) -> Result:
    if not looked:
        return Result(ID, "Vault", "excluded", EXPECTED, "nobody to look for", WHERE)
    if left:
        step = "see the background work that failed, then erase them again"
        return Result(ID, "Vault", "broken", EXPECTED, f"{left} of {looked} are still there", WHERE, step)
    found = f"looked for {looked}; {back} came back by themselves since"
    return Result(ID, "Vault", "kept", EXPECTED, found, WHERE)


def _system(system: System, gone: list[Identifiers]) -> Iterator[Result]:
    if not gone:
        return
    left, unseen = 0, ""
    try:
        for who in gone:
            outcome = system.find(who)
            if not isinstance(outcome, Found):
                reason = "it cannot be searched by identifier"
                yield Result(ID, system.title, "excluded", EXPECTED, reason, WHERE)
                return
            left += bool(outcome.left)
            unseen = unseen or "; ".join(part.reason for part in outcome.unseen)
    except SystemProblem as problem:
        yield untold(ID, system.title, EXPECTED, WHERE, problem)
        return
    if left:
        found = f"{left} of {len(gone)} are found again"
        step = "find out where they came back from, then erase them again"
        yield Result(ID, system.title, "broken", EXPECTED, found, WHERE, step, {"found": left})
    elif unseen:
        step = "have it looked at by hand, or make it readable"
        yield Result(
            ID, system.title, "could not tell", EXPECTED, f"found none, but not all was seen: {unseen}", WHERE, step
        )
    else:
        yield Result(ID, system.title, "kept", EXPECTED, f"looked for {len(gone)}, found none", WHERE)
