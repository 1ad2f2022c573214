"""The answer: a package for access, a proof of absence for erasure, plain words for both."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.messages import services as messages
from troth.requests import package, rules
from troth.requests.models import Package, Request
from troth.requests.services import gather, letters, links, sealed
from troth.requests.services.letters import Letter


def answer(request_id: UUID, now: datetime) -> str:
    """Answer a request whose work is settled; returns its state. Repeating it changes nothing.

    What still waits for a person is said to be outstanding; `complete` follows when it is done.
    """
    request = Request.objects.filter(id=request_id).first()
    if request is None or request.state != "running":
        return request.state if request else "gone"
    made = package.build(gather.answer_of(request, now)) if request.kind == "access" else None
    return _send(request_id, made, now)


def complete(request_id: UUID, now: datetime) -> bool:
    """Send the rest of an answer once nothing is outstanding any more; True if this did it. Again does nothing."""
    request = Request.objects.filter(id=request_id, state="answered", completed_at=None).first()
    if request is None or rules.outstanding(gather.tallies(request)):
        return False
    made = package.build(gather.answer_of(request, now)) if request.kind == "access" else None
    return _send_rest(request_id, made, now)


@transaction.atomic
def _send(request_id: UUID, made: bytes | None, now: datetime) -> str:
    request = Request.objects.select_for_update().get(id=request_id)
    if request.state != "running":
        return request.state
    tallies = gather.tallies(request)
    left = len(rules.outstanding(tallies))
    request.state = rules.move(request.state, "answered")
    request.answered_at = now
    request.completed_at = None if left else now
    _enclose(request, made, tallies, now)
    _evidence("request.answered", request, now, outstanding=left)
    _mail(request, letters.answer(request, tallies, links.make(request, "package", now)), "request-answer", now)
    return request.state


@transaction.atomic
def _send_rest(request_id: UUID, made: bytes | None, now: datetime) -> bool:
    request = Request.objects.select_for_update().get(id=request_id)
    if request.state != "answered" or request.completed_at:
        return False
    tallies = gather.tallies(request)
    request.completed_at = now
    _enclose(request, made, tallies, now)
    _evidence("request.completed", request, now)
    _mail(request, letters.rest(request, tallies, links.make(request, "package", now)), "request-rest", now)
    return True


def _enclose(request: Request, made: bytes | None, tallies: tuple[rules.Tally, ...], now: datetime) -> None:
    """Keep what goes with the letter: package or proof."""
    if made is not None:
        kept = {"sealed": sealed.seal(request.id, "package", made), "size": len(made), "made_at": now}
        Package.objects.update_or_create(request=request, defaults={**kept, "fetched_at": None})
    if request.kind == "erasure":
        request.proof_entry = _prove_absence(request, tallies, now)
    request.save(update_fields=["state", "answered_at", "completed_at", "proof_entry"])


def _prove_absence(request: Request, tallies: tuple[rules.Tally, ...], now: datetime) -> int | None:
    """The evidence entry that says where we looked again and found nothing; None where something is left."""
    looked = [tally for tally in tallies if tally.verb == "absent"]
    waiting = sorted({tally.system for tally in rules.outstanding(tallies)})
    facts: dict[str, JSON] = {
        "request": str(request.id),
        "reference": request.reference,  # what the person knows: else one proof could be handed to everyone
        "absent": tuple(tally.system for tally in looked if tally.state == "done"),
        "could_not_look": tuple(tally.system for tally in looked if tally.state == "not-offered"),
        "outstanding": tuple(waiting),
    }
    proven = rules.provable(tallies)
    kind = "erasure.proven" if proven else "erasure.incomplete"
    entry = evidence.append(kind, person=request.pseudonym or None, facts=facts, at=now)
    return entry if proven else None


def _evidence(kind: str, request: Request, now: datetime, **facts: JSON) -> None:
    told: dict[str, JSON] = {"request": str(request.id), "kind": request.kind, **facts}
    evidence.append(kind, person=request.pseudonym or None, facts=told, at=now)


def _mail(request: Request, letter: Letter, kind: str, now: datetime) -> None:
    to = sealed.asked(request.id, request.sealed).address
    messages.send(kind=kind, to=to, subject=letter.subject, text=letter.text, key=f"{kind}:{request.id}", now=now)
