"""Storing a record in the vault."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from django.db import connection

from troth.people import rules
from troth.people.keys import KeyDestroyed
from troth.people.models import Record, Value
from troth.people.vault import PersonKey
from troth.versions.values import Version


class PersonGone(LookupError):
    """The person was erased meanwhile. For a fresh submission: prepare them again, which is a new start."""


def hold_still(person_id: UUID) -> None:
    """Keep the person from being erased, and their other writers waiting, until the transaction ends.

    Raises PersonGone if they are erased already, RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a person can be held only inside a transaction: use transaction.atomic")
    with connection.cursor() as cursor:
        cursor.execute("select 1 from people_person where id = %s for no key update", [person_id])
        found = cursor.fetchone()
    if found is None:
        raise PersonGone(f"the person {person_id} is not in the vault: erased, or never there")


def hold_many(person_ids: Iterable[UUID]) -> list[UUID]:
    """As `hold_still`, for many in one statement, always in the same order; those erased meanwhile are left out."""
    if not connection.in_atomic_block:
        raise RuntimeError("people can be held only inside a transaction: use transaction.atomic")
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from people_person where id = any(%s) order by id for no key update", [list(person_ids)]
        )
        return [id for (id,) in cursor.fetchall()]


def store_record(
    *,
    person_id: UUID,
    version: Version,
    touchpoint: str,
    row: str,
    values: Mapping[str, str],
    submission_id: UUID,
    now: datetime,
    source: str,
    language: str = "",
    notice_digest: str = "",
) -> UUID:
    """Store one row of a submission, sealed; returns the record's id. In the caller's transaction, with its evidence.

    `values`: item id → text, of items the row declares. Due and review days come from the row's retention rules. Of a
    secret item only an Argon2 hash is kept; none at all where a recipient of the row is named to hold it (it is set
    at the identity provider). Raises PersonGone, ValueError for undeclared items, KeyStoreUnreachable.
    """
    declared = version.policy.touchpoints[touchpoint].row(row)
    stray = sorted(set(values) - declared.item_ids)
    if stray:
        raise ValueError(f"row `{touchpoint}/{row}` does not declare {', '.join(stray)}")
    hold_still(person_id)
    key = _key(person_id)
    kept = set(values) - rules.kept_by_others(version.policy, declared)
    plan = rules.schedule(version.policy, touchpoint, declared, kept or declared.item_ids, now)
    record = Record.objects.create(
        id=uuid4(),
        person_id=person_id,
        version_id=version.id,
        touchpoint=touchpoint,
        row=row,
        submission_id=submission_id,
        recorded_at=now,
        source=source,
        language=language,
        notice_digest=notice_digest,
        due_at=plan.due,
        review_at=plan.review,
    )
    Value.objects.bulk_create(
        _sealed(
            key, record.id, item, values[item], secret=version.policy.data[item].kind == "secret", due=plan.items[item]
        )
        for item in sorted(kept)
    )
    return record.id


def _key(person_id: UUID) -> PersonKey:
    try:
        return PersonKey.of(person_id)
    except KeyDestroyed as problem:
        raise PersonGone(f"the key of person {person_id} is destroyed: they are being erased") from problem


def _sealed(key: PersonKey, record: UUID, item: str, plain: str, *, secret: bool, due: datetime | None) -> Value:
    kept = PasswordHasher().hash(plain) if secret else plain
    return Value(record_id=record, item=item, sealed=key.seal_value(record, item, kept), hashed=secret, due_at=due)
