"""Deliveries of everybody by flow: counted for whoever changes the policy. A few statements, no person named."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from troth.sharing.models import Delivery

Flow = tuple[str, str, str]
"""(touchpoint, row, recipient)."""

WAITING = (Delivery.State.QUEUED, Delivery.State.STAFF)
"""States of a delivery that has not left and can be held back."""


@dataclass(frozen=True)
class FlowCount:
    """One flow: deliveries that wait, those sent since the day asked about, and people whose data ever went."""

    touchpoint: str
    row: str
    recipient: str
    waiting: int
    sent_lately: int
    people_told: int


def counts(flows: Collection[Flow], *, since: datetime, under: Collection[UUID] = ()) -> tuple[FlowCount, ...]:
    """How much of each of these flows there is, flows without any left out. One statement.

    `under`: ids of versions whose deliveries are left out.
    """
    if not flows:
        return ()
    sent = Q(state=Delivery.State.SENT)
    rows = of(flows, under).order_by("touchpoint", "row", "recipient").values_list("touchpoint", "row", "recipient")
    counted = rows.annotate(
        waiting=Count("id", filter=Q(state__in=WAITING)),
        lately=Count("id", filter=sent & Q(changed_at__gte=since)),
        told=Count("person_id", filter=sent, distinct=True),
    )
    return tuple(FlowCount(*row) for row in counted)


def of(flows: Collection[Flow], under: Collection[UUID] = ()) -> QuerySet[Delivery]:
    """The deliveries of these flows, as a query of this room."""
    wanted = Q(pk__in=[])
    for touchpoint, row, recipient in sorted(flows):
        wanted |= Q(touchpoint=touchpoint, row=row, recipient=recipient)
    return Delivery.objects.filter(wanted).exclude(version_id__in=list(under))
