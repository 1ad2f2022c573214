"""The identity gate: nothing about a person is looked up before they have shown that the address is theirs."""

from datetime import datetime

from django.db import transaction

from troth.evidence import services as evidence
from troth.people import queries as people
from troth.requests import rules
from troth.requests.models import Link, Request
from troth.requests.services import links, sealed, steps
from troth.systems.kit.identifiers import Identifiers


class BadLink(LookupError):
    """The link is wrong, too old or used; which of these is not told."""


def peek(token: str, now: datetime) -> Request:
    """The request a confirmation link belongs to, for the page with the button. Raises BadLink."""
    link = links.find(token, "identity", now)
    if link is None or link.used_at:
        raise BadLink("this link is not valid any more: ask again, and use the newest mail")
    return link.request


@transaction.atomic
def prove(token: str, now: datetime) -> Request:
    """The person pressed the button: the request is theirs and its work begins. Raises BadLink."""
    link = links.find(token, "identity", now, lock=True)
    if link is None or link.used_at:
        raise BadLink("this link is not valid any more: ask again, and use the newest mail")
    request = Request.objects.select_for_update().get(id=link.request_id)
    if request.state != "identity":
        raise BadLink("this request is confirmed already")
    Link.objects.filter(request=request, purpose="identity", used_at=None).update(used_at=now)
    address = sealed.asked(request.id, request.sealed).address
    request.person_id = people.find(Identifiers(email=(address,)))
    request.pseudonym = people.pseudonym(request.person_id) if request.person_id else ""
    request.state = rules.move(request.state, "running")
    request.identified_at = now
    request.save(update_fields=["person", "pseudonym", "state", "identified_at"])
    evidence.append(
        "request.identified",
        person=request.pseudonym or None,
        facts={"request": str(request.id), "proof": "mail link"},
        at=now,
    )
    steps.advance(request, now)
    return request
