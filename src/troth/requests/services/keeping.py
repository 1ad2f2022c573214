"""How long requests themselves are kept. Nothing of a person stays once its purpose is over; that a request was made
and answered in time stays longer, to show it."""

from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from troth.evidence import services as evidence
from troth.people import keys
from troth.requests import rules
from troth.requests.models import Link, Package, Request, Step
from troth.requests.services import links, sealed

UNCONFIRMED = timedelta(days=14)
"""A request nobody confirmed is closed: its links are long dead, and nothing was looked up. Its key goes at once."""

KEY_KEPT = timedelta(days=180)
"""After closing, address and words stay readable this long, for questions and complaints about the answer."""

ROW_KEPT = timedelta(days=3 * 365)
"""After closing, the row (reference, kind, days; nothing personal) stays to show that the law was kept, as long as
fines may come: three years, as in Germany (OWiG § 31(2) no. 1). California asks for 24 months (11 CCR 7101(a))."""

YOUNG = timedelta(hours=1)
MOST_ORPHANS = 100


class TooManyOrphans(RuntimeError):
    """More keys than plausible have no request: rather the database is another one. Nothing was destroyed."""


def keep(now: datetime) -> dict[str, int]:
    """Do everything that is due; returns how many of each. Safe to repeat and to kill."""
    return {
        "packages": wipe_packages(now),
        "closed": close(now),
        "unconfirmed": close_unconfirmed(now),
        "forgotten": forget(now),
        "dropped": drop(now),
        "orphan_keys": sweep_keys(now),
    }


def wipe_packages(now: datetime) -> int:
    """Packages go with their link's life, and so do the findings they were made of once the answer is whole."""
    old = Package.objects.filter(made_at__lte=now - links.LIVES["package"])
    with transaction.atomic():
        over = Request.objects.filter(completed_at__lte=now - links.LIVES["package"])
        Step.objects.filter(request__in=over, found__isnull=False).update(found=None)
        return old.delete()[0]


def close(now: datetime) -> int:
    """Answered in full, and the answer's links are dead: closed."""
    due = Request.objects.filter(state="answered", completed_at__lte=now - links.LIVES["package"])
    return sum(_close(request, "answered", now) for request in _ids(due))


def close_unconfirmed(now: datetime) -> int:
    """Nobody confirmed: closed, and forgotten at once."""
    due = Request.objects.filter(state="identity", received_at__lte=now - UNCONFIRMED)
    return sum(_close(request, "identity", now, forgotten=True) for request in _ids(due))


def forget(now: datetime) -> int:
    """Destroy the keys of requests closed long enough ago."""
    due = Request.objects.filter(state="closed", forgotten_at=None, closed_at__lte=now - KEY_KEPT)
    return sum(_forget(request, now) for request in _ids(due))


def drop(now: datetime) -> int:
    """Delete the rows of requests forgotten and past their own period."""
    due = Request.objects.filter(forgotten_at__isnull=False, closed_at__lte=now - ROW_KEPT)
    return due.delete()[1].get("requests.Request", 0)


def sweep_keys(now: datetime) -> int:
    """Destroy keys without a request that needs them: left by a kill, or by two requests arriving at once.

    Raises TooManyOrphans, having destroyed nothing: a key store beside another database looks just so.
    """
    old = (id for id, made in keys.store(sealed.ROOM).ids() if made < now - YOUNG)
    orphans: list[UUID] = []
    while batch := set(islice(old, 5_000)):
        kept = Request.objects.filter(id__in=batch, forgotten_at=None)
        orphans.extend(batch.difference(kept.values_list("id", flat=True)))
    if len(orphans) > MOST_ORPHANS:
        raise TooManyOrphans(f"{len(orphans)} request keys have no request; is this the database of that key store?")
    for id in orphans:
        sealed.destroy_key(id)
    return len(orphans)


def _ids(due: QuerySet[Request]) -> list[UUID]:
    return list(due.order_by("received_at").values_list("id", flat=True)[:1_000])


@transaction.atomic
def _close(request_id: UUID, state: str, now: datetime, *, forgotten: bool = False) -> int:
    request = Request.objects.select_for_update().filter(id=request_id, state=state).first()
    if request is None:
        return 0
    request.state, request.closed_at = rules.move(request.state, "closed"), now
    request.save(update_fields=["state", "closed_at"])
    Link.objects.filter(request=request).delete()
    facts = {"request": str(request.id), "was": state}
    evidence.append("request.closed", person=request.pseudonym or None, facts=facts, at=now)
    if forgotten:
        _blank(request, now)
    return 1


@transaction.atomic
def _forget(request_id: UUID, now: datetime) -> int:
    request = Request.objects.select_for_update().filter(id=request_id, forgotten_at=None).first()
    if request is None:
        return 0
    _blank(request, now)
    return 1


def _blank(request: Request, now: datetime) -> None:
    """Take everything personal out of the row; its key goes when this commits, else the sweep takes it."""
    empty = {"sealed": b"", "address_hash": b"", "pseudonym": "", "person": None, "register_entry": None}
    Request.objects.filter(id=request.id).update(**empty, forgotten_at=now)
    Package.objects.filter(request=request).delete()
    Step.objects.filter(request=request).update(found=None, token="")
    evidence.append("request.forgotten", facts={"request": str(request.id)}, at=now)
    transaction.on_commit(lambda: sealed.destroy_key(request.id))
