"""What is written when a delivery ended: the line of the disclosure log, and evidence."""

from datetime import datetime

from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.people import queries as people
from troth.sharing import rules
from troth.sharing.models import Delivery, Disclosure


def disclose(delivery: Delivery, leaving: rules.Leaving, now: datetime, *, kind: str = "delivery") -> None:
    """One line of the person's disclosure log, and its evidence. `kind`: delivery, or by hand."""
    Disclosure.objects.create(
        person_id=delivery.person_id,
        delivery_id=delivery.id,
        version_id=delivery.version_id,
        kind=kind,
        recipient=delivery.recipient,
        touchpoint=delivery.touchpoint,
        row=delivery.row,
        items=list(leaving.items),
        purposes=list(leaving.purposes),
        bases=list(leaving.bases),
        at=now,
    )
    note("delivery.sent", delivery, now, items=list(leaving.items), purposes=list(leaving.purposes), how=kind)


def note(kind: str, delivery: Delivery, now: datetime, **facts: JSON) -> None:
    """An evidence entry about a delivery, in the caller's transaction."""
    evidence.append(
        kind,
        person=people.pseudonym(delivery.person_id),
        facts={
            "delivery": str(delivery.id),
            "touchpoint": delivery.touchpoint,
            "row": delivery.row,
            "recipient": delivery.recipient,
            **facts,
        },
        at=now,
    )
