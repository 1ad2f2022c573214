"""Erasing people. A crash at any point is safe, and doing it again finishes it:

1. with the people locked, the erasure register notes them, durably (noted and not yet erased: repeating erases);
2. the same transaction deletes their rows, everywhere, notes their keys for destruction and writes evidence;
3. after its commit the keys are destroyed; a kill in between leaves the note, which the sweep works off.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from troth.evidence import services as evidence
from troth.people import register
from troth.people.keys import KeyDestroyed
from troth.people.models import Identifier, KeyToDestroy, Person, Record, Value
from troth.people.services.destroy import destroy_after_commit
from troth.people.vault import PersonKey
from troth.systems.kit.identifiers import Identifiers

RECHECK = timedelta(days=7)
"""When absence is looked at again (semantics §8: at once and a week later)."""


@dataclass(frozen=True)
class Erased:
    """What went. All zero: nobody of these ids was there (any more)."""

    people: int
    records: int
    values: int
    identifiers: int


def erase(
    person_id: UUID, *, now: datetime, request_id: UUID | None = None, recheck_after: timedelta = RECHECK
) -> Erased:
    """Erase one person. See `erase_many`."""
    return erase_many([person_id], now=now, request_id=request_id, recheck_after=recheck_after)


def erase_many(
    person_ids: Iterable[UUID], *, now: datetime, request_id: UUID | None = None, recheck_after: timedelta = RECHECK
) -> Erased:
    """Erase people with everything that points to them, set-based; again does nothing.

    Evidence keeps an entry under a pseudonym that nobody can compute once the key is gone; take `queries.pseudonym`
    before if a later entry must name the same person. The keys go when the outermost transaction commits. Raises
    KeyStoreUnreachable with nothing erased.
    """
    ids = sorted(set(person_ids))
    with transaction.atomic(), erasing():
        found = list(Person.objects.select_for_update().filter(id__in=ids).order_by("id").values_list("id", flat=True))
        names = _note(found, now, now + recheck_after)
        counts = _counts(found)
        KeyToDestroy.objects.bulk_create(
            (KeyToDestroy(id=id, pseudonym=names.get(id, ""), at=now) for id in found), ignore_conflicts=True
        )
        Person.objects.filter(id__in=found).delete()
        for id in found:
            facts = {"request": str(request_id) if request_id else None, **counts[id]}
            evidence.append("vault.erased", person=names.get(id), facts=facts, at=now)
        destroy_after_commit(ids, now)
    total: Counter[str] = sum((Counter(c) for c in counts.values()), Counter())
    return Erased(len(found), total["records"], total["values"], total["identifiers"])


@contextmanager
def erasing() -> Iterator[None]:
    """Tell the database that this transaction erases: the consent ledger lets its rows go only then."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('troth.erasing', 'on', true)")
        yield
        cursor.execute("select set_config('troth.erasing', 'off', true)")


def _note(ids: list[UUID], now: datetime, recheck_on: datetime) -> Mapping[UUID, str]:
    """Enter the people in the register; returns the pseudonyms of those who still have a key."""
    names: dict[UUID, str] = {}
    for id, sealed in _sealed_identifiers(ids).items():
        try:
            key = PersonKey.of(id)
        except KeyDestroyed:
            # rows of a restored backup: their key is gone, and the register has noted them
            _note_unreadable(id, now, recheck_on)
            continue
        names[id] = key.pseudonym
        found: dict[str, tuple[str, ...]] = {}
        for kind, value in sealed:
            found[kind] = (*found.get(kind, ()), key.open_identifier(kind, value))
        who = Identifiers(**found)
        register.note_erased(id, register.hashes(who), register.seal(id, who), now, recheck_on)
    return names


def _note_unreadable(id: UUID, now: datetime, recheck_on: datetime) -> None:
    if register.entry(id) is None:
        register.note_erased(id, (), register.seal(id, Identifiers()), now, recheck_on)


def _sealed_identifiers(ids: list[UUID]) -> dict[UUID, list[tuple[str, bytes]]]:
    found: dict[UUID, list[tuple[str, bytes]]] = {id: [] for id in ids}
    rows = Identifier.objects.filter(person_id__in=ids).order_by("id").values_list("person_id", "kind", "sealed")
    for person, kind, sealed in rows:
        found[person].append((kind, bytes(sealed)))
    return found


def _counts(ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    """Rows of each person, in three statements."""
    asked = {
        "records": Record.objects.filter(person_id__in=ids).values_list("person_id"),
        "values": Value.objects.filter(record__person_id__in=ids).values_list("record__person_id"),
        "identifiers": Identifier.objects.filter(person_id__in=ids).values_list("person_id"),
    }
    counts = {id: dict.fromkeys(asked, 0) for id in ids}
    for name, rows in asked.items():
        for id, number in rows.annotate(number=Count("id")).order_by():
            counts[id][name] = number
    return counts
