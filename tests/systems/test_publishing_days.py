"""The database adds periods as the calendar rule does, never gives more time, and counts what it would do."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from publishing_kit import NOW, changed, many, person, policy, publish, rows, write

from troth.people import queries, services, shorter
from troth.people.periods import add_period
from troth.people.rules import Shorter
from troth.people.services import confirm_needed
from troth.publishing import services as publishing
from troth.publishing.services.asking import midnight

pytestmark = pytest.mark.django_db

PERIODS = ("P1D", "P1W", "P1M", "P6M", "P1Y", "P1Y2M3W4DT5H6M7S", "PT36H", "P13M")
MOMENTS = [
    datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2027, 1, 31, 0, 30, tzinfo=UTC),
    datetime(2027, 3, 28, 0, 59, tzinfo=UTC),  # the night in which Europe's clocks change
    datetime(2026, 12, 31, 12, tzinfo=UTC),
]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_periods_are_added_as_everywhere_else(zone: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('timezone', %s, true)", [zone])
        for moment in MOMENTS:
            for period in PERIODS:
                cursor.execute(
                    "select extract(epoch from (%s::timestamptz at time zone 'UTC' + %s::interval) at time zone 'UTC')",
                    [moment, period],
                )
                assert float(cursor.fetchone()[0]) == add_period(moment, period).timestamp(), (moment, period)


def mains(period: str, *, look: bool = False) -> tuple[Shorter, ...]:
    return tuple(Shorter("contact", "main", item, period, look) for item in ("email", "message"))


def test_a_shorter_promise_moves_the_day_and_a_longer_one_does_not() -> None:
    publish(policy())
    write()
    assert services.shorten(mains("P2Y"), at=NOW, now=NOW) == 0
    assert services.shorten(mains("P3M"), at=NOW, now=NOW) == 1
    (record,) = queries.records(person())
    assert record.due_at == add_period(record.recorded_at, "P3M")
    assert services.shorten(mains("P3M"), at=NOW, now=NOW) == 0
    assert {due for (due,) in rows("select due_at from people_value where record_id = %s", record.id)} == {
        record.due_at
    }


def test_of_several_rules_of_an_item_the_earliest_counts() -> None:
    publish(policy())
    write()
    services.shorten((*mains("P30D"), *mains("P1M")), at=NOW, now=NOW)
    (record,) = queries.records(person())
    assert record.due_at == min(add_period(record.recorded_at, p) for p in ("P30D", "P1M"))


def test_a_record_goes_when_its_last_item_does() -> None:
    publish(policy())
    write()
    services.shorten([Shorter("contact", "main", "message", "P1M")], at=NOW, now=NOW)
    (record,) = queries.records(person())
    assert record.due_at == add_period(record.recorded_at, "P1Y")
    (message,) = rows("select due_at from people_value where record_id = %s and item = 'message'", record.id)
    assert message[0] == add_period(record.recorded_at, "P1M")


def test_what_had_no_day_gets_one() -> None:
    publish(changed("2026-01-01", main={"retention": ["unneeded"]}))
    write()
    (record,) = queries.records(person())
    assert record.due_at is None
    services.shorten(mains("P1Y"), at=NOW, now=NOW)
    (record,) = queries.records(person())
    assert record.due_at == add_period(record.recorded_at, "P1Y")
    assert record.review_at is not None


def test_a_review_comes_sooner_but_not_before_the_day() -> None:
    publish(changed("2026-01-01", main={"retention": ["unneeded"]}))
    write(now=NOW - timedelta(days=40))
    at = midnight(NOW.date()) + timedelta(days=7)
    assert services.shorten(mains("P1Y", look=True), at=at, now=NOW) == 0
    services.shorten(mains("P3M", look=True), at=at, now=NOW)
    (record,) = queries.records(person())
    assert record.review_at == add_period(record.recorded_at, "P3M")
    services.shorten(mains("P1M", look=True), at=at, now=NOW)
    (record,) = queries.records(person())
    assert record.review_at == at


def test_what_is_counted_is_what_the_next_sweep_erases() -> None:
    first = publish(policy()).version
    many(3, first, now=NOW - timedelta(days=50))
    many(2, first, now=NOW - timedelta(days=10))
    at = NOW
    (over,) = shorter.over_retained(mains("P1M"), at=at)
    people = rows("select count(*) from people_record")[0][0]
    assert (over.touchpoint, over.row, over.records, over.over) == ("contact", "main", people, 3)
    assert shorter.over_retained(mains("P1M"), at=at, under=[first.id]) == ()
    services.shorten(mains("P1M"), at=at, now=NOW)
    assert services.erase_due(at, dry_run=True).records == 3


def test_a_review_that_a_person_confirmed_comes_back_by_the_shorter_promise() -> None:
    publish(changed("2026-01-01", main={"retention": ["unneeded"]}))
    write()
    (record,) = queries.records(person())
    retention = {**policy().model_dump(mode="json")["retention"]}
    retention["unneeded"]["review"] = "P1M"
    new = changed("2026-11-24", main={"retention": ["unneeded"]}).model_copy(
        update={"retention": policy(retention=retention).retention}
    )
    publish(new)
    publishing.take_effect(NOW)
    assert confirm_needed(record.id, by="staff-1", now=NOW) == add_period(NOW, "P1M")
