"""Destroying keys: those of erased people, and those that never got a person."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from uuid import UUID

from django.db import transaction

from troth.evidence import services as evidence
from troth.people import keys, register
from troth.people.models import KeyToDestroy, Person

log = logging.getLogger(__name__)

YOUNG = timedelta(hours=1)
"""A key younger than this may belong to a person whose transaction is still running."""

LAST_LOOK = timedelta(days=30)
"""How long after its recheck day a register entry keeps its identifiers: verification may look, backups expire."""


@dataclass(frozen=True)
class Destroyed:
    """`done` keys are destroyed; `waiting` could not be, since the store did not answer: the next sweep tries."""

    done: int
    waiting: int


class TooManyOrphans(RuntimeError):
    """More keys than plausible have no person: rather the database is another one. Nothing was destroyed."""


def destroy_after_commit(ids: Iterable[UUID], now: datetime) -> None:
    """Once the outermost transaction commits, destroy the keys it noted; if that fails, the sweep will."""
    transaction.on_commit(partial(finish_destroying, now, ids=tuple(ids)))


def finish_destroying(now: datetime, *, ids: Iterable[UUID] | None = None) -> Destroyed:
    """Destroy every key noted for it (or those of `ids`), each with its evidence. Safe to repeat and to run twice."""
    wanted = KeyToDestroy.objects.order_by("at")
    if ids is not None:
        wanted = wanted.filter(id__in=list(ids))
    done = waiting = 0
    for id in list(wanted.values_list("id", flat=True)):
        try:
            done += _destroy(id, now)
        except keys.KeyStoreUnreachable:
            waiting += 1
            log.warning("the key %s waits for its destruction: the key store does not answer", id)
    return Destroyed(done, waiting)


def sweep_orphan_keys(now: datetime, *, limit: int = 100) -> int:
    """Destroy keys that have no person: left by a kill between key and transaction. Returns how many.

    Raises TooManyOrphans, having destroyed nothing, if there are more than `limit`: a key store beside the wrong or an
    older database looks just so.
    """
    store = keys.store("people")
    old = (id for id, made in store.ids() if made < now - YOUNG)
    orphans: list[UUID] = []
    while batch := set(islice(old, 5_000)):
        batch.difference_update(Person.objects.filter(id__in=batch).values_list("id", flat=True))
        batch.difference_update(KeyToDestroy.objects.filter(id__in=batch).values_list("id", flat=True))
        orphans.extend(batch)
    if len(orphans) > limit:
        raise TooManyOrphans(
            f"{len(orphans)} keys have no person, more than the limit of {limit}; is this the database of that key "
            "store? If it is, sweep again with a higher limit"
        )
    for id in orphans:
        store.destroy(id)
    if orphans:
        with transaction.atomic():
            evidence.append("key.orphans_destroyed", facts={"keys": len(orphans)}, at=now)
    return len(orphans)


def close_entries(now: datetime) -> int:
    """Drop the sealed identifiers of erased people whose last look is over; their hashes stay. Returns how many."""
    over = [entry for entry in register.erased() if entry.open and entry.recheck_on + LAST_LOOK <= now]
    for entry in over:
        register.close(entry)
    if over:
        with transaction.atomic():
            evidence.append("register.closed", facts={"entries": len(over)}, at=now)
    return len(over)


@transaction.atomic
def _destroy(id: UUID, now: datetime) -> int:
    """1, or 0 if another process is at it. The note goes only if the destruction did not fail."""
    note = KeyToDestroy.objects.select_for_update(skip_locked=True).filter(id=id).first()
    if note is None:
        return 0
    keys.store("people").destroy(id)
    evidence.append("key.destroyed", person=note.pseudonym or None, facts={}, at=now)
    note.delete()
    return 1
