"""A delivery leaves: the gate is asked again, only the items needed go, and the log gets its line."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from troth.consent import queries as consent
from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.people import queries as people
from troth.sharing import rules
from troth.sharing.models import Delivery, Disclosure
from troth.sharing.services.queue import hand_over
from troth.systems import services as systems
from troth.systems.kit.base import Outgoing
from troth.systems.kit.outcomes import Done, NotOffered, Outcome, SystemProblem
from troth.versions import queries as versions

OPEN = (Delivery.State.QUEUED, Delivery.State.SENDING)


@dataclass(frozen=True)
class _Load:
    """A delivery on its way with what goes."""

    delivery: Delivery
    leaving: rules.Leaving
    outgoing: Outgoing


def deliver(delivery_id: UUID, now: datetime) -> str:
    """Make one delivery; returns its state afterwards (`gone` if person and delivery no longer exist).

    Safe to repeat: the recipient sees the delivery's id as idempotency key. Raises SystemProblem when the recipient
    could not be reached and trying again can help.
    """
    load = _start(delivery_id, now)
    if isinstance(load, str):
        return load
    system = systems.registry().for_recipient(load.delivery.recipient)
    if system is None:
        return _settle(load, Delivery.State.STAFF, now, code="no-connector")
    try:
        outcome = system.deliver(load.outgoing, key=str(delivery_id))
    except SystemProblem as problem:
        if problem.consequence in ("retry", "wait"):
            raise
        return _settle(load, Delivery.State.STAFF, now, code=problem.consequence.replace(" ", "-"))
    return _finish(load, outcome, now)


@transaction.atomic
def _start(delivery_id: UUID, now: datetime) -> _Load | str:
    """Ask the gate and mark the delivery as leaving, so that a withdrawal from now on tells this recipient too."""
    delivery = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is None:
        return "gone"
    if delivery.state not in OPEN:
        return str(delivery.state)
    record = people.record(delivery.record_id)
    version = versions.get(delivery.version_id)
    leaving = rules.leaving(
        version.policy,
        touchpoint=delivery.touchpoint,
        row=delivery.row,
        recipient=delivery.recipient,
        held=record.values.keys(),
        person=consent.person_state(delivery.person_id, recorded_at=record.recorded_at),
        at=now,
    )
    if not leaving.purposes:
        return _refuse(delivery, leaving, now)
    Delivery.objects.filter(id=delivery.id).update(
        state=Delivery.State.SENDING, attempts=delivery.attempts + 1, changed_at=now
    )
    row = version.policy.touchpoints[delivery.touchpoint].row(delivery.row)
    outgoing = Outgoing(
        record=str(record.id),
        touchpoint=delivery.touchpoint,
        row=delivery.row,
        purposes=leaving.purposes,
        values={item: record.values[item] for item in leaving.items},
        marketing=row.marketing or bool(version.policy.marketing_purposes.intersection(leaving.purposes)),
    )
    return _Load(delivery, leaving, outgoing)


def _refuse(delivery: Delivery, leaving: rules.Leaving, now: datetime) -> str:
    Delivery.objects.filter(id=delivery.id).update(state=Delivery.State.REFUSED, code=leaving.code, changed_at=now)
    _evidence("delivery.refused", delivery, now, code=leaving.code)
    return str(Delivery.State.REFUSED)


@transaction.atomic
def _finish(load: _Load, outcome: Outcome, now: datetime) -> str:
    match outcome:
        case Done(evidence=found):
            return _sent(load, str(found.get("id", "")), now)
        case NotOffered():
            return _settle(load, Delivery.State.STAFF, now, code="not-offered")
        case _:
            return _settle(load, Delivery.State.STAFF, now, code="could-not-tell")


def _sent(load: _Load, reference: str, now: datetime) -> str:
    delivery, leaving = load.delivery, load.leaving
    updated = Delivery.objects.filter(id=delivery.id, state=Delivery.State.SENDING).update(
        state=Delivery.State.SENT, reference=reference[:200], code="", changed_at=now
    )
    if not updated:
        return "gone"
    Disclosure.objects.create(
        person_id=delivery.person_id,
        delivery_id=delivery.id,
        version_id=delivery.version_id,
        recipient=delivery.recipient,
        touchpoint=delivery.touchpoint,
        row=delivery.row,
        items=list(leaving.items),
        purposes=list(leaving.purposes),
        bases=list(leaving.bases),
        at=now,
    )
    _evidence("delivery.sent", delivery, now, items=list(leaving.items), purposes=list(leaving.purposes))
    return str(Delivery.State.SENT)


@transaction.atomic
def _settle(load: _Load, state: Delivery.State, now: datetime, *, code: str) -> str:
    """The connector cannot do it: a person must, and sees why."""
    delivery = load.delivery
    if not Delivery.objects.filter(id=delivery.id).update(state=state, code=code, changed_at=now):
        return "gone"
    hand_over(delivery, versions.get(delivery.version_id), now)
    _evidence("delivery.failed", delivery, now, code=code)
    return str(state)


def _evidence(kind: str, delivery: Delivery, now: datetime, **facts: JSON) -> None:
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
