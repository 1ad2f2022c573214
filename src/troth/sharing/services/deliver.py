"""A delivery leaves: the gate is asked again, only the items needed go, and the log gets its line.

Locks: the person first, then the delivery. So an erasure or a withdrawal is either before a delivery starts, which
the gate then refuses, or after it, and then finds it `sending` and tells the recipient.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from troth.consent import queries as consent
from troth.people import queries as people
from troth.people import services as people_services
from troth.sharing import rules
from troth.sharing.models import Delivery
from troth.sharing.services.log import disclose, note
from troth.sharing.services.queue import hand_over
from troth.systems import services as systems
from troth.systems.kit.base import Outgoing
from troth.systems.kit.outcomes import Done, NotOffered, Outcome, SystemProblem
from troth.versions import queries as versions

OPEN = (Delivery.State.QUEUED, Delivery.State.SENDING)
GONE = "gone"


@dataclass(frozen=True, repr=False)
class _Load:
    """A delivery on its way with what goes."""

    delivery: Delivery
    leaving: rules.Leaving
    outgoing: Outgoing


def deliver(delivery_id: UUID, now: datetime) -> str:
    """Make one delivery; returns its state afterwards (`gone` if person and delivery no longer exist).

    Safe to repeat and to run twice at once: the recipient sees the delivery's id as idempotency key. Raises
    SystemProblem when the recipient could not be reached and trying again can help, for half a day; then it becomes a
    staff task.
    """
    try:
        load = _start(delivery_id, now)
        if isinstance(load, str):
            return load
        return _leave(load, now)
    except people_services.PersonGone:
        return GONE


def _leave(load: _Load, now: datetime) -> str:
    try:
        system = systems.registry().for_recipient(load.delivery.recipient)
        if system is None:
            return _to_staff(load, now, "no-connector")
        outcome = system.deliver(load.outgoing, key=str(load.delivery.id))
    except SystemProblem as problem:
        code = rules.after(problem.consequence, now - load.delivery.queued_at)
        if code is None:
            raise
        return _to_staff(load, now, code)
    return _finish(load, outcome, now)


@transaction.atomic
def _start(delivery_id: UUID, now: datetime) -> _Load | str:
    """Ask the gate and mark the delivery as leaving, so that a withdrawal from now on tells this recipient too."""
    delivery = lock(delivery_id)
    if delivery is None:
        return GONE
    if delivery.state not in OPEN:
        return str(delivery.state)
    record = people.record(delivery.record_id)
    leaving = ask(delivery, record, now)
    if not leaving.purposes:
        return refuse(delivery, leaving.code, now)
    changed = {"state": Delivery.State.SENDING, "attempts": delivery.attempts + 1, "changed_at": now}
    Delivery.objects.filter(id=delivery.id).update(**changed)
    policy = versions.get(delivery.version_id).policy
    row = policy.touchpoints[delivery.touchpoint].row(delivery.row)
    outgoing = Outgoing(
        record=str(record.id),
        touchpoint=delivery.touchpoint,
        row=delivery.row,
        purposes=leaving.purposes,
        values={item: record.values[item] for item in leaving.items},
        marketing=row.marketing or bool(policy.marketing_purposes.intersection(leaving.purposes)),
    )
    return _Load(delivery, leaving, outgoing)


def lock(delivery_id: UUID) -> Delivery | None:
    """The delivery, with its person and itself held until the transaction ends. Raises people.PersonGone."""
    person = Delivery.objects.filter(id=delivery_id).values_list("person_id", flat=True).first()
    if person is None:
        return None
    people_services.hold_still(person)
    return Delivery.objects.select_for_update().filter(id=delivery_id).first()


def ask(delivery: Delivery, record: people.RecordView, now: datetime) -> rules.Leaving:
    """The gate's answer for a delivery as things stand: by the record's own version and the one in force."""
    current = versions.current(now)
    return rules.leaving(
        versions.get(delivery.version_id).policy,
        touchpoint=delivery.touchpoint,
        row=delivery.row,
        recipient=delivery.recipient,
        held=record.values.keys(),
        person=consent.person_state(delivery.person_id, recorded_at=record.recorded_at),
        at=now,
        in_force=current.policy if current else None,
    )


def refuse(delivery: Delivery, code: str, now: datetime) -> str:
    """The policy does not let it leave."""
    Delivery.objects.filter(id=delivery.id).update(state=Delivery.State.REFUSED, code=code, changed_at=now)
    note("delivery.refused", delivery, now, code=code)
    return str(Delivery.State.REFUSED)


def _finish(load: _Load, outcome: Outcome, now: datetime) -> str:
    match outcome:
        case Done(evidence=found):
            return _sent(load, str(found.get("id", "")), now)
        case NotOffered():
            return _to_staff(load, now, "not-offered")
        case _:
            return _to_staff(load, now, "could-not-tell")


@transaction.atomic
def _sent(load: _Load, reference: str, now: datetime) -> str:
    delivery = lock(load.delivery.id)
    if delivery is None or delivery.state != Delivery.State.SENDING:
        return str(delivery.state) if delivery else GONE  # another run of this delivery was faster
    Delivery.objects.filter(id=delivery.id).update(
        state=Delivery.State.SENT, reference=reference[:200], code="", changed_at=now
    )
    disclose(delivery, load.leaving, now)
    return str(Delivery.State.SENT)


@transaction.atomic
def _to_staff(load: _Load, now: datetime, code: str) -> str:
    """No connector can do it: a person must, and sees why."""
    delivery = lock(load.delivery.id)
    if delivery is None or delivery.state != Delivery.State.SENDING:
        return str(delivery.state) if delivery else GONE
    give_to_staff(delivery, load.leaving.items, code, now)
    return str(Delivery.State.STAFF)


def give_to_staff(delivery: Delivery, items: tuple[str, ...], code: str, now: datetime) -> None:
    """Mark a held delivery as the staff's, with their task and its evidence."""
    Delivery.objects.filter(id=delivery.id).update(state=Delivery.State.STAFF, code=code, changed_at=now)
    hand_over(delivery, versions.get(delivery.version_id), items, code, now)
    note("delivery.with-staff", delivery, now, code=code)
