"""Deliveries of a person are closed before they are erased elsewhere."""

from datetime import datetime
from uuid import UUID

from troth.sharing.models import Delivery
from troth.sharing.services.follow import handed_over_by_hand
from troth.sharing.services.log import note
from troth.sharing.services.queue import drop_tasks


def close(person_id: UUID, now: datetime) -> int:
    """Withhold everything of a person that has not left, in the caller's transaction; returns how many are leaving now.

    Whoever erases waits until it is none: a delivery must not arrive after the erasure there.
    """
    handed_over_by_hand(person_id, now)  # what staff sent already has left
    waiting = Delivery.objects.filter(person_id=person_id, state__in=[Delivery.State.QUEUED, Delivery.State.STAFF])
    held = list(waiting.select_for_update())
    ids = [delivery.id for delivery in held]
    Delivery.objects.filter(id__in=ids).update(state=Delivery.State.WITHHELD, code="erasure", changed_at=now)
    for delivery in held:
        note("delivery.withheld", delivery, now, code="erasure")
    drop_tasks(ids, "the person asked for erasure", now)
    return Delivery.objects.filter(person_id=person_id, state=Delivery.State.SENDING).count()
