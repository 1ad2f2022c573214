"""What each phase does in our own house: deliveries under way, and the vault."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from troth.evidence import queries as evidence
from troth.people import queries as people_queries
from troth.people import register
from troth.people import services as people
from troth.people.services.erase import RECHECK
from troth.requests.models import Request, Step
from troth.requests.services.work import Result, came_back
from troth.sharing import services as sharing
from troth.systems.kit.identifiers import Identifiers

STILL_LEAVING = timedelta(seconds=3)
MOST_WAITS = 10
"""A delivery to a system that is down stays under way for hours. After half a minute the erasure goes on: deleting the
person takes the delivery with it, and the look afterwards would find what left all the same."""


def _close(step: Step, request: Request, _who: Identifiers, now: datetime) -> Result:
    """Nothing more of the person leaves; what is leaving at this moment is waited for."""
    if request.person_id is None:
        return Result("done")
    with transaction.atomic():
        leaving = sharing.close(request.person_id, now)
    if leaving and step.attempts < MOST_WAITS:
        return Result("pending", note="a delivery is leaving at this moment", again=STILL_LEAVING, waited=True)
    return Result("done", note="a delivery may still be on its way; we look again afterwards" if leaving else "")


def _find(_step: Step, request: Request, _who: Identifiers, _now: datetime) -> Result:
    return Result("done", len(people_queries.records(request.person_id)) if request.person_id else 0)


def _erase(_step: Step, request: Request, who: Identifiers, now: datetime) -> Result:
    """Erase the person who asked: the one found when they proved who they are, nobody who came later."""
    if request.person_id is not None:
        person = request.person_id
        Request.objects.filter(id=request.id).update(register_entry=person)  # first: the erasing unlinks the person
        with transaction.atomic():
            sharing.close(person, now)
            erased = people.erase(person, now=now, request_id=request.id)
        return Result("done", erased.records)
    if request.pseudonym:  # an earlier try did it, or another request of theirs
        return Result("done", _erased_before(request))
    # other systems may hold somebody whom the vault does not know: they are looked for again in a week all the same
    register.note_erased(request.id, register.hashes(who), register.seal(request.id, who), now, now + RECHECK)
    Request.objects.filter(id=request.id).update(register_entry=request.id)
    return Result("done")


def _erased_before(request: Request) -> int:
    for entry in evidence.entries(person=request.pseudonym, kind="vault.erased", limit=1):
        records = entry.facts.get("records")
        if entry.facts.get("request") == str(request.id) and isinstance(records, int):
            return records
    return 0


def _absent(_step: Step, request: Request, who: Identifiers, _now: datetime) -> Result:
    if people_queries.find(who) is None:
        return Result("done")
    if came_back(request, who):
        return Result("done", note="nothing of then is left; something new came in since")
    manual = "the person is still in the vault after its erasure: see the background work that failed"
    return Result("staff", 1, "still found after erasure", reason="still-found", manual=manual)


PHASES: Mapping[str, Callable[[Step, Request, Identifiers, datetime], Result]] = {
    "close": _close,
    "find": _find,
    "erase-vault": _erase,
    "absent": _absent,
}
