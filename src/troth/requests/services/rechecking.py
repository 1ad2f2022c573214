"""A week after an erasure we look again, everywhere (semantics §8), and let the identifiers go."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.people import queries as people
from troth.people import register
from troth.people.keys import KeyDestroyed
from troth.people.register import ErasedPerson
from troth.requests.models import Request
from troth.systems import services as systems
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Found, Outcome, SystemProblem
from troth.work import services as work


@dataclass(frozen=True)
class Rechecked:
    """How many erasures were looked at again, by what came of it. `untold`: a system did not answer,
    and is asked again; or nothing says whom to look for."""

    proven: int = 0
    found: int = 0
    untold: int = 0
    came_back: int = 0


@dataclass(frozen=True)
class _Look:
    """Systems by what a look found there."""

    absent: tuple[str, ...]
    present: tuple[str, ...]
    unsearchable: tuple[str, ...]
    silent: tuple[str, ...]


def recheck(now: datetime) -> Rechecked:
    """Look again for everyone erased whose recheck day has come. Safe to repeat and to kill.

    Nothing found: evidence `erasure.proven_again`, and the register drops the identifiers. Something found: a staff
    task, and another look every day until it is gone. A person who came back by themselves is a new start.
    """
    tally = dict.fromkeys(("proven", "found", "untold", "came_back"), 0)
    for entry in register.erased():
        if entry.open and entry.recheck_on <= now:
            tally[_one(entry, now)] += 1
    return Rechecked(**tally)


def _one(entry: ErasedPerson, now: datetime) -> str:
    try:
        who = register.unseal(entry)
    except KeyDestroyed:  # closed by a run that was killed before it noted so
        register.close(entry)
        return "proven"
    if not who:  # rows of a restored backup whose key was gone: nothing says whom to look for
        _end(entry, "erasure.unchecked", {}, now)
        return "untold"
    if _came_back(entry, who):
        _end(entry, "erasure.came_back", {}, now)
        return "came_back"
    look = _look(who)
    if look.present:
        _to_staff(entry, look, now)
        return "found"
    if look.silent:
        return "untold"
    facts: dict[str, JSON] = {"absent": list(look.absent), "could_not_look": list(look.unsearchable)}
    _end(entry, "erasure.proven_again", facts, now)
    return "proven"


def _came_back(entry: ErasedPerson, who: Identifiers) -> bool:
    again = people.find(who)
    person = people.person(again) if again else None
    return person is not None and person.created_at > entry.at


def _look(who: Identifiers) -> _Look:
    said: dict[str, list[str]] = {"absent": [], "present": [], "unsearchable": [], "silent": []}
    said["present" if people.find(who) else "absent"].append("vault")
    for system in systems.registry().all():
        try:
            outcome = system.find(who)
        except SystemProblem:
            said["silent"].append(system.name)
            continue
        said[_what(outcome)].append(system.name)
    return _Look(**{what: tuple(names) for what, names in said.items()})


def _what(outcome: Outcome) -> str:
    if not isinstance(outcome, Found):
        return "unsearchable"
    if outcome.left:
        return "present"
    return "unsearchable" if outcome.unseen else "absent"


def _end(entry: ErasedPerson, kind: str, facts: dict[str, JSON], now: datetime) -> None:
    """Evidence once, then the identifiers go; a kill between the two repeats only the second."""
    request = _request(entry)
    with transaction.atomic():
        if work.once(f"recheck:{entry.person_id}:{entry.at.isoformat()}"):
            told = {**facts, "erased": str(entry.person_id), "request": str(request.id) if request else None}
            evidence.append(kind, person=(request.pseudonym if request else "") or None, facts=told, at=now)
    register.close(entry)


def _to_staff(entry: ErasedPerson, look: _Look, now: datetime) -> None:
    request = _request(entry)
    about = f"request {request.reference}" if request else "an erasure"
    where = ", ".join(look.present)
    work.open_task(
        kind="erasure-recheck",
        title=f"Found again a week after {about}: {where}",
        instructions=(
            f"A person who was erased is found again in {where}. Find out what brought them back (an import, a list, "
            "a restored backup), stop it, and erase them there. We look every day until nothing is found."
        ),
        subject=("request", str(request.id)) if request else ("erasure", str(entry.person_id)),
        system=look.present[0],
        key=f"erasure-recheck:{entry.person_id}:{entry.at.isoformat()}",
        now=now,
    )


def _request(entry: ErasedPerson) -> Request | None:
    return Request.objects.filter(register_entry=entry.person_id).order_by("-received_at").first()
