"""A request comes in: its clock starts, and a mail goes to the address it names."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from troth.evidence import services as evidence
from troth.law import clocks
from troth.messages import rules as mailing
from troth.messages import services as messages
from troth.people.normalise import NotAnIdentifier, lookup, normalise
from troth.requests.kinds import KINDS
from troth.requests.models import Link, Request
from troth.requests.services import links, sealed
from troth.systems.kit.identifiers import Identifiers
from troth.versions import queries as versions

REFERENCE_LETTERS = "23456789BCDFGHJKMNPQRTVWXYZ"
LONGEST_WORDS = 5_000
MOST_MAILS_A_DAY = 3
REGIME = "gdpr"


class NotAKind(LookupError):
    """No request of this kind can be made here."""


def receive(kind: str, address: str, words: str = "", *, language: str = "en", now: datetime) -> None:
    """Take a request and mail its confirmation link to `address`.

    Answers nothing: whether the address is known here, or has an open request already, is not told. An open request
    of the same kind and address gets another link, at most three a day. Raises NotAKind, or
    people.normalise.NotAnIdentifier for what cannot be an address.
    """
    if kind not in KINDS:
        raise NotAKind(f"no request of kind `{kind}` can be made here; there are {', '.join(KINDS)}")
    address = _one_address(address)
    if _again(kind, address, now):
        return
    fresh = uuid4()
    sealed.new_key(fresh)
    asked = sealed.Asked(address, words[:LONGEST_WORDS], Identifiers(email=(address,)))
    try:
        with transaction.atomic():
            request = _create(fresh_id=fresh, kind=kind, asked=asked, language=language, now=now)
            _mail_link(request, address, now)
    except IntegrityError:  # the same request arrived twice at once
        if not _again(kind, address, now):
            raise


def _one_address(text: str) -> str:
    """The address in its one spelling, if mail can go there. Raises NotAnIdentifier."""
    address = normalise("email", text)
    if not address.isprintable():
        raise NotAnIdentifier("the value is not an e-mail address: it holds control characters")
    try:
        mailing.check(address, "-", "-")
    except mailing.Unsendable:
        raise NotAnIdentifier("the value is not one bare e-mail address") from None
    return address


@transaction.atomic
def _again(kind: str, address: str, now: datetime) -> bool:
    """True if there is an open request already; then its link is sent once more, within limits."""
    known = (
        Request.objects.select_for_update()
        .filter(kind=kind, address_hash=lookup("email", address), state__in=["identity", "running"])
        .first()
    )
    if known is None:
        return False
    if known.state == "identity":
        recent = Link.objects.filter(request=known, purpose="identity", made_at__gt=now - timedelta(days=1)).count()
        if recent < MOST_MAILS_A_DAY:
            _mail_link(known, address, now)
    return True


def _create(*, fresh_id: UUID, kind: str, asked: sealed.Asked, language: str, now: datetime) -> Request:
    version = versions.current(now)
    place = version.policy.controller.country if version else "IE"
    deadline = clocks.deadline(REGIME, place, now)
    request = Request(
        id=fresh_id,
        reference=_reference(),
        kind=kind,
        regime=REGIME,
        place=place,
        language=language,
        address_hash=lookup("email", asked.address),
        received_at=now,
        target_day=deadline.target,
        legal_day=deadline.last_day,
    )
    request.sealed = sealed.seal_asked(request.id, asked)
    request.save(force_insert=True)
    evidence.append(
        "request.received",
        facts={"request": str(request.id), "kind": kind, "regime": REGIME, "legal_day": str(deadline.last_day)},
        at=now,
    )
    return request


def _reference() -> str:
    return "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))


def _mail_link(request: Request, address: str, now: datetime) -> None:
    """The link that proves the address is theirs. It names the kind, so that a stranger's request shows itself."""
    kind = KINDS[request.kind]
    link = links.make(request, "identity", now)
    messages.send(
        kind="request-confirm",
        to=address,
        subject=f"Please confirm your request {request.reference}",
        text=(
            f"Someone, we think you, asked us for this: {kind.title}.\n"
            f"{kind.explains}\n\n"
            "To confirm that it was you, open this page and press the button. The link works for three days:\n"
            f"{link}\n\n"
            "If it was not you, do nothing: without your confirmation nothing happens and nobody is shown anything.\n\n"
            f"Your reference: {request.reference}\n"
        ),
        key=f"request-confirm:{request.id}:{request.links.count()}",
        now=now,
    )
