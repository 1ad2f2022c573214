"""Withdrawal of consent as an act: the ledger hears it first, then every recipient that was told."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from troth.consent import services as consent
from troth.people import queries as people
from troth.sharing import rules
from troth.sharing.models import Delivery, Suppression
from troth.sharing.services.deliver import ask, refuse
from troth.sharing.services.follow import handed_over_by_hand
from troth.sharing.services.queue import drop_tasks
from troth.versions import queries as versions

TOLD = (Delivery.State.SENT, Delivery.State.SENDING)
MAY_HAVE_GOT_IT = ("unreachable", "stuck", "could-not-tell")
"""Why a delivery is with staff although the recipient may have it: whoever may have been told is told to stop."""


@transaction.atomic
def withdraw(
    person_id: UUID,
    *,
    purposes: Collection[str] | None = None,
    touchpoint: str | None = None,
    how: str,
    now: datetime,
) -> tuple[tuple[str, str], ...]:
    """Withdraw consent for `purposes` (None: all) at `touchpoint` (None: everywhere); works at once here.

    Returns the (touchpoint, purpose) pairs that were open and are now withdrawn. Every recipient to whom data went
    for one of them is told by a task each (GDPR Art. 7(3), Art. 19); what waits for staff and may not go any more is
    taken off their list. Raises people.PersonGone.
    """
    from troth.sharing.tasks import suppress_later

    handed_over_by_hand(person_id, now)  # as long as the consent under which it went still stands
    closed = consent.withdraw_events(person_id, purposes=purposes, touchpoint=touchpoint, how=how, now=now)
    if not closed:
        return ()
    unsure = Q(state=Delivery.State.STAFF, code__in=MAY_HAVE_GOT_IT)
    left = Delivery.objects.filter(Q(state__in=TOLD) | unsure, person_id=person_id)
    deliveries = list(left.values_list("version_id", "touchpoint", "row", "recipient").distinct())
    policies = {version: versions.get(version).policy for version in {d[0] for d in deliveries}}
    told = rules.told_of(policies, deliveries, closed)
    made = Suppression.objects.bulk_create(
        Suppression(person_id=person_id, recipient=recipient, purposes=list(ended), asked_at=now)
        for recipient, ended in told.items()
    )
    for suppression in made:
        suppress_later(suppression.id)
    take_from_staff(person_id, {place for place, _ in closed}, "the person withdrew their consent", now)
    return tuple(closed)


def take_from_staff(person_id: UUID, touchpoints: Collection[str], reason: str, now: datetime) -> None:
    """Ask the gate again for what staff were to hand over; the person is held, so nothing changes meanwhile."""
    waiting = Delivery.objects.select_for_update().filter(
        person_id=person_id, state=Delivery.State.STAFF, touchpoint__in=list(touchpoints)
    )
    for delivery in waiting:
        leaving = ask(delivery, people.record(delivery.record_id), now)
        if not leaving.purposes:
            refuse(delivery, leaving.code, now)
            drop_tasks([delivery.id], reason, now)
