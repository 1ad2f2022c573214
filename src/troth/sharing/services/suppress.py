"""Tell one recipient that purposes no longer hold, and follow it until the recipient has done it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.people import queries as people
from troth.sharing.models import Suppression
from troth.systems import services as systems
from troth.systems.kit.outcomes import Done, Outcome, Pending, SystemProblem
from troth.work import services as work

BY_HAND = (
    "Stop the use named in this task at {recipient} by hand: open the person in the console for the identifiers, "
    "unsubscribe them there, then finish this task with the date and what the system showed."
)


def suppress(suppression_id: UUID, now: datetime) -> str:
    """Ask the recipient to stop; returns the state afterwards. Raises SystemProblem where trying again can help."""
    suppression = Suppression.objects.filter(id=suppression_id).first()
    if suppression is None:
        return "gone"
    if suppression.state != Suppression.State.QUEUED:
        return str(suppression.state)
    system = systems.registry().for_recipient(suppression.recipient)
    if system is None:
        return _to_staff(suppression, "no-connector", now)
    try:
        outcome = system.suppress(people.identifiers(suppression.person_id), key=str(suppression.id))
    except SystemProblem as problem:
        if problem.consequence in ("retry", "wait"):
            raise
        return _to_staff(suppression, problem.consequence.replace(" ", "-"), now)
    return _take(suppression, outcome, now)


def continue_suppression(suppression_id: UUID, now: datetime) -> str:
    """Ask how a suppression that the recipient finishes later stands."""
    suppression = Suppression.objects.filter(id=suppression_id, state=Suppression.State.WAITING).first()
    if suppression is None:
        return "gone"
    system = systems.registry().for_recipient(suppression.recipient)
    if system is None:
        return _to_staff(suppression, "no-connector", now)
    return _take(suppression, system.check(suppression.token), now)


@transaction.atomic
def _take(suppression: Suppression, outcome: Outcome, now: datetime) -> str:
    from troth.sharing.tasks import check_suppression_later

    match outcome:
        case Done():
            Suppression.objects.filter(id=suppression.id).update(state=Suppression.State.DONE, done_at=now)
            _evidence("suppression.sent", suppression, now)
            return str(Suppression.State.DONE)
        case Pending(token=token, check_after=after):
            Suppression.objects.filter(id=suppression.id).update(state=Suppression.State.WAITING, token=token)
            check_suppression_later(suppression.id, after)
            return str(Suppression.State.WAITING)
        case _:
            return _to_staff(suppression, "not-offered", now)


@transaction.atomic
def _to_staff(suppression: Suppression, code: str, now: datetime) -> str:
    Suppression.objects.filter(id=suppression.id).update(state=Suppression.State.STAFF)
    work.open_task(
        kind="suppression",
        title=f"Stop {', '.join(suppression.purposes)} at {suppression.recipient}",
        instructions=BY_HAND.format(recipient=suppression.recipient),
        subject=("person", str(suppression.person_id)),
        system=suppression.recipient,
        key=f"suppression:{suppression.id}",
        now=now,
    )
    _evidence("suppression.with-staff", suppression, now, code=code)
    return str(Suppression.State.STAFF)


def _evidence(kind: str, suppression: Suppression, now: datetime, **facts: JSON) -> None:
    evidence.append(
        kind,
        person=people.pseudonym(suppression.person_id),
        facts={
            "suppression": str(suppression.id),
            "recipient": suppression.recipient,
            "purposes": list(suppression.purposes),
            **facts,
        },
        at=now,
    )
