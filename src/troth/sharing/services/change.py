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
from troth.consent.rules import Pair
from troth.consent.standing import Standing
from troth.evidence import services as evidence
from troth.people import groups
from troth.people import services as people
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
    finished_by_hand(now)  # what staff sent already has left
    with transaction.atomic():
        found = all_flows.of(flows, under).filter(state__in=WAITING).order_by("person_id", "id")
        chosen = list(found.values_list("id", "person_id")[:at_once])
        held = people.hold_many({person for _, person in chosen})
        waiting = Delivery.objects.select_for_update().filter(
            id__in=[id for id, _ in chosen], person_id__in=held, state__in=WAITING
        )
        deliveries = list(waiting.order_by("id"))
        ids = [delivery.id for delivery in deliveries]
        Delivery.objects.filter(id__in=ids).update(state=Delivery.State.WITHHELD, code=CODE, changed_at=now)
        _note(deliveries, now)
        work.drop_tasks_of(TASK, map(str, ids), by=TROTH, reason="the policy names this recipient no more", now=now)
    return len(deliveries)


def lapse(
    pairs: Collection[Pair], *, version_id: UUID, under: Collection[UUID], now: datetime, at_once: int = 500
) -> Lapsed:
    """End the consents for these pairs of up to `at_once` people: the version in force asks for more than they gave.

    Nothing when all are ended; call again until then. Every recipient that was told hears it, by a task each, as of a
    withdrawal. `under`: ids of versions that ask for no more than was given under them.
    """
    from troth.sharing.tasks import suppress_all_later

    finished_by_hand(now)  # as long as the consent under which it went still stands
    with transaction.atomic():
        ended = consent.supersede(pairs, version_id=version_id, under=under, how=CODE, now=now, people_at_once=at_once)
        closed: dict[UUID, list[Pair]] = {}
        for given in ended:
            closed.setdefault(given.person_id, []).append((given.touchpoint, given.purpose))
        made = Suppression.objects.bulk_create(_suppressions(closed, now))
        suppress_all_later(suppression.id for suppression in made)
        _take_all_from_staff(closed, now)
    return Lapsed(tuple(ended), len({suppression.recipient for suppression in made}))


def _suppressions(closed: dict[UUID, list[Pair]], now: datetime) -> list[Suppression]:
    unsure = Q(state=Delivery.State.STAFF, code__in=MAY_HAVE_GOT_IT)
    left = Delivery.objects.filter(Q(state__in=TOLD) | unsure, person_id__in=list(closed))
    went: dict[UUID, list[tuple[UUID, str, str, str]]] = {}
    rows = left.values_list("person_id", "version_id", "touchpoint", "row", "recipient").distinct()
    for person, version, touchpoint, row, recipient in rows:
        went.setdefault(person, []).append((version, touchpoint, row, recipient))
    taken = {version for those in went.values() for version, *_ in those}
    policies = {version: versions.get(version).policy for version in taken}
    return [
        Suppression(person_id=person, recipient=recipient, purposes=list(ended), asked_at=now)
        for person, those in went.items()
        for recipient, ended in rules.told_of(policies, those, closed[person]).items()
    ]


def _take_all_from_staff(closed: dict[UUID, list[Pair]], now: datetime) -> None:
    waiting = Delivery.objects.filter(person_id__in=list(closed), state=Delivery.State.STAFF)
    for person in waiting.order_by().values_list("person_id", flat=True).distinct():
        places = {touchpoint for touchpoint, _ in closed[person]}
        take_from_staff(person, places, "the consent ended: the policy asks for more than was agreed to", now)


def _note(deliveries: list[Delivery], now: datetime) -> None:
    names = groups.pseudonyms({delivery.person_id for delivery in deliveries})
    evidence.append_many(
        "delivery.withheld",
        (
            (
                names.get(delivery.person_id),
                {
                    "delivery": str(delivery.id),
                    "touchpoint": delivery.touchpoint,
                    "row": delivery.row,
                    "recipient": delivery.recipient,
                    "code": CODE,
                },
            )
            for delivery in deliveries
        ),
        at=now,
    )
