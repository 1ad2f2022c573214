"""What a policy that takes effect does to deliveries and consents of everybody at once: in batches, set-based.

Each batch is a transaction of its own, and done again it finds what is left: a kill in between loses nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from troth.consent import services as consent
from troth.consent import standing
from troth.consent.rules import Pair
from troth.consent.standing import Standing
from troth.evidence import services as evidence
from troth.people import groups
from troth.people import services as people
from troth.policy.model import Policy
from troth.sharing import flows as all_flows
from troth.sharing import rules
from troth.sharing.flows import WAITING, Flow
from troth.sharing.models import Delivery, Suppression
from troth.sharing.services.follow import finished_by_hand
from troth.sharing.services.queue import TASK, TROTH
from troth.sharing.services.withdraw import MAY_HAVE_GOT_IT, TOLD, take_from_staff
from troth.versions import queries as versions
from troth.work import services as work

CODE = "policy-changed"
ENDED = "the consent ended: the policy asks for more than was agreed to"


@dataclass(frozen=True)
class Lapsed:
    """Consents that ended in one batch, and how many recipients were asked to stop."""

    consents: tuple[Standing, ...]
    recipients: int


def withhold(flows: Collection[Flow], *, under: Collection[UUID], now: datetime, at_once: int = 500) -> int:
    """Hold back up to `at_once` deliveries of flows that the policy in force has given up; returns how many.

    0 when all are; call again until then. `under`: ids of versions that still have these flows. What is on the line at
    this moment has left. Staff are told that they need not hand it over any more.
    """
    found = all_flows.of(flows, under).filter(state__in=WAITING).order_by("person_id", "id")
    while chosen := dict(found.values_list("id", "person_id")[:at_once]):
        with transaction.atomic():
            held = people.hold_many(set(chosen.values()))
            finished_by_hand(now, Q(id__in=list(chosen)))  # what staff sent already has left
            waiting = Delivery.objects.select_for_update().filter(
                id__in=list(chosen), person_id__in=held, state__in=WAITING
            )
            deliveries = list(waiting.order_by("id"))
            _end(deliveries, Delivery.State.WITHHELD, CODE, "the policy names this recipient no more", now)
        if deliveries:
            return len(deliveries)
    return 0


def lapse(
    pairs: Collection[Pair], *, version_id: UUID, under: Collection[UUID], now: datetime, at_once: int = 500
) -> Lapsed:
    """End the consents for these pairs of up to `at_once` people: the version in force asks for more than they gave.

    Nothing when all are ended; call again until then. Every recipient that was told hears it, by a task each, as of a
    withdrawal. `under`: ids of versions that ask for no more than was given under them.
    """
    from troth.sharing.tasks import suppress_all_later

    while chosen := standing.some_givers(pairs, under=under, at_most=at_once):
        with transaction.atomic():
            held = people.hold_many(chosen)
            finished_by_hand(now, Q(person_id__in=held))  # as long as the consent under which it went still stands
            ended = consent.supersede(pairs, of=held, version_id=version_id, under=under, how=CODE, now=now)
            closed: dict[UUID, list[Pair]] = {}
            for given in ended:
                closed.setdefault(given.person_id, []).append((given.touchpoint, given.purpose))
            made = Suppression.objects.bulk_create(_suppressions(closed, now))
            suppress_all_later(suppression.id for suppression in made)
            _take_all_from_staff(closed, now)
        if ended:
            return Lapsed(tuple(ended), len({suppression.recipient for suppression in made}))
    return Lapsed((), 0)


def _suppressions(closed: dict[UUID, list[Pair]], now: datetime) -> list[Suppression]:
    unsure = Q(state=Delivery.State.STAFF, code__in=MAY_HAVE_GOT_IT)
    left = Delivery.objects.filter(Q(state__in=TOLD) | unsure, person_id__in=list(closed))
    went: dict[UUID, list[tuple[UUID, str, str, str]]] = {}
    rows = left.values_list("person_id", "version_id", "touchpoint", "row", "recipient").distinct()
    for person, version, touchpoint, row, recipient in rows:
        went.setdefault(person, []).append((version, touchpoint, row, recipient))
    policies = _policies({version for those in went.values() for version, *_ in those})
    return [
        Suppression(person_id=person, recipient=recipient, purposes=list(ended), asked_at=now)
        for person, those in went.items()
        for recipient, ended in rules.told_of(policies, those, closed[person]).items()
    ]


def _policies(ids: Collection[UUID]) -> dict[UUID, Policy]:
    return {id: versions.get(id).policy for id in ids}


def _take_all_from_staff(closed: dict[UUID, list[Pair]], now: datetime) -> None:
    """What waits for staff and rested on these consents alone is refused at once; for the rest the gate is asked."""
    waiting = Delivery.objects.select_for_update().filter(person_id__in=list(closed), state=Delivery.State.STAFF)
    deliveries = list(waiting.order_by("id"))
    policies = _policies({delivery.version_id for delivery in deliveries})
    nothing_left: list[Delivery] = []
    ask: dict[UUID, set[str]] = {}
    for delivery in deliveries:
        left = _left(policies[delivery.version_id], delivery, closed[delivery.person_id])
        if left is None:
            continue
        if left:
            ask.setdefault(delivery.person_id, set()).add(delivery.touchpoint)
        else:
            nothing_left.append(delivery)
    _end(nothing_left, Delivery.State.REFUSED, "no-basis", ENDED, now)
    for person, places in ask.items():
        take_from_staff(person, places, ENDED, now)


def _left(own: Policy, delivery: Delivery, ended: list[Pair]) -> set[str] | None:
    """The purposes the delivery still has by its own version; None if it served none of those that ended."""
    row = own.touchpoints[delivery.touchpoint].row(delivery.row)
    over = {p.purpose for p in row.purposes if p.relies_on == "consent" and (delivery.touchpoint, p.purpose) in ended}
    return {p.purpose for p in row.purposes} - over if over else None


def _end(deliveries: list[Delivery], state: Delivery.State, code: str, reason: str, now: datetime) -> None:
    """None of these goes any more; staff need not hand them over."""
    ids = [delivery.id for delivery in deliveries]
    Delivery.objects.filter(id__in=ids).update(state=state, code=code, changed_at=now)
    _note(f"delivery.{state.value}", deliveries, code, now)
    work.drop_tasks_of(TASK, map(str, ids), by=TROTH, reason=reason, now=now)


def _note(kind: str, deliveries: list[Delivery], code: str, now: datetime) -> None:
    names = groups.pseudonyms({delivery.person_id for delivery in deliveries})
    evidence.append_many(
        kind,
        (
            (
                names.get(delivery.person_id),
                {
                    "delivery": str(delivery.id),
                    "touchpoint": delivery.touchpoint,
                    "row": delivery.row,
                    "recipient": delivery.recipient,
                    "code": code,
                },
            )
            for delivery in deliveries
        ),
        at=now,
    )
