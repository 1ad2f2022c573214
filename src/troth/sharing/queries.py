"""The room's one door for reading: who was told what."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max

from troth.sharing.models import Delivery, Disclosure, Suppression


@dataclass(frozen=True)
class DisclosureLine:
    """A line of a disclosure log: item, purpose and basis names of the policy; never a value."""

    id: int
    person_id: UUID
    version_id: UUID
    kind: str
    recipient: str
    touchpoint: str
    row: str
    items: tuple[str, ...]
    purposes: tuple[str, ...]
    bases: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class DeliveryLine:
    """Where one delivery stands."""

    id: UUID
    record_id: UUID
    touchpoint: str
    row: str
    recipient: str
    state: str
    code: str
    queued_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class SuppressionLine:
    """Whether a recipient has stopped what was withdrawn."""

    id: UUID
    recipient: str
    purposes: tuple[str, ...]
    state: str
    asked_at: datetime
    done_at: datetime | None


def disclosures(person_id: UUID) -> tuple[DisclosureLine, ...]:
    """The person's disclosure log, newest first (GDPR Art. 15(1)(c); Cal. Civ. Code 1798.83)."""
    return tuple(_line(d) for d in Disclosure.objects.filter(person_id=person_id).order_by("-at", "-id"))


def every_disclosure(batch: int = 2_000) -> Iterator[DisclosureLine]:
    """All lines of all people, oldest first, in bounded memory: for verification."""
    for disclosure in Disclosure.objects.order_by("id").iterator(batch):
        yield _line(disclosure)


def deliveries(person_id: UUID) -> tuple[DeliveryLine, ...]:
    """The person's deliveries, newest first."""
    fields = ("id", "record_id", "touchpoint", "row", "recipient", "state", "code", "queued_at", "changed_at")
    rows = Delivery.objects.filter(person_id=person_id).order_by("-queued_at", "recipient").values_list(*fields)
    return tuple(DeliveryLine(*row) for row in rows)


def suppressions(person_id: UUID) -> tuple[SuppressionLine, ...]:
    """What recipients were asked to stop for this person, newest first."""
    rows = Suppression.objects.filter(person_id=person_id).order_by("-asked_at", "recipient")
    return tuple(SuppressionLine(s.id, s.recipient, tuple(s.purposes), s.state, s.asked_at, s.done_at) for s in rows)


def told(person_id: UUID) -> frozenset[str]:
    """Recipients that got anything of this person, or are getting it now."""
    left = Delivery.objects.filter(person_id=person_id, state__in=[Delivery.State.SENT, Delivery.State.SENDING])
    return frozenset(left.values_list("recipient", flat=True))


def delivery_counts() -> dict[tuple[str, str], int]:
    """(recipient, state) → how many deliveries."""
    rows = Delivery.objects.values_list("recipient", "state").annotate(n=Count("id"))
    return {(recipient, state): n for recipient, state, n in rows}


def sending(person_id: UUID) -> int:
    """How many deliveries of this person are leaving at this moment."""
    return Delivery.objects.filter(person_id=person_id, state=Delivery.State.SENDING).count()


def _line(d: Disclosure) -> DisclosureLine:
    return DisclosureLine(
        d.id,
        d.person_id,
        d.version_id,
        d.kind,
        d.recipient,
        d.touchpoint,
        d.row,
        tuple(d.items),
        tuple(d.purposes),
        tuple(d.bases),
        d.at,
    )


def last_sent() -> dict[str, datetime]:
    """Recipient → when something was last delivered to it."""
    rows = Disclosure.objects.order_by().values_list("recipient").annotate(last=Max("at"))
    return dict(rows)
