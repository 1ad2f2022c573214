"""Records of older versions take the earlier day where a newer policy keeps the same data for less. Set-based."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from troth.evidence import services as evidence
from troth.people.rules import Shorter
from troth.people.shorter import NEW_DAYS, parameters

_SHORTEN = """
, moved as (
    update people_value v set due_at = due.due_at from due where v.id = due.value_id
    returning v.id, v.record_id, v.due_at
), whole as (
    select v.record_id, max(coalesce(moved.due_at, v.due_at)) as due_at,
           count(*) = count(coalesce(moved.due_at, v.due_at)) as known
    from people_value v left join moved on moved.id = v.id
    where v.record_id in (select record_id from moved)
    group by v.record_id
), changed as (
    update people_record r
    set due_at = case when whole.known then least(r.due_at, whole.due_at) else r.due_at end,
        review_at = coalesce(review.review_at, r.review_at)
    from (select record_id from whole union select record_id from review) as ids (id)
    left join whole on whole.record_id = ids.id
    left join review on review.record_id = ids.id
    where r.id = ids.id
    returning r.id
)
select count(*) from changed
"""


@transaction.atomic
def shorten(rules: Collection[Shorter], *, at: datetime, under: Collection[UUID] = (), now: datetime) -> int:
    """Give records the earlier of the day they have and the day these rules give; returns how many changed.

    No day is ever later than before. A review brought forward comes up at `at` at the earliest. Again changes nothing.
    """
    if not rules:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(NEW_DAYS + _SHORTEN, parameters(rules, at, under))
        changed = int(cursor.fetchone()[0])
    if changed:
        evidence.append("retention.shortened", facts={"records": changed}, at=now)
    return changed
