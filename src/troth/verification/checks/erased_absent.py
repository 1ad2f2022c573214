"""People who were erased are found nowhere, as long as their sealed identifiers allow a look."""

from collections.abc import Iterator

from troth.people import queries as people
from troth.people import register
from troth.people.keys import KeyDestroyed, KeyStoreUnreachable
from troth.people.register import ErasedPerson
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
        looked = [(entry, register.unseal(entry)) for entry in register.erased() if entry.open]
    except (KeyDestroyed, KeyStoreUnreachable) as problem:
        yield untold(ID, "Erasure register", EXPECTED, WHERE, problem)
        return
    # someone who came back by themselves is a new start, not a failed erasure (semantics §2)
    gone = [(entry, who) for entry, who in looked if not _came_back(entry, who)]
    yield _vault(len(looked), len(looked) - len(gone))
    for system in world.systems.all():
        yield from _system(system, [who for _, who in gone])


def _came_back(entry: ErasedPerson, who: Identifiers) -> bool:
    again = people.find(who)
    view = people.person(again) if again else None
    return view is not None and view.created_at > entry.at


def _vault(looked: int, back: int) -> Result:
    found = f"looked for {looked}; {back} came back by themselves since" if looked else "nobody to look for"
    return Result(ID, "Vault", "kept" if looked else "excluded", EXPECTED, found, WHERE)


def _system(system: System, gone: list[Identifiers]) -> Iterator[Result]:
    if not gone:
        return
    left = 0
    try:
        for who in gone:
            outcome = system.find(who)
            if not isinstance(outcome, Found):
                reason = "it cannot be searched by identifier"
                yield Result(ID, system.title, "excluded", EXPECTED, reason, WHERE)
                return
            left += bool(outcome.findings)
    except SystemProblem as problem:
        yield untold(ID, system.title, EXPECTED, WHERE, problem)
        return
    if left:
        found = f"{left} of {len(gone)} are found again"
        step = "find out where they came back from, then erase them again"
        yield Result(ID, system.title, "broken", EXPECTED, found, WHERE, step, {"found": left})
    else:
        yield Result(ID, system.title, "kept", EXPECTED, f"looked for {len(gone)}, found none", WHERE)
