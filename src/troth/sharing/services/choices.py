"""Links by which a person sees and changes their choices without any further proof (semantics §5)."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from troth import ground
from troth.messages import services as messages
from troth.people import queries as people
from troth.people import services as people_services
from troth.people.normalise import normalise
from troth.sharing.models import ChoiceLink
from troth.systems.kit.identifiers import Identifiers

DAY = timedelta(days=1)
MOST_MAILS_A_DAY = 5
"""Mails with such a link to one person, whoever asks: a stranger must not be able to fill somebody's mailbox."""


def choice_link(person_id: UUID, now: datetime) -> str:
    """A new address of the person's choices page. Who holds it can see and withdraw consents, and while it is young
    agree again to what a newer policy asks; nothing else."""
    token = secrets.token_urlsafe(32)
    ChoiceLink.objects.create(person_id=person_id, token_hash=_hash(token), created_at=now)
    return _address(token)


def choice_links(person_ids: Collection[UUID], now: datetime) -> dict[UUID, str]:
    """As `choice_link`, of many people in one statement."""
    tokens = {person: secrets.token_urlsafe(32) for person in person_ids}
    ChoiceLink.objects.bulk_create(
        ChoiceLink(person_id=person, token_hash=_hash(token), created_at=now) for person, token in tokens.items()
    )
    return {person: _address(token) for person, token in tokens.items()}


def enough_links(person_id: UUID, now: datetime) -> bool:
    """Whether the person got as many links as go by mail in a day; each of them still works."""
    return ChoiceLink.objects.filter(person_id=person_id, created_at__gt=now - DAY).count() >= MOST_MAILS_A_DAY


def person_of_link(token: str, *, made_since: datetime | None = None) -> UUID | None:
    """Whose choices the link opens; None for a wrong or dead one, or one made before `made_since`.

    To see and to withdraw, a link never gets too old: taking back must stay as easy as giving (GDPR Art. 7(3)).
    """
    links = ChoiceLink.objects.filter(token_hash=_hash(token))
    if made_since is not None:
        links = links.filter(created_at__gte=made_since)
    return links.values_list("person_id", flat=True).first()


def _address(token: str) -> str:
    return f"{ground.settings().public_url}/privacy/choices/{token}/"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def mail_choice_link(address: str, now: datetime) -> None:
    """Mail a choices link to the address, if someone here has it; tells nobody whether that is so.

    At most one a minute and five a day. Raises people.normalise.NotAnIdentifier, messages.rules.Unsendable for what
    cannot be one.
    """
    address = normalise("email", address)
    person = people.find(Identifiers(email=(address,)))
    if person is None:
        return
    try:
        people_services.hold_still(person)  # of two at once the second sees the first
    except people_services.PersonGone:
        return
    if (
        enough_links(person, now)
        or ChoiceLink.objects.filter(person_id=person, created_at__gt=now - timedelta(minutes=1)).exists()
    ):
        return
    link = choice_link(person, now)
    messages.send(
        kind="choices-link",
        to=address,
        subject="Your link to see and change your choices",
        text=f"Here you see what you agreed to and can take it back:\n{link}\n\nWho holds this link can do so too.\n",
        key=f"choices-link:{hashlib.sha256(link.encode()).hexdigest()}",
        now=now,
    )
