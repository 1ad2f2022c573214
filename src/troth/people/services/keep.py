"""What retention does in the vault: erase what is due, keep what is still needed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from troth.evidence import services as evidence
from troth.people import rules
from troth.people.models import Record, Value
from troth.people.services.erase import erasing
from troth.policy.kept import sooner
from troth.policy.model import Policy
from troth.versions import queries as versions


@dataclass(frozen=True)
class Due:
    """What is past its day, and went unless it was a dry run. `values`: beside those inside the `records`."""

    records: int
    values: int


def erase_due(now: datetime, *, dry_run: bool = False) -> Due:
    """Erase records and single values whose due day has come, set-based, with one evidence entry.

    People under restriction are left out (semantics §7): their data may not be erased either.
    """
    records = Record.objects.filter(due_at__lte=now, person__restricted=False)
    values = Value.objects.filter(due_at__lte=now, record__person__restricted=False).exclude(record__due_at__lte=now)
    if dry_run:
        return Due(records.count(), values.count())
    with transaction.atomic(), erasing():
        due = Due(_delete(records, "people.Record"), _delete(values, "people.Value"))
        if due.records or due.values:
            evidence.append(
                "sweep.erased", facts={"store": "vault", "records": due.records, "values": due.values}, at=now
            )
    return due


def erase_records(record_ids: Iterable[UUID], *, reason: str, now: datetime) -> int:
    """Erase records whatever their day, as after a review that found no need; `reason` is a code. Returns how many."""
    with transaction.atomic(), erasing():
        gone = _delete(Record.objects.filter(id__in=list(record_ids)), "people.Record")
        if gone:
            evidence.append("sweep.erased", facts={"store": "vault", "records": gone, "reason": reason}, at=now)
    return gone


def confirm_needed(record_id: UUID, *, by: str, now: datetime) -> datetime:
    """A person (`by`: their staff id) confirms that the record is still needed; returns its next review.

    The interval is that of the record's own policy version, or of the one in force where that is shorter. Raises
    LookupError if the record is gone, ValueError if it does not come up for review.
    """
    with transaction.atomic():
        record = Record.objects.select_for_update().filter(id=record_id).first()
        if record is None:
            raise LookupError(f"the record {record_id} is not in the vault any more")
        items = list(Value.objects.filter(record_id=record_id).values_list("item", flat=True))
        following = _next_review(versions.get(record.version_id).policy, record, items, now)
        today = versions.current(now)
        if today is not None and today.id != record.version_id:
            following = following and sooner(following, _next_review(today.policy, record, items, now))
        if following is None or record.review_at is None:
            raise ValueError(f"the record {record_id} is erased on its due day and has no review")
        Record.objects.filter(id=record_id).update(review_at=following)
        facts = {"record": str(record_id), "by": by, "next": following.date().isoformat()}
        evidence.append("review.confirmed", facts=facts, at=now)
    return following


def _next_review(policy: Policy, record: Record, items: list[str], now: datetime) -> datetime | None:
    """When a policy wants the record looked at again; None where it says nothing of the record or has a day for it."""
    touchpoint = policy.touchpoints.get(record.touchpoint)
    row = next((row for row in touchpoint.rows if row.id == record.row), None) if touchpoint else None
    if row is None:
        return None
    known = [item for item in items if item in row.item_ids]
    return rules.schedule(policy, record.touchpoint, row, known or row.item_ids, now).review


def _delete(rows: QuerySet[Record] | QuerySet[Value], label: str) -> int:
    return rows.delete()[1].get(label, 0)
