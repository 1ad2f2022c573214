"""The identity gate: nothing about a person is looked up before they have shown that the address is theirs."""

from datetime import datetime

from django.db import transaction

from troth.evidence import services as evidence
from troth.people import queries as people
from troth.people.keys import KeyDestroyed
from troth.requests import rules
from troth.requests.models import Link, Request
from troth.requests.services import links, sealed, steps
from troth.systems.kit.identifiers import Identifiers

NOT_VALID = "this link is not valid any more: ask again, and use the newest mail"


class BadLink(LookupError):
    """The link is wrong, too old or used; which of these is not told."""


def peek(token: str, now: datetime) -> Request:
    """The request a confirmation link belongs to, for the page with the button. Raises BadLink."""
    link = links.find(token, "identity", now)
    if link is None or link.used_at or link.request.state != "identity":
        raise BadLink(NOT_VALID)
    return link.request


@transaction.atomic
def prove(token: str, now: datetime) -> Request:
    """The person pressed the button: the request is theirs and its work begins. Raises BadLink."""
    link = links.find(token, "identity", now, lock=True)
    if link is None or link.used_at:
        raise BadLink(NOT_VALID)
    request = Request.objects.select_for_update().get(id=link.request_id)
    if request.state != "identity":
        raise BadLink(NOT_VALID)
    Link.objects.filter(request=request, purpose="identity", used_at=None).update(used_at=now)
    _identify(request)
    request.state = rules.move(request.state, "running")
    request.identified_at = now
    request.save(update_fields=["person", "pseudonym", "sealed", "state", "identified_at"])
    evidence.append(
        "request.identified",
        person=request.pseudonym or None,
        facts={"request": str(request.id), "proof": "mail link"},
        at=now,
    )
    steps.advance(request, now)
    return request


def _identify(request: Request) -> None:
    """Who has this address: their other identifiers are verified ones, so systems are searched for these too."""
    asked = sealed.asked(request.id, request.sealed)
    person = people.find(Identifiers(email=(asked.address,)))
    if person is None:
        return
    try:
        who = asked.who | people.identifiers(person)
        pseudonym = people.pseudonym(person)
    except (KeyDestroyed, people.NoSuchPerson):  # being erased at this moment
        return
    request.person_id, request.pseudonym = person, pseudonym
    request.sealed = sealed.seal_asked(request.id, sealed.Asked(asked.address, asked.words, who))
