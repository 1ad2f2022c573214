"""A consent is taken back: at once here, and at everyone who was told."""

import json
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from uuid import UUID

import pytest
from django.db import connection, transaction
from people_kit import evidence_kinds, together
from sharing_kit import ADA, NOW, Vendors, deliver_all, delivery, person, publish, send, states, vendors

from troth.consent import queries as consent
from troth.messages import queries as messages
from troth.people import services as people
from troth.sharing import queries, services
from troth.systems.kit.outcomes import SystemProblem
from troth.work import queries as work
from troth.work import services as work_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def outside() -> Iterator[Vendors]:
    with vendors() as made:
        publish()
        yield made


def suppression(recipient: str = "hubspot") -> UUID:
    (found,) = [s.id for s in queries.suppressions(person()) if s.recipient == recipient]
    return found


def unsubscribed(outside: Vendors) -> bool:
    statuses = outside.ask("hubspot", "state")["statuses"].get(ADA, {})
    return bool(statuses) and {held["status"] for held in statuses.values()} == {"UNSUBSCRIBED"}


def test_a_withdrawal_unsubscribes_at_hubspot(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    deliver_all()
    assert ADA in json.dumps(outside.ask("hubspot", "state")["subscribed"])
    closed = services.withdraw(person(), how="choices link", now=NOW)
    assert closed == (("schedule-demo", "send-marketing"),)
    assert consent.state(person()) == {("schedule-demo", "send-marketing"): "withdrawn"}
    assert services.suppress(suppression(), NOW) == "done"
    assert unsubscribed(outside)
    assert outside.ask("hubspot", "state")["subscribed"] == []
    assert "suppression.sent" in evidence_kinds()


def test_withdrawing_again_does_nothing(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    deliver_all()
    services.withdraw(person(), how="choices link", now=NOW)
    assert services.withdraw(person(), how="choices link", now=NOW) == ()
    assert len(queries.suppressions(person())) == 1


def test_only_those_who_were_told_for_that_purpose_hear_it(outside: Vendors) -> None:
    send("newsletter", "main")
    send("schedule-demo", "marketing")
    deliver_all()
    services.withdraw(person(), touchpoint="schedule-demo", how="test", now=NOW)
    assert {s.recipient for s in queries.suppressions(person())} == {"hubspot"}
    services.withdraw(person(), how="test", now=NOW)
    told = {(s.recipient, s.purposes) for s in queries.suppressions(person())}
    assert ("salesforce", ("add-to-mailing-list", "send-newsletters")) in told


def test_what_staff_had_still_to_hand_over_is_taken_from_them(outside: Vendors) -> None:
    send("newsletter", "main")
    deliver_all()
    assert states()["main", "apollo"] == "staff"
    services.withdraw(person(), how="test", now=NOW)
    assert states()["main", "apollo"] == "refused"
    assert work.open_tasks() == ()


def test_what_staff_handed_over_is_stopped_by_staff(outside: Vendors) -> None:
    send("newsletter", "main")
    deliver_all()
    (task,) = work.open_tasks()
    work_services.finish_task(task.id, by="7", proof="sent by mail", now=NOW)
    services.follow(NOW)
    services.withdraw(person(), how="test", now=NOW)
    assert services.suppress(suppression("apollo"), NOW) == "staff"
    (task,) = work.open_tasks(kind="suppression")
    assert task.system == "apollo"
    assert ADA not in task.title + task.instructions


def test_a_delivery_on_the_line_is_waited_for_and_the_suppression_repeated(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    outside.ask("hubspot", "fail", count=1, status=500, operation="write_statuses")
    deliver_all()
    assert states()["marketing", "hubspot"] == "sending"
    services.withdraw(person(), how="test", now=NOW)
    with pytest.raises(SystemProblem) as caught:
        services.suppress(suppression(), NOW)
    assert caught.value.consequence == "wait"
    assert unsubscribed(outside)  # already, and once more later
    deliver_all()
    assert states()["marketing", "hubspot"] == "refused"
    assert services.suppress(suppression(), NOW + timedelta(seconds=30)) == "done"
    assert unsubscribed(outside)


def test_a_recipient_that_cannot_be_reached_becomes_a_task(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    deliver_all()
    services.withdraw(person(), how="test", now=NOW)
    outside.ask("hubspot", "fail", count=100, status=500)
    with pytest.raises(SystemProblem):
        services.suppress(suppression(), NOW + timedelta(hours=1))
    assert services.suppress(suppression(), NOW + timedelta(hours=12)) == "staff"
    assert work.open_tasks(kind="suppression")


def test_a_suppression_whose_task_was_lost_is_found(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    deliver_all()
    services.withdraw(person(), how="test", now=NOW)
    assert services.follow(NOW + timedelta(hours=25)) == 1
    assert work.open_tasks(kind="suppression")


def test_a_suppression_of_somebody_erased_is_gone(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    deliver_all()
    services.withdraw(person(), how="test", now=NOW)
    asked = suppression()
    people.erase(person(), now=NOW)
    assert services.suppress(asked, NOW) == "gone"
    assert services.continue_suppression(asked, NOW) == "gone"


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_starts_while_consent_is_withdrawn_is_refused(outside: Vendors) -> None:
    """The withdrawal holds the person, so the gate sees it, or it sees the delivery: never neither."""
    send("schedule-demo", "marketing")
    asked, who = delivery("hubspot", "marketing"), person()
    holding, started = Event(), Event()

    def withdraw() -> None:
        with transaction.atomic():
            services.withdraw(who, how="test", now=NOW)
            holding.set()
            started.wait(20)
            _until_somebody_waits()

    def deliver() -> str:
        holding.wait(20)
        started.set()
        return services.deliver(asked, NOW)

    _, state = together(withdraw, deliver)
    assert state == "refused"
    assert outside.ask("hubspot", "state")["subscribed"] == []


def _until_somebody_waits() -> None:
    for _ in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute("select count(*), pg_sleep(0.02) from pg_locks where not granted")
            if cursor.fetchall()[0][0]:
                return
    raise AssertionError("nobody waited for the person")


def test_a_link_is_mailed_to_a_known_address_and_to_no_other(outside: Vendors) -> None:
    send()
    services.mail_choice_link("nobody@mail.example", NOW)
    assert messages.mailbox(10) == []
    services.mail_choice_link(f"  {ADA.upper()} ", NOW)
    services.mail_choice_link(ADA, NOW + timedelta(seconds=30))
    (mail,) = messages.mailbox(10)
    token = mail.text.split("/privacy/choices/")[1].split("/")[0]
    assert services.person_of_link(token) == person()
    assert services.person_of_link(token[:-1]) is None
