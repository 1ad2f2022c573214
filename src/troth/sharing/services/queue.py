"""Deliveries come into being in the transaction that stores the record, and can be closed before they leave."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from troth.sharing.models import Delivery
from troth.versions.queries import Version
from troth.work import queries as work_queries
from troth.work import services as work

TASK = "delivery"
TROTH = "troth"
"""Who closes a staff task that need not be done any more."""

BY_HAND = (
    "Hand the record over to {recipient} by hand: open it in the console, send only these items: {items}. "
    "Then finish this task with the date and what {recipient} confirmed: the person's disclosure log gets its line. "
    "If it may or need not go any more, drop the task."
)
WHY = {
    "no-connector": "Troth has no connector that reaches {recipient}.",
    "not-offered": "The connector of {recipient} does not take records.",
    "unreachable": "{recipient} could not be reached for half a day. It may have got the record: look there first.",
    "stuck": "This delivery stood still for a day. It may have arrived: look there first.",
    "fix-settings": "The settings of the connector of {recipient} do not work: mend them for the records to come.",
    "stop": "{recipient} refused the record. Its answer is in the worker's log.",
    "could-not-tell": "{recipient} did not say whether it took the record: look there first.",
}


def queue(
    record_id: UUID, *, person_id: UUID, version: Version, touchpoint: str, row: str, now: datetime
) -> tuple[UUID, ...]:
    """One delivery for each recipient of the row, each with the task that asks the gate and sends it.

    Call inside the transaction that stores the record. Returns the ids of the deliveries.
    """
    from troth.sharing.tasks import deliver_later

    made = Delivery.objects.bulk_create(
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
    )
    ids = tuple(delivery.id for delivery in made)
    deliver_later(ids)
    return ids


def hand_over(delivery: Delivery, version: Version, items: Iterable[str], code: str, now: datetime) -> None:
    """Open the staff task of a delivery that no connector can make. It names items, never values."""
    recipient = version.policy.recipients[delivery.recipient].name
    labels = [version.policy.item_label(delivery.touchpoint, delivery.row, item) for item in items]
    why = WHY.get(code, "The connector of {recipient} could not deliver it.")
    work.open_task(
        kind=TASK,
        title=f"Deliver a record of {delivery.touchpoint} to {recipient}",
        instructions=f"{why} {BY_HAND}".format(recipient=recipient, items=", ".join(labels)),
        subject=(TASK, str(delivery.id)),
        system=delivery.recipient,
        key=f"delivery:{delivery.id}",
        now=now,
    )


def drop_tasks(delivery_ids: Iterable[UUID], reason: str, now: datetime) -> None:
    """Close the open staff tasks of deliveries that may not leave any more."""
    for delivery in delivery_ids:
        for task in work_queries.open_tasks(subject=(TASK, str(delivery))):
            work.drop_task(task.id, by=TROTH, reason=reason, now=now)
