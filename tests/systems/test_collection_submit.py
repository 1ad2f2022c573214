"""A submission on a real database: whole or not at all, once, and never readable where it should not be."""

import logging
from datetime import timedelta
from threading import Event
from time import monotonic, sleep
from uuid import UUID

import pytest
from django.db import connection, transaction
from people_kit import evidence_kinds, forms_of, someone, together, whole_database
from pytest_django import DjangoAssertNumQueries
from sharing_kit import ADA, NOW, STORED, VALUES, jobs, person, publish, quali, rows_of, send, stored

from troth import ground
from troth.collection import rules, services
from troth.consent import queries as consent
from troth.messages import queries as messages
from troth.people import queries as people
from troth.people import services as people_services
from troth.policy.model import Policy
from troth.sharing import queries as sharing
from troth.work import queries as work

FORMS = [name for name, touchpoint in quali().touchpoints.items() if "form" in touchpoint.channels]


def refused(*args: str, **given: object) -> set[tuple[str, str]]:
    with pytest.raises(services.Refused) as caught:
        send(*args, **given)  # type: ignore[arg-type]
    return {(reason.code, reason.field) for reason in caught.value.reasons}


@pytest.mark.django_db
@pytest.mark.parametrize("touchpoint", FORMS)
def test_every_form_of_the_policy_is_taken_whole(touchpoint: str) -> None:
    publish()
    declared = quali().touchpoints[touchpoint]
    texts = {"email": ADA, "phone": "+44 20 7946 0000", "url": "https://ada.example"}
    values = {i: texts.get(quali().data[i].format, f"my {i}") for i in rules.asked(quali(), declared)}
    agreed = frozenset(row.id for row in declared.rows if rules.consent_purposes(row))
    sent = rules.Submission(touchpoint, values, agreed, True)
    services.submit(sent, notice_version=1, idempotency_key="12345678", now=NOW)
    records = people.records(person())
    assert {record.row for record in records} == {row.id for row in declared.rows}
    for record in records:
        assert record.values == {i: values[i] for i in declared.row(record.row).item_ids if i in values}
    state = consent.state(person())
    assert state == {(touchpoint, p): "given" for row in declared.rows for p in rules.consent_purposes(row)}
    receivers = {(row.id, r.recipient) for row in declared.rows for r in row.receivers}
    assert {(d.row, d.recipient) for d in sharing.deliveries(person())} == receivers
    assert len(jobs()) == len(receivers)


@pytest.mark.django_db
def test_what_was_typed_is_readable_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    publish()
    with caplog.at_level(logging.DEBUG):
        send("schedule-demo", "marketing")
        refused("schedule-demo", shoe_size="43", email="not an address", full_name="")
    everything = "\n".join(whole_database()).lower()
    for item in ("full-name", "email", "phone", "job-title", "company", "city"):
        for form in forms_of(VALUES[item]):
            assert form not in everything, item
    said = " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    assert ADA not in said
    assert "Lovelace" not in said


@pytest.mark.django_db
def test_the_same_key_and_body_store_once_whatever_is_in_force_by_then() -> None:
    publish()
    first = send(key="the-same-key")
    counted = stored()
    again = send(key="the-same-key", now=NOW + timedelta(hours=1))
    assert (again.submission_id, again.reference, again.again) == (first.submission_id, first.reference, True)
    newer = Policy.model_validate({**quali().model_dump(mode="json"), "title": "A newer policy"})
    publish(newer, NOW + timedelta(hours=2))
    assert send(key="the-same-key", now=NOW + timedelta(hours=3)).again
    assert stored() == counted


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"company": "Other"}, {"version": 2}, {"company": ""}])
def test_the_same_key_with_another_body_is_refused(change: dict[str, object]) -> None:
    publish()
    send(key="the-same-key")
    counted = stored()
    assert refused(key="the-same-key", **change) == {("key-reused", "idempotency_key")}
    assert stored() == counted


@pytest.mark.django_db
def test_a_superseded_an_unknown_and_no_version_are_told_apart_and_store_nothing() -> None:
    assert refused() == {("unknown-version", "notice_version")}
    publish()
    publish(Policy.model_validate({**quali().model_dump(mode="json"), "title": "Newer"}), NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=2)
    assert refused(now=later) == {("superseded-version", "notice_version")}
    assert refused(version=9, now=later) == {("unknown-version", "notice_version")}
    assert rows_of(*STORED) == dict.fromkeys(STORED, 0)


@pytest.mark.django_db
def test_an_address_that_cannot_exist_is_refused_with_its_field() -> None:
    publish()
    assert refused(email=f"ada@{'ü' * 60}.example") == {("wrong-format", "email")}
    assert rows_of(*STORED) == dict.fromkeys(STORED, 0)


@pytest.mark.django_db
def test_who_says_no_after_a_yes_has_withdrawn_and_the_told_hear_it() -> None:
    publish()
    send("schedule-demo", "marketing")
    with connection.cursor() as cursor:
        cursor.execute("update sharing_delivery set state = 'sent'")
    send("schedule-demo", now=NOW + timedelta(days=1))
    assert consent.state(person()) == {("schedule-demo", "send-marketing"): "refused"}
    kinds = [event.kind for event in consent.events(person())]
    assert kinds == ["given", "withdrawn", "refused"]
    assert [(s.recipient, s.purposes) for s in sharing.suppressions(person())] == [("hubspot", ("send-marketing",))]


@pytest.mark.django_db
def test_a_no_at_one_touchpoint_leaves_a_yes_at_another() -> None:
    publish()
    send("download-sdk", "marketing")
    send("schedule-demo")
    assert consent.state(person())["download-sdk", "send-marketing"] == "given"
    assert not sharing.suppressions(person())


@pytest.mark.django_db
def test_who_agrees_gets_a_mail_with_the_words_and_the_way_back() -> None:
    publish()
    send("schedule-demo", "marketing")
    (mail,) = messages.mailbox(10)
    assert mail.to == ADA
    assert rules.consent_text(quali(), "schedule-demo", "marketing") in mail.text
    assert f"{ground.settings().public_url}/privacy/choices/" in mail.text


@pytest.mark.django_db
def test_who_agrees_to_nothing_gets_no_mail() -> None:
    publish()
    send()
    assert messages.mailbox(10) == []


@pytest.mark.django_db
def test_the_ledger_names_the_version_the_language_and_the_exact_text() -> None:
    version = publish()
    send("newsletter", "main")
    events = consent.events(person())
    assert {(e.kind, e.purpose) for e in events} == {("given", "add-to-mailing-list"), ("given", "send-newsletters")}
    (digest,) = {event.text_digest for event in events}
    assert digest == rules.consent_digest(quali(), "newsletter", "main")
    assert {(e.version_id, e.language, e.how) for e in events} == {(version.id, "en", "api")}


@pytest.mark.django_db
def test_evidence_tells_the_act_under_a_pseudonym() -> None:
    publish()
    send("schedule-demo", "marketing")
    assert evidence_kinds()[-3:] == ["consent.given", "record.accepted", "message.queued"]


@pytest.mark.django_db
def test_a_known_child_is_refused_and_nothing_is_stored() -> None:
    publish()
    child = someone(ADA)
    with connection.cursor() as cursor:
        cursor.execute("update people_person set age = 'minor' where id = %s", [child])
    counted = stored()
    assert {code for code, _ in refused()} == {"under-age"}
    assert stored() == counted


@pytest.mark.django_db
def test_a_submission_takes_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    publish()
    with django_assert_max_num_queries(40):
        send("schedule-demo", "marketing")
    with django_assert_max_num_queries(40):
        send("schedule-demo", "marketing")


@pytest.mark.django_db(transaction=True)
def test_the_same_key_from_two_threads_stores_once() -> None:
    publish()
    answers = together(*[lambda: send(key="the-same-key")] * 4)
    ids = {answer.submission_id for answer in answers}  # type: ignore[attr-defined]
    assert len(ids) == 1
    assert sum(not answer.again for answer in answers) == 1  # type: ignore[attr-defined]
    assert rows_of("collection_submission", "people_record", "people_person") == {
        "collection_submission": 1,
        "people_record": 1,
        "people_person": 1,
    }


@pytest.mark.django_db(transaction=True)
def test_the_same_key_for_two_people_at_once_keeps_one_and_leaves_nothing_of_the_other() -> None:
    publish()
    addresses = [f"person{n}@mail.example" for n in range(4)]
    acts = [lambda address=address: send(key="the-same-key", email=address) for address in addresses]
    answers = together(*acts)
    lost = [answer for answer in answers if isinstance(answer, services.Refused)]
    assert [str(problem) for problem in lost] == ["key-reused"] * 3
    assert rows_of("people_person", "people_identifier", "people_record") == {
        "people_person": 1,
        "people_identifier": 1,
        "people_record": 1,
    }


@pytest.mark.django_db(transaction=True)
def test_who_is_erased_while_they_send_a_form_is_a_new_person() -> None:
    publish()
    send(key="first-one")
    before = person()
    waiting = Event()

    def erase() -> None:
        with transaction.atomic():
            people_services.erase(before, now=NOW)
            waiting.set()
            _until_somebody_waits()

    def submit() -> UUID:
        waiting.wait(20)
        return send(key="second-one").submission_id

    erased, sent = together(erase, submit)
    assert erased is None
    assert isinstance(sent, UUID)
    assert person() != before
    assert [record.submission_id for record in people.records(person())] == [sent]


def _until_somebody_waits() -> None:
    end = monotonic() + 20
    while monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchall()[0][0]:
                return
        sleep(0.02)
    raise AssertionError("nobody waited for the person")


@pytest.mark.django_db
def test_no_task_is_opened_for_staff_before_the_gate_was_asked() -> None:
    publish()
    send("schedule-demo", "marketing")
    assert work.open_tasks() == ()
