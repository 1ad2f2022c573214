"""Tell one recipient that purposes no longer hold, and follow it until the recipient has done it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.people import queries as people
from troth.people import services as people_services
from troth.sharing import rules
from troth.sharing.models import Delivery, Suppression
from troth.systems import services as systems
from troth.systems.kit.base import System
from troth.systems.kit.outcomes import Done, NotOffered, Outcome, Pending, SystemProblem
from troth.work import services as work

IN_FLIGHT = timedelta(minutes=10)
"""A delivery that started longer ago is not on the line any more: calls end sooner, and a new try asks the gate."""
ONCE_MORE = timedelta(seconds=30)
GONE = "gone"

BY_HAND = (
    "Stop the use named in this task at {recipient} by hand: open the person in the console for the identifiers, "
    "unsubscribe them there, then finish this task with the date and what the system showed."
)


def suppress(suppression_id: UUID, now: datetime) -> str:
    """Ask the recipient to stop; returns the state afterwards. Raises SystemProblem where trying again can help.

    While a delivery to that recipient is on the line, it might arrive after the suppression: then this raises too,
    and asks once more later.
    """
    suppression = Suppression.objects.filter(id=suppression_id).first()
    if suppression is None:
        return GONE
    if suppression.state != Suppression.State.QUEUED:
        return str(suppression.state)
    flying = _in_flight(suppression, now)
    try:
        who = people.identifiers(suppression.person_id)
    except people.NoSuchPerson:
        return GONE
    return _try(suppression, lambda system: system.suppress(who, key=str(suppression.id)), now, again=flying)


def continue_suppression(suppression_id: UUID, now: datetime) -> str:
    """Ask how a suppression that the recipient finishes later stands. Raises SystemProblem like `suppress`."""
    suppression = Suppression.objects.filter(id=suppression_id, state=Suppression.State.WAITING).first()
    if suppression is None:
        return GONE
    return _try(suppression, lambda system: system.check(suppression.token), now)


def _in_flight(suppression: Suppression, now: datetime) -> bool:
    leaving = Delivery.objects.filter(
        person_id=suppression.person_id, recipient=suppression.recipient, state=Delivery.State.SENDING
    )
    return leaving.filter(changed_at__gt=now - IN_FLIGHT).exists()


def _try(suppression: Suppression, verb: Callable[[System], Outcome], now: datetime, *, again: bool = False) -> str:
    try:
        system = systems.registry().for_recipient(suppression.recipient)
        if system is None:
            return to_staff(suppression, "no-connector", now)
        outcome = verb(system)
    except SystemProblem as problem:
        code = rules.after(problem.consequence, now - suppression.asked_at)
        if code is None:
            raise
        return to_staff(suppression, code, now)
    if again:
        raise SystemProblem(
            f"{suppression.recipient}: a delivery was on the line; the suppression is repeated after it",
            consequence="wait",
            retry_after=ONCE_MORE,
        )
    return _take(suppression, outcome, now)


def _take(suppression: Suppression, outcome: Outcome, now: datetime) -> str:
    match outcome:
        case Done():
            return _done(suppression, now)
        case Pending(token=token, check_after=after):
            return _wait(suppression, token, after)
        case NotOffered():
            return to_staff(suppression, "not-offered", now)
        case _:
            return to_staff(suppression, "could-not-tell", now)


def _hold(suppression: Suppression) -> bool:
    """Hold the person; False if they are erased, and what was to be stopped with them."""
    try:
        people_services.hold_still(suppression.person_id)
    except people_services.PersonGone:
        return False
    return True


@transaction.atomic
def _done(suppression: Suppression, now: datetime) -> str:
    if not _hold(suppression):
        return GONE
    Suppression.objects.filter(id=suppression.id).update(state=Suppression.State.DONE, done_at=now)
    _note("suppression.sent", suppression, now)
    return str(Suppression.State.DONE)


@transaction.atomic
def _wait(suppression: Suppression, token: str, after: timedelta) -> str:
    from troth.sharing.tasks import check_suppression_later

    if not _hold(suppression):
        return GONE
    Suppression.objects.filter(id=suppression.id).update(state=Suppression.State.WAITING, token=token)
    check_suppression_later(suppression.id, after)
    return str(Suppression.State.WAITING)


@transaction.atomic
def to_staff(suppression: Suppression, code: str, now: datetime) -> str:
    """The recipient cannot be asked by a connector: a person must, and sees so."""
    if not _hold(suppression):
        return GONE
    Suppression.objects.filter(id=suppression.id).update(state=Suppression.State.STAFF)
    work.open_task(
        kind="suppression",
        title=f"Stop {', '.join(suppression.purposes)} at {suppression.recipient}"[:300],
        instructions=BY_HAND.format(recipient=suppression.recipient),
        subject=("person", str(suppression.person_id)),
        system=suppression.recipient,
        key=f"suppression:{suppression.id}",
        now=now,
    )
    _note("suppression.with-staff", suppression, now, code=code)
    return str(Suppression.State.STAFF)


def _note(kind: str, suppression: Suppression, now: datetime, **facts: JSON) -> None:
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
