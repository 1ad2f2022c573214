"""Records on their way to the vendors' doubles, over real HTTP: only what each needs, once, and never silently lost."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from people_kit import evidence_kinds, together
from sharing_kit import (
    ADA,
    NOW,
    VALUES,
    Vendors,
    deliver_all,
    delivery,
    jobs,
    person,
    publish,
    quali,
    send,
    states,
    vendors,
)

from troth.policy.model import Policy
from troth.sharing import queries, services
from troth.systems import services as systems
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.work import queries as work
from troth.work import services as work_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def outside() -> Iterator[Vendors]:
    with vendors() as made:
        publish()
        yield made


def test_a_record_reaches_both_with_only_what_each_needs(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    assert deliver_all() == []
    (lead,) = outside.records("salesforce")
    assert {lead[f] for f in ("Email", "LastName", "Phone", "Title", "Company", "Country", "City", "State")} == set(
        VALUES.values()
    )
    (contact,) = outside.records("hubspot")
    text = json.dumps(contact)
    assert VALUES["company"] in text
    for item in ("phone", "job-title", "city", "region"):
        assert VALUES[item] not in text, item
    assert ADA in json.dumps(outside.ask("hubspot", "state")["subscribed"])


def test_the_disclosure_log_has_a_line_for_each_that_got_it(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    deliver_all()
    lines = {(line.row, line.recipient): line for line in queries.disclosures(person())}
    assert set(lines) == {("main", "salesforce"), ("main", "hubspot"), ("marketing", "hubspot")}
    assert lines["main", "hubspot"].items == ("full-name", "email", "company", "country")
    assert lines["marketing", "hubspot"].bases == ("consent",)
    assert queries.told(person()) == {"salesforce", "hubspot"}


def test_without_the_tick_nobody_is_subscribed(outside: Vendors) -> None:
    send()
    deliver_all()
    assert outside.records("hubspot")
    assert outside.ask("hubspot", "state")["subscribed"] == []
    (lead,) = outside.records("salesforce")
    assert lead["HasOptedOutOfEmail"] is True


def test_a_recipient_without_a_connector_is_a_task_that_names_items_and_no_values(outside: Vendors) -> None:
    send()
    deliver_all()
    assert states()["main", "apollo"] == "staff"
    (task,) = work.open_tasks()
    assert (task.kind, task.system, task.subject) == ("delivery", "apollo", ("delivery", str(delivery("apollo"))))
    assert "Full Name, Email Address, Job Title, Company Name." in task.instructions
    assert not any(value in task.title + task.instructions for value in VALUES.values())
    assert "delivery.with-staff" in evidence_kinds()


def test_a_connector_that_is_not_set_up_is_a_task_too(outside: Vendors) -> None:
    outside.write("salesforce")
    send()
    deliver_all()
    assert states() == {("main", "salesforce"): "sent", ("main", "hubspot"): "staff", ("main", "apollo"): "staff"}
    assert {line.code for line in queries.deliveries(person()) if line.state == "staff"} == {"no-connector"}


def test_consent_withdrawn_before_it_leaves_stops_it_at_the_gate(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    services.withdraw(person(), how="test", now=NOW)
    deliver_all()
    assert states()["marketing", "hubspot"] == "refused"
    assert outside.ask("hubspot", "state")["subscribed"] == []
    assert states()["main", "hubspot"] == "sent"
    assert "delivery.refused" in evidence_kinds()


def test_a_restricted_person_s_record_stays_here(outside: Vendors) -> None:
    from django.db import connection

    send()
    with connection.cursor() as cursor:
        cursor.execute("update people_person set restricted = true")
    deliver_all()
    assert set(states().values()) == {"refused"}
    assert outside.records("salesforce") == outside.records("hubspot") == []
    assert work.open_tasks() == ()


def test_a_lapsed_transfer_mechanism_stops_hand_overs_by_staff_as_well(outside: Vendors) -> None:
    plain = quali().model_dump(mode="json")
    plain["recipients"]["apollo"]["mechanisms"][0]["until"] = "2026-11-23"
    publish(Policy.model_validate(plain), NOW + timedelta(minutes=1))
    send(version=2, now=NOW + timedelta(minutes=2))
    deliver_all(now=NOW + timedelta(minutes=2))
    assert states()["main", "apollo"] == "refused"
    assert work.open_tasks() == ()


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_vendor_that_fails_gets_it_later_and_once(outside: Vendors, status: int) -> None:
    send()
    outside.ask("hubspot", "fail", count=1, status=status)
    (problem,) = deliver_all()
    assert problem.consequence in ("retry", "wait")
    assert ADA not in str(problem)
    assert states()["main", "hubspot"] == "sending"
    hubspot = systems.registry().get("hubspot")
    assert isinstance(hubspot, SaasSystem)
    hubspot.pace.resume()  # a pause it was asked to keep is over
    for _ in range(3):
        deliver_all()
    assert states()["main", "hubspot"] == "sent"
    assert len(outside.records("hubspot")) == 1
    assert len([line for line in queries.disclosures(person()) if line.recipient == "hubspot"]) == 1


def test_a_delivery_that_broke_off_half_way_is_made_whole_by_the_next_try(outside: Vendors) -> None:
    send("schedule-demo", "marketing")
    outside.ask("hubspot", "fail", count=1, status=500, operation="write_statuses")
    assert len(deliver_all()) == 1
    deliver_all()
    assert states()["marketing", "hubspot"] == "sent"
    assert len(outside.records("hubspot")) == 1
    assert ADA in json.dumps(outside.ask("hubspot", "state")["subscribed"])


def test_a_vendor_that_did_it_and_could_not_say_so_is_not_asked_to_do_it_twice(outside: Vendors) -> None:
    send()
    outside.ask("salesforce", "fail", count=1, operation="upsert", drop="id")
    deliver_all()
    deliver_all()
    assert states()["main", "salesforce"] == "sent"
    assert len(outside.records("salesforce")) == 1


def test_what_cannot_be_reached_for_half_a_day_becomes_a_task(outside: Vendors) -> None:
    send()
    outside.ask("hubspot", "fail", count=100, status=500)
    (problem,) = deliver_all(now=NOW + timedelta(hours=11))
    assert problem.consequence == "retry"
    assert deliver_all(now=NOW + timedelta(hours=12)) == []
    assert states()["main", "hubspot"] == "staff"
    (task,) = work.open_tasks(system="hubspot")
    assert "may have got the record" in task.instructions


def test_settings_that_do_not_work_are_a_task_at_once(outside: Vendors) -> None:
    outside.systems["hubspot"]["token"] = "wrong"
    outside.write("salesforce", "hubspot")
    send()
    assert deliver_all() == []
    assert [d.code for d in queries.deliveries(person()) if d.recipient == "hubspot"] == ["fix-settings"]


def test_what_staff_handed_over_is_in_the_disclosure_log(outside: Vendors) -> None:
    send()
    deliver_all()
    (task,) = work.open_tasks()
    assert services.follow(NOW) == 0
    done = NOW + timedelta(hours=1)
    work_services.finish_task(task.id, by="7", proof="confirmed by phone", now=done)
    assert services.follow(done + timedelta(minutes=1)) == 1
    assert services.follow(done + timedelta(minutes=2)) == 0
    (line,) = [line for line in queries.disclosures(person()) if line.recipient == "apollo"]
    assert (line.kind, line.at, line.items) == ("by hand", done, ("full-name", "email", "job-title", "company"))
    assert "apollo" in queries.told(person())


def test_what_staff_handed_over_is_logged_even_if_the_gate_has_closed_since(outside: Vendors) -> None:
    from django.db import connection

    send()
    deliver_all()
    with connection.cursor() as cursor:
        cursor.execute("update people_person set restricted = true")
    (task,) = work.open_tasks()
    work_services.finish_task(task.id, by="7", proof="sent before", now=NOW)
    services.follow(NOW)
    (line,) = [line for line in queries.disclosures(person()) if line.recipient == "apollo"]
    assert line.items == ("full-name", "email", "job-title", "company")
    assert line.purposes == ("provide-demo", "call-for-demo")


def test_what_staff_dropped_did_not_go(outside: Vendors) -> None:
    send()
    deliver_all()
    (task,) = work.open_tasks()
    work_services.drop_task(task.id, by="7", reason="not needed", now=NOW)
    services.follow(NOW)
    assert states()["main", "apollo"] == "withheld"
    assert evidence_kinds().count("delivery.withheld") == 1
    assert "apollo" not in queries.told(person())


def test_a_delivery_whose_task_was_lost_is_found(outside: Vendors) -> None:
    send()
    assert services.follow(NOW + timedelta(hours=23)) == 0
    assert services.follow(NOW + timedelta(hours=25)) == 3
    assert {line.code for line in queries.deliveries(person())} == {"stuck"}
    assert len(work.open_tasks()) == 3


def test_an_erasure_withholds_what_has_not_left_and_takes_it_from_staff(outside: Vendors) -> None:
    send("schedule-demo")
    services.deliver(delivery("apollo"), NOW)
    assert services.close(person(), NOW) == 0
    assert set(states().values()) == {"withheld"}
    assert evidence_kinds().count("delivery.withheld") == len(states())
    assert work.open_tasks() == ()
    deliver_all()
    assert outside.records("salesforce") == []


def test_an_erased_person_s_delivery_is_gone(outside: Vendors) -> None:
    from troth.people import services as people

    send()
    asked = delivery("salesforce")
    people.erase(person(), now=NOW)
    assert services.deliver(asked, NOW) == "gone"
    assert outside.records("salesforce") == []


def test_tasks_and_logs_carry_ids_only(outside: Vendors, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send("schedule-demo", "marketing")
        outside.ask("hubspot", "fail", count=1, status=500)
        deliver_all()
    assert {tuple(args) for name, args in jobs() if name == "sharing.deliver"} == {("delivery",)}
    said = " ".join(r.getMessage() for r in caplog.records if not r.name.startswith("django.db"))
    assert not any(value in said for value in VALUES.values())


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_delivery_make_it_once(outside: Vendors) -> None:
    send()
    asked = delivery("salesforce")
    results = together(*[lambda: services.deliver(asked, NOW)] * 3)
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, SystemProblem)]
    services.deliver(asked, NOW)
    assert states()["main", "salesforce"] == "sent"
    assert len(outside.records("salesforce")) == 1
    assert len(queries.disclosures(person())) == 1
