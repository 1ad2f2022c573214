"""Deliveries as a worker makes them: tasks from the intake's transaction, tried again until the vendor answers."""

from collections.abc import Iterator

import pytest
from requests_kit import empty_queue, retry_now, work_off
from sharing_kit import ADA, NOW, Vendors, person, publish, send, states, vendors

from troth.sharing import queries, services
from troth.work import queries as work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def outside() -> Iterator[Vendors]:
    with vendors() as made:
        publish()
        empty_queue()
        yield made
        empty_queue()


def test_a_worker_delivers_tries_again_and_delivers_once(outside: Vendors) -> None:
    outside.ask("hubspot", "fail", count=1, status=500)
    send()
    work_off()
    assert states() == {("main", "salesforce"): "sent", ("main", "hubspot"): "sending", ("main", "apollo"): "staff"}
    assert work.job_counts()["todo"] == 1
    retry_now()
    work_off()
    assert states()["main", "hubspot"] == "sent"
    assert work.job_counts() == {"succeeded": 3}
    assert len(outside.records("hubspot")) == len(outside.records("salesforce")) == 1
    assert len(queries.disclosures(person())) == 2


def test_a_withdrawal_reaches_the_vendor_by_its_task(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    work_off()
    services.withdraw(person(), how="choices link", now=NOW)
    work_off()
    assert {s.state for s in queries.suppressions(person())} == {"done"}
    statuses = outside.ask("hubspot", "state")["statuses"][ADA]
    assert {held["status"] for held in statuses.values()} == {"UNSUBSCRIBED"}


def test_an_intake_that_is_rolled_back_leaves_no_task(outside: Vendors) -> None:
    from django.db import transaction

    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert work.job_counts() == {}
