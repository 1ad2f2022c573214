"""What nobody would look after otherwise: deliveries that staff finished by hand, and those that stand still."""

from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from troth.people import queries as people
from troth.people.services import PersonGone
from troth.sharing.models import Delivery, Suppression
from troth.sharing.rules import Leaving, needed
from troth.sharing.services.deliver import OPEN, ask, give_to_staff, lock, refuse
from troth.sharing.services.log import disclose, note
from troth.sharing.services.queue import TASK
from troth.sharing.services.suppress import to_staff
from troth.versions import queries as versions
from troth.work import queries as work

STILL = timedelta(days=1)
"""A delivery nobody touched for so long has no task that runs: the longest pause between two tries is an hour."""

BATCH = 500


def follow(now: datetime) -> int:
    """Bring deliveries and staff tasks together; returns how much changed. Safe to repeat."""
    return finished_by_hand(now) + _deliveries_standing_still(now) + _suppressions_standing_still(now)


def handed_over_by_hand(person_id: UUID, now: datetime) -> int:
    """What staff handed over of one person and nobody noted yet: before it is asked who was told."""
    return finished_by_hand(now, Q(person_id=person_id))


def finished_by_hand(now: datetime, among: Q | None = None) -> int:
    """A task that staff closed since: done is a disclosure like any other, dropped means it did not go.

    `among`: which deliveries are looked at; None: all.
    """
    waiting = Delivery.objects.filter(among or Q(), state=Delivery.State.STAFF).values_list("id", flat=True).iterator()
    changed = 0
    while batch := [str(delivery) for delivery in islice(waiting, BATCH)]:
        for delivery, task in work.closed(TASK, batch).items():
            changed += _close(UUID(delivery), done_at=task.done_at if task.state == "done" else None, now=now)
    return changed


@transaction.atomic
def _close(delivery_id: UUID, *, done_at: datetime | None, now: datetime) -> int:
    delivery = _held(delivery_id, (Delivery.State.STAFF,))
    if delivery is None:
        return 0
    if done_at is None:
        Delivery.objects.filter(id=delivery.id).update(state=Delivery.State.WITHHELD, code="dropped", changed_at=now)
        note("delivery.withheld", delivery, now, code="dropped")
        return 1
    record = people.record(delivery.record_id)
    leaving = ask(delivery, record, done_at)
    if not leaving.purposes:  # the gate would not let it go now, and it went: the log says so all the same
        leaving = _as_declared(delivery, record)
    Delivery.objects.filter(id=delivery.id).update(state=Delivery.State.SENT, changed_at=now)
    disclose(delivery, leaving, done_at, kind="by hand")
    return 1


def _as_declared(delivery: Delivery, record: people.RecordView) -> Leaving:
    """What the task told staff to hand over."""
    policy = versions.get(delivery.version_id).policy
    row = policy.touchpoints[delivery.touchpoint].row(delivery.row)
    wanted = {r.recipient: needed(policy, row, r) for r in row.receivers}[delivery.recipient]
    items = tuple(item for item in wanted if item in record.values)
    return Leaving(items, tuple(p.purpose for p in row.purposes), tuple(str(p.relies_on) for p in row.purposes))


def _deliveries_standing_still(now: datetime) -> int:
    old = Delivery.objects.filter(state__in=OPEN, changed_at__lt=now - STILL).order_by("changed_at")
    return sum(_wake(delivery, now) for delivery in list(old.values_list("id", flat=True)[:BATCH]))


@transaction.atomic
def _wake(delivery_id: UUID, now: datetime) -> int:
    delivery = _held(delivery_id, OPEN)
    if delivery is None:
        return 0
    leaving = ask(delivery, people.record(delivery.record_id), now)
    if leaving.purposes:
        give_to_staff(delivery, leaving.items, "stuck", now)
    else:
        refuse(delivery, leaving.code, now)
    return 1


def _suppressions_standing_still(now: datetime) -> int:
    waiting = (Suppression.State.QUEUED, Suppression.State.WAITING)
    old = list(Suppression.objects.filter(state__in=waiting, asked_at__lt=now - STILL).order_by("asked_at")[:BATCH])
    return sum(to_staff(suppression, "stuck", now) == Suppression.State.STAFF for suppression in old)


def _held(delivery_id: UUID, states: tuple[str, ...]) -> Delivery | None:
    """The delivery, held, if it is still in one of these states."""
    try:
        delivery = lock(delivery_id)
    except PersonGone:
        return None
    return delivery if delivery is not None and delivery.state in states else None
