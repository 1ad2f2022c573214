"""Handing the answer over: the second check, the package, the proof as a file."""

from datetime import datetime

from django.db import transaction

from troth import ground
from troth.evidence import queries as log
from troth.evidence import services as evidence
from troth.messages import services as messages
from troth.requests.models import Link, Package, Request
from troth.requests.services import links, sealed
from troth.requests.services.identity import BadLink

FORMAT = "troth-proof/1"


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
        text=f"The code is {code}. It works once, for 15 minutes. If you did not ask for it, do nothing.\n",
        key=f"package-code:{link.id}:{link.codes_made}",
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
    """The proof of absence as JSON: the entry, that it is in the log, the signed checkpoint. None where there is none.

    `troth evidence verify-proof FILE --trusted-key KEY` checks it without us.
    """
    if request.proof_entry is None:
        return None
    proof = log.proof(request.proof_entry)
    if proof is None:  # no checkpoint covers it yet
        evidence.checkpoint(now)
        proof = log.proof(request.proof_entry)
    return {
        "format": FORMAT,
        "reference": request.reference,
        "entry": log.body(request.proof_entry),
        "proof": proof.as_json() if proof else None,
        "key": log.public_key(),
        "log": ground.settings().public_url,
    }
