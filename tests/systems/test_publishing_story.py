"""A policy changes: people are told, the day comes, and every record and consent stands as it was promised."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from publishing_kit import (
    NOW,
    ON_THE_DAY,
    changed,
    kinds,
    many,
    person,
    policy,
    publish,
    rows,
    wider,
    write,
)

from troth.consent import queries as consent
from troth.consent import standing
from troth.messages import queries as messages
from troth.people import queries as people
from troth.people import services as people_services
from troth.publishing import queries, services
from troth.publishing.tasks import tell as tell_task
from troth.sharing import queries as sharing
from troth.sharing import services as sharing_services
from troth.versions import queries as versions
from troth.work import queries as work

ADA, BOB, CYD = "ada@mail.example", "bob@mail.example", "cyd@mail.example"
NEWS, STUDY = ("contact", "news"), ("survey", "study")

pytestmark = pytest.mark.django_db


@pytest.fixture
def second() -> services.Published:
    """Version 2 is published: ada agreed to everything, bob to the newsletter, cyd to nothing."""
    publish(policy())
    write(ADA, "news", "study")
    write(BOB, "news", language="de")
    write(CYD)
    return publish(wider())


def tell_all(done: services.Published, now: datetime = NOW, at_once: int = 500) -> None:
    while services.tell(done.publication_id, now, at_once=at_once):
        pass


def mails(kind: str = "") -> dict[str, list[str]]:
    """Address → subjects and texts of the letters of publishing."""
    found: dict[str, list[str]] = {}
    for mail in messages.mailbox(1000):
        if "policy" in mail.subject or "Datenschutz" in mail.subject or "ended" in mail.subject:
            found.setdefault(mail.to, []).append(f"{mail.subject}\n\n{mail.text}")
    return found


def due(address: str, row: str = "main") -> datetime | None:
    (record,) = [record for record in people.records(person(address)) if record.row == row]
    return record.due_at


def states(address: str) -> dict[tuple[str, str], str]:
    return {(line.row, line.recipient): line.state for line in sharing.deliveries(person(address))}


def test_everybody_concerned_is_told_once_in_their_language_with_what_concerns_them(second: services.Published) -> None:
    tell_all(second)
    told = mails()
    assert set(told) == {ADA, BOB}
    (ada,), (bob,) = told[ADA], told[BOB]
    assert ada.startswith("Our privacy policy changes on 1 January 2027\n")
    assert "When you write to us" in ada
    assert "When you answer our survey" in ada
    assert "/notice/2/" in ada
    assert "/privacy/choices/" in ada
    assert "privacy@small.example" in ada
    assert bob.startswith("Unsere Datenschutzerklärung ändert sich am 1. Januar 2027\n")
    assert "- Wenn Sie uns schreiben („Ihnen Neues zu schicken“): Lab erhält neu Daten von Ihnen" in bob
    assert "Unter „Wenn Sie uns schreiben“ haben Sie in dies eingewilligt: Ihnen Neues zu schicken." in bob
    assert "survey" not in bob
    progress = queries.publication(second.version.id)
    assert progress is not None
    assert (progress.to_tell, progress.told, progress.waiting, progress.by_hand) == (2, 2, 0, 0)


def test_the_link_in_the_letter_opens_the_persons_own_choices(second: services.Published) -> None:
    tell_all(second)
    token = mails()[ADA][0].partition("/privacy/choices/")[2].partition("/")[0]
    assert sharing_services.person_of_link(token) == person(ADA)


def test_telling_again_or_by_halves_tells_nobody_twice(second: services.Published) -> None:
    assert services.tell(second.publication_id, NOW, at_once=1) == 1
    tell_all(second, at_once=1)
    tell_all(second)
    assert {address: len(letters) for address, letters in mails().items()} == {ADA: 1, BOB: 1}


def test_until_the_day_nothing_else_changes(second: services.Published) -> None:
    assert services.take_effect(ON_THE_DAY - timedelta(minutes=6)) == 0
    assert consent.state(person(ADA)) == {NEWS: "given", STUDY: "given"}
    assert versions.current(ON_THE_DAY - timedelta(minutes=6)).number == 1  # type: ignore[union-attr]
    assert set(states(CYD).values()) == {"queued"}


def test_on_the_day_consents_lapse_deliveries_stop_and_days_come_nearer(second: services.Published) -> None:
    own = due(ADA)
    assert own == datetime(2027, 11, 23, 12, tzinfo=UTC)
    assert services.take_effect(ON_THE_DAY) == 1
    assert consent.state(person(ADA)) == {NEWS: "superseded", STUDY: "superseded"}
    assert consent.state(person(BOB)) == {NEWS: "superseded"}
    assert consent.state(person(CYD)) == {NEWS: "refused"}
    assert standing.superseded(person(BOB)) == {NEWS: second.version.id}
    assert states(ADA)["main", "lab"] == "withheld"
    assert states(ADA)["main", "crm"] == "queued"
    assert due(ADA) == due(CYD) == datetime(2026, 12, 23, 12, tzinfo=UTC)
    counted = [kinds().count(k) for k in ("consent.superseded", "delivery.withheld", "retention.shortened")]
    assert counted == [3, 3, 1]
    progress = queries.publication(second.version.id)
    assert progress is not None
    assert (progress.lapsed, progress.withheld, progress.shortened) == (3, 3, 3)
    assert people_services.erase_due(ON_THE_DAY).records == 3


def test_the_day_is_done_once_however_often_it_is_called(second: services.Published) -> None:
    assert services.take_effect(ON_THE_DAY, at_once=1) == 1
    before = kinds()
    assert services.take_effect(ON_THE_DAY + timedelta(hours=1)) == 0
    assert kinds() == before


def test_who_agrees_to_the_new_version_keeps_that(second: services.Published) -> None:
    write(ADA, "news", now=ON_THE_DAY)  # before the minute in which the task runs
    services.take_effect(ON_THE_DAY)
    assert consent.state(person(ADA)) == {NEWS: "given", STUDY: "superseded"}
    assert states(ADA)["news", "lab"] == "queued"


def test_a_submission_under_the_new_version_goes_by_it(second: services.Published) -> None:
    services.take_effect(ON_THE_DAY)
    write("dan@mail.example", "news", now=ON_THE_DAY)
    assert states("dan@mail.example") == {
        ("main", "crm"): "queued",
        ("news", "mailer"): "queued",
        ("news", "lab"): "queued",
    }
    assert due("dan@mail.example") == datetime(2027, 2, 1, 0, 5, tzinfo=UTC)


def test_recipients_that_were_told_hear_that_the_consent_ended(second: services.Published) -> None:
    rows_before = rows("update sharing_delivery set state = 'sent' where recipient = 'mailer' returning id")
    assert len(rows_before) == 2
    services.take_effect(ON_THE_DAY)
    lines = sharing.suppressions(person(ADA))
    assert [(line.recipient, line.purposes) for line in lines] == [("mailer", ("news",))]


def test_a_recipient_that_gets_no_more_is_asked_for_what_it_has(second: services.Published) -> None:
    rows("update sharing_delivery set state = 'sent' where recipient = 'lab' returning id")
    services.take_effect(ON_THE_DAY)
    titles = [task.title for task in work.open_tasks()]
    assert titles.count("Have lab return or delete what it got") == 1


def test_after_the_day_a_letter_asks_again_except_for_marketing(second: services.Published) -> None:
    services.take_effect(ON_THE_DAY)
    told = mails()
    assert set(told) == {ADA}
    assert "Study how we answer" in told[ADA][0]
    assert "news" not in told[ADA][0].lower()
    services.take_effect(ON_THE_DAY)
    assert len(mails()[ADA]) == 1


def test_old_data_goes_to_no_new_recipient_and_to_no_former_one(second: services.Published) -> None:
    services.take_effect(ON_THE_DAY)
    assert ("news", "lab") not in states(ADA)
    (delivery,) = [line for line in sharing.deliveries(person(CYD)) if line.recipient == "lab"]
    assert sharing_services.deliver(delivery.id, ON_THE_DAY) == "withheld"


def test_even_before_the_task_runs_the_gate_lets_nothing_of_a_stopped_flow_go(second: services.Published) -> None:
    (delivery,) = [line for line in sharing.deliveries(person(CYD)) if line.recipient == "lab"]
    assert sharing_services.deliver(delivery.id, ON_THE_DAY) == "refused"


def test_staff_hear_of_people_without_a_mail_address() -> None:
    publish(policy())
    write("", phone="+49 30 7654321")
    done = publish(changed(main={"recipients": ["crm", "lab", "mailer"]}))
    tell_all(done)
    tell_all(done)
    (task,) = [task for task in work.open_tasks() if task.kind == "policy-change"]
    assert task.title == "Tell 1 people of the change of policy: no mail address"
    assert "+49" not in task.instructions
    (who,) = rows("select id from people_person")
    assert str(who[0]) in task.instructions
    progress = queries.publication(done.version.id)
    assert progress is not None
    assert (progress.told, progress.by_hand) == (0, 1)


def test_who_comes_before_the_day_is_told_as_well(second: services.Published) -> None:
    tell_all(second)
    write("dan@mail.example", "news", now=NOW + timedelta(days=2))
    assert services.follow(NOW + timedelta(days=2)) == [second.publication_id]
    tell_all(second, NOW + timedelta(days=2))
    assert len(mails()["dan@mail.example"]) == len(mails()[ADA]) == 1
    assert services.follow(NOW + timedelta(days=3)) == []


def test_who_is_erased_meanwhile_is_neither_told_nor_in_the_way(second: services.Published) -> None:
    people_services.erase(person(ADA), now=NOW)
    tell_all(second)
    services.take_effect(ON_THE_DAY)
    assert set(mails()) == {BOB}


def test_who_withdrew_before_they_were_told_is_told_only_what_still_concerns_them() -> None:
    publish(policy())
    write(ADA, "study")
    done = publish(changed(study={"recipients": ["lab"]}))
    sharing_services.withdraw(person(ADA), how="control", now=NOW)
    tell_all(done)
    (letter,) = mails()[ADA]
    assert "agreed" not in letter.split("\n\n")[3]  # no consent of theirs ends


def test_who_is_told_too_late_is_seen_by_staff(second: services.Published) -> None:
    services.take_effect(ON_THE_DAY)
    titles = [task.title for task in work.open_tasks()]
    assert "A policy took effect before everybody was told" in titles
    tell_all(second, ON_THE_DAY)
    assert {ADA, BOB} <= set(mails())


def test_a_weaker_promise_leaves_old_records_alone() -> None:
    publish(policy())
    write()
    own = due(ADA)
    publish(changed(main={"retention": ["unneeded"]}))
    services.take_effect(ON_THE_DAY)
    assert due(ADA) == own
    write(CYD, now=ON_THE_DAY)
    assert due(CYD) is None


def test_pages_announce_a_change_until_a_month_after_it(second: services.Published) -> None:
    early, late = NOW, ON_THE_DAY + timedelta(days=29)
    for now, in_effect in ((early, False), (late, True)):
        found = queries.announced(now)
        assert found is not None
        assert (found.number, found.base, found.in_effect) == (2, 1, in_effect)
        assert {"recipient-added", "recipient-removed"} <= {change.kind for change in found.changes}
        assert not any(change.silent for change in found.changes)
    assert queries.announced(ON_THE_DAY + timedelta(days=31)) is None


def test_no_personal_data_is_in_tasks_evidence_or_publications(second: services.Published) -> None:
    tell_all(second)
    services.take_effect(ON_THE_DAY)
    tables = ("procrastinate_jobs", "work_stafftask", "publishing_publication", "publishing_addressee")
    for table in tables:
        for (text,) in rows(f"select t::text from {table} t"):
            assert "mail.example" not in text
    for (body,) in rows("select convert_from(body, 'utf8') from evidence_entry"):
        assert "mail.example" not in body
        assert json.loads(body)


def test_many_people_take_few_statements_each() -> None:
    first = publish(policy()).version
    many(60, first, consents=["news"])
    done = publish(wider())
    rows_before = len(kinds())
    tell_all(done)
    assert len(mails()) == 60
    services.take_effect(ON_THE_DAY)
    assert kinds()[rows_before:].count("consent.superseded") == 60
    assert isinstance(done.publication_id, UUID)
    assert tell_task.name == "publishing.tell"
