"""Deliveries come into being in the transaction that stores the record, and can be closed before they leave."""

from datetime import datetime
from uuid import UUID

from troth.sharing.models import Delivery
from troth.versions.queries import Version
from troth.work import services as work

BY_HAND = (
    "Hand the record over to {recipient} by hand: open it in the console, send only the items listed, "
    "then finish this task with the date and the recipient's confirmation."
)


def queue(
    record_id: UUID, *, person_id: UUID, version: Version, touchpoint: str, row: str, now: datetime
) -> tuple[UUID, ...]:
    """One delivery for each recipient of the row; those without a connector become staff tasks at once.

    Call inside the transaction that stores the record. Returns the ids of the deliveries.
    """
    from troth.sharing.tasks import deliver_later

    made = [
        Delivery(
            person_id=person_id,
            record_id=record_id,
            version_id=version.id,
            touchpoint=touchpoint,
            row=row,
            recipient=receiver.recipient,
            queued_at=now,
            changed_at=now,
        )
        for receiver in version.policy.touchpoints[touchpoint].row(row).receivers
    ]
    for delivery in made:
        if version.policy.recipients[delivery.recipient].connector is None:
            delivery.state = Delivery.State.STAFF
    Delivery.objects.bulk_create(made)
    for delivery in made:
        if delivery.state == Delivery.State.STAFF:
            hand_over(delivery, version, now)
        else:
            deliver_later(delivery.id)
    return tuple(delivery.id for delivery in made)


def hand_over(delivery: Delivery, version: Version, now: datetime) -> None:
    """Open the staff task of a delivery that no connector can make."""
    name = version.policy.recipients[delivery.recipient].name
    work.open_task(
        kind="delivery",
        title=f"Deliver a record of {delivery.touchpoint} to {name}",
        instructions=BY_HAND.format(recipient=name),
        subject=("delivery", str(delivery.id)),
        system=delivery.recipient,
        key=f"delivery:{delivery.id}",
        now=now,
    )


def close(person_id: UUID, now: datetime) -> int:
    """Withhold everything of a person that has not left; returns how many are leaving at this moment.

    Whoever erases waits until it is none: a delivery must not arrive after the erasure there.
    """
    waiting = Delivery.objects.filter(person_id=person_id, state__in=[Delivery.State.QUEUED, Delivery.State.STAFF])
    waiting.update(state=Delivery.State.WITHHELD, code="erasure", changed_at=now)
    return Delivery.objects.filter(person_id=person_id, state=Delivery.State.SENDING).count()
