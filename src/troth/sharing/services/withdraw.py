"""Withdrawal of consent as an act: the ledger hears it first, then every recipient that was told."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from troth.consent import services as consent
from troth.sharing import rules
from troth.sharing.models import Delivery, Suppression
from troth.versions import queries as versions


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
    for one of them is told by a task each (GDPR Art. 7(3), Art. 19).
    """
    from troth.sharing.tasks import suppress_later

    closed = consent.withdraw_events(person_id, purposes=purposes, touchpoint=touchpoint, how=how, now=now)
    left = Delivery.objects.filter(person_id=person_id, state__in=[Delivery.State.SENT, Delivery.State.SENDING])
    deliveries = list(left.values_list("version_id", "touchpoint", "row", "recipient").distinct())
    policies = {version: versions.get(version).policy for version in {d[0] for d in deliveries}}
    told = rules.told_of(policies, deliveries, closed)
    made = Suppression.objects.bulk_create(
        Suppression(person_id=person_id, recipient=recipient, purposes=list(ended), asked_at=now)
        for recipient, ended in told.items()
    )
    for suppression in made:
        suppress_later(suppression.id)
    return tuple(closed)
