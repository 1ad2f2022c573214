"""How much earlier a newer policy wants records of older versions gone: read and counted, set-based.

The database adds the periods; PostgreSQL's rule (years and months first, the month's last day where it lacks one) is
that of `people.periods.add_period`, which a test compares.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from troth.people.rules import Shorter

NEW_DAYS = """
with rule as (
    select * from unnest(%(touchpoints)s::text[], %(rows)s::text[], %(items)s::text[], %(periods)s::interval[],
                         %(looks)s::boolean[]) as rule (touchpoint, row, item, period, look)
), held as (
    select r.id as record_id, v.id as value_id, v.due_at, r.due_at as record_due_at, r.review_at, rule.look,
           (r.recorded_at at time zone 'UTC' + rule.period) at time zone 'UTC' as day
    from people_record r
    join people_value v on v.record_id = r.id
    join rule on rule.touchpoint = r.touchpoint and rule.row = r.row and rule.item = v.item
    where r.version_id <> all(%(except)s::uuid[])
), due as (
    select record_id, value_id, min(day) as due_at from held where not look
    group by record_id, value_id, due_at having due_at is null or min(day) < due_at
), review as (
    select record_id, greatest(min(day), %(from)s) as review_at from held where look
    group by record_id, held.review_at having greatest(min(day), %(from)s) < held.review_at
)
"""
_COUNT = """
select r.touchpoint, r.row, count(distinct r.id) as records,
       count(distinct r.id) filter (where due.due_at <= %(from)s
                                    and (v.due_at is null or v.due_at > %(from)s)) as over
from due join people_record r on r.id = due.record_id join people_value v on v.id = due.value_id
group by r.touchpoint, r.row order by r.touchpoint, r.row
"""


@dataclass(frozen=True)
class Over:
    """Records of a row that get an earlier day: `records`; of them, those with data past it already: `over`."""

    touchpoint: str
    row: str
    records: int
    over: int


def over_retained(rules: Collection[Shorter], *, at: datetime, under: Collection[UUID] = ()) -> tuple[Over, ...]:
    """What `shorten` would do, and how much the first sweep after `at` would erase of it. One statement.

    `under`: ids of versions whose records are left out, since the rules are their own.
    """
    if not rules:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(NEW_DAYS + _COUNT, parameters(rules, at, under))
        return tuple(Over(*row) for row in cursor.fetchall())


def parameters(rules: Collection[Shorter], at: datetime, under: Collection[UUID]) -> dict[str, Any]:
    """What the statements here and in `services.shorten` take."""
    ordered = sorted(rules)
    return {
        "touchpoints": [rule.touchpoint for rule in ordered],
        "rows": [rule.row for rule in ordered],
        "items": [rule.item for rule in ordered],
        "periods": [rule.period for rule in ordered],
        "looks": [rule.look for rule in ordered],
        "except": list(under),
        "from": at,
    }
