"""The answer: a package for access, a proof of absence for erasure, plain words for both."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from troth import ground
from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.messages import services as messages
from troth.requests import package, rules
from troth.requests.models import Link, Package, Request
from troth.requests.services import gather, letters, links, sealed
from troth.requests.services.identity import BadLink


def answer(request_id: UUID, now: datetime) -> str:
    """Answer a request whose work is settled; returns its state. Repeating it changes nothing."""
    request = Request.objects.filter(id=request_id).first()
    if request is None or request.state != "running":
        return request.state if request else "gone"
    made = package.build(gather.answer_of(request, now)) if request.kind == "access" else None
    return _send(request_id, made, now)


@transaction.atomic
def _send(request_id: UUID, made: bytes | None, now: datetime) -> str:
    request = Request.objects.select_for_update().get(id=request_id)
    if request.state != "running":
        return request.state
    tallies = gather.tallies(request.id)
    if made is not None:
        kept = sealed.seal(request.id, "package", made)
        Package.objects.create(request=request, sealed=kept, size=len(made), made_at=now)
    if request.kind == "erasure":
        request.proof_entry = _prove_absence(request, tallies, now)
    request.state = rules.move(request.state, "answered")
    request.answered_at = now
    request.save(update_fields=["state", "answered_at", "proof_entry"])
    facts: dict[str, JSON] = {
        "request": str(request.id),
        "kind": request.kind,
        "outstanding": len(rules.outstanding(tallies)),
    }
    evidence.append("request.answered", person=request.pseudonym or None, facts=facts, at=now)
    letter = letters.answer(request, tallies, links.make(request, "package", now))
    messages.send(
        kind="request-answer",
        to=sealed.asked(request.id, request.sealed).address,
        subject=letter.subject,
        text=letter.text,
        key=f"request-answer:{request.id}",
        now=now,
    )
    return request.state


def _prove_absence(request: Request, tallies: tuple[rules.Tally, ...], now: datetime) -> int | None:
    """The evidence entry that says where we looked again and found nothing; None where something is left."""
    looked = [tally for tally in tallies if tally.verb == "absent"]
    absent = [tally.system for tally in looked if tally.state == "done"]
    left = [tally.system for tally in looked if tally.state == "staff"]
    facts: dict[str, JSON] = {
        "request": str(request.id),
        "absent": tuple(absent),
        "could_not_look": tuple(t.system for t in looked if t.state == "not-offered"),
        "left": tuple(left),
    }
    kind = "erasure.incomplete" if left else "erasure.proven"
    entry = evidence.append(kind, person=request.pseudonym or None, facts=facts, at=now)
    return None if left else entry


@transaction.atomic
def send_code(token: str, now: datetime) -> None:
    """Mail the second check's code to the request's address. Raises BadLink."""
    link = links.find(token, "package", now, lock=True)
    if link is None:
        raise BadLink("this link is not valid any more")
    code = links.new_code(link, now)
    if code is None:
        raise BadLink("too many codes were asked for; write to us and quote your reference")
    messages.send(
        kind="package-code",
        to=sealed.asked(link.request_id, link.request.sealed).address,
        subject=f"Your code for request {link.request.reference}",
        text=f"The code is {code}. It works for 15 minutes. If you did not ask for it, do nothing.\n",
        key=f"package-code:{link.id}:{link.code_sent}",
        now=now,
    )


def fetch_package(token: str, code: str, now: datetime) -> tuple[Request, bytes]:
    """The package behind a link, once the code is right. Raises BadLink; every try counts."""
    with transaction.atomic():
        link = links.find(token, "package", now, lock=True)
        right = link is not None and links.check_code(link, code, now)
    if link is None or not right:
        raise BadLink("this code is not right, or too old; ask for another one")
    return link.request, _hand_over(link, now)


@transaction.atomic
def _hand_over(link: Link, now: datetime) -> bytes:
    kept = Package.objects.select_for_update().filter(request_id=link.request_id).first()
    if kept is None:
        raise BadLink("there is no package for this request")
    content = sealed.unseal(link.request_id, "package", kept.sealed)
    if kept.fetched_at is None:
        Package.objects.filter(id=kept.id).update(fetched_at=now)
    person = link.request.pseudonym or None
    evidence.append("package.fetched", person=person, facts={"request": str(link.request_id)}, at=now)
    return content


def proof_of(request: Request, now: datetime) -> dict[str, object] | None:
    """The proof of absence as JSON: where we looked, and that the signed log says so. None where there is none."""
    from troth.evidence import queries as log

    if request.proof_entry is None:
        return None
    proof = log.proof(request.proof_entry)
    if proof is None:
        evidence.checkpoint(now)
        proof = log.proof(request.proof_entry)
    return {
        "reference": request.reference,
        "request": str(request.id),
        "entry": log.body(request.proof_entry),
        "proof": proof.as_json() if proof else None,
        "key": log.public_key(),
        "log": ground.settings().public_url,
    }
