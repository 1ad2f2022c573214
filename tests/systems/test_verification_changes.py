"""The check that people were told of a change before its day, judged from what publishing writes into the log."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from publishing_kit import NOW, ON_THE_DAY, changed, person, policy, publish, rows, wider, write

from troth import ground
from troth.evidence import services as evidence
from troth.people import services as people
from troth.publishing import services
from troth.systems import services as systems
from troth.verification.checks.changes_told import check
from troth.verification.rules import Result
from troth.verification.world import World
from troth.versions import queries as versions
from troth.work import queries as work
from troth.work import services as work_services

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = NOW + timedelta(days=1), ON_THE_DAY + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TROTH_SMTP_URL", "smtp://127.0.0.1:9")
    ground.forget()
    yield
    monkeypatch.undo()
    ground.forget()  # else the tests that follow in this process find no letters


def look(now: datetime = BEFORE) -> list[Result]:
    current = versions.current(now)
    assert current is not None
    return list(check(World(now, current, systems.registry())))


def last(now: datetime = BEFORE) -> Result:
    return look(now)[-1]


def second(*addresses: str) -> services.Published:
    publish(policy())
    for address in addresses or ("ada@mail.example", "bob@mail.example"):
        write(address, "news")
    return publish(wider())


def test_the_first_version_has_nobody_to_tell() -> None:
    publish(policy())
    (found,) = look()
    assert (found.outcome, found.found) == ("kept", "nobody had to be told")


def test_a_change_that_concerns_nobody_is_kept() -> None:
    publish(policy())
    publish(wider())
    assert [(r.subject[:9], r.outcome) for r in look()] == [("Version 1", "kept"), ("Version 2", "kept")]


def test_until_all_are_told_it_is_in_progress_and_then_kept() -> None:
    done = second()
    assert (last().outcome, last().details["waiting"]) == ("warned", 2)
    services.tell(done.publication_id, NOW, at_once=1)
    assert (last().outcome, last().found) == ("warned", "1 of 2 people told; 1 not yet told")
    services.tell(done.publication_id, NOW)
    assert (last().outcome, last().found) == ("kept", "2 of 2 people told")
    services.take_effect(ON_THE_DAY)
    (found,) = look(AFTER)
    assert (found.subject, found.outcome) == ("Version 2, in force from 1 Jan 2027", "kept")


def test_people_who_come_before_the_day_must_be_told_too() -> None:
    done = second()
    services.tell(done.publication_id, NOW)
    write("eve@mail.example", "news", now=NOW)
    services.follow(NOW + timedelta(hours=1))
    assert (last().outcome, last().details["to_tell"], last().details["waiting"]) == ("warned", 3, 1)


def test_nobody_told_when_the_day_has_come_is_broken_with_or_without_a_worker() -> None:
    second()
    assert last(AFTER).outcome == "broken"
    services.take_effect(ON_THE_DAY)
    assert (last(AFTER).outcome, last(AFTER).found) == ("broken", "0 of 2 people told; 2 not yet told")


def test_told_after_the_day_stays_broken() -> None:
    done = second()
    services.tell(done.publication_id, NOW, at_once=1)
    services.take_effect(ON_THE_DAY)
    services.tell(done.publication_id, AFTER)
    assert (last(AFTER).outcome, last(AFTER).found) == ("broken", "2 of 2 people told; 1 told too late")


def test_who_was_erased_before_they_were_told_is_missed_by_nobody() -> None:
    done = second()
    people.erase(person("bob@mail.example"), now=NOW)
    services.tell(done.publication_id, NOW)
    assert last().outcome == "kept"
    services.take_effect(ON_THE_DAY)
    assert last(AFTER).outcome == "kept"


def test_if_all_were_erased_the_day_says_so() -> None:
    second("ada@mail.example")
    people.erase(person(), now=NOW)
    services.take_effect(ON_THE_DAY)
    assert last(AFTER).outcome == "kept"


def test_who_has_no_address_is_told_when_staff_say_so_before_the_day() -> None:
    publish(policy())
    write("", phone="+49 30 7654321")
    done = publish(changed(main={"recipients": ["crm", "lab", "mailer"]}))
    services.tell(done.publication_id, NOW)
    assert (last().outcome, last().found) == ("warned", "1 of 1 person told or given to staff; open staff tasks: 1")
    services.take_effect(ON_THE_DAY)
    assert last(AFTER).outcome == "broken"


@pytest.mark.parametrize(("at", "outcome"), [(BEFORE, "kept"), (AFTER, "broken")])
def test_a_task_done_too_late_is_too_late(at: datetime, outcome: str) -> None:
    publish(policy())
    write("", phone="+49 30 7654321")
    done = publish(changed(main={"recipients": ["crm", "lab", "mailer"]}))
    services.tell(done.publication_id, NOW)
    (task,) = work.open_tasks(kind="policy-change")
    work_services.finish_task(task.id, by="staff-1", proof="by telephone", now=at)
    services.take_effect(ON_THE_DAY)
    assert last(AFTER).outcome == outcome


def test_letters_that_no_mail_server_got_tell_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TROTH_SMTP_URL")
    ground.forget()
    done = second()
    services.tell(done.publication_id, NOW)
    assert last().outcome == "warned"
    services.take_effect(ON_THE_DAY)
    assert (last(AFTER).outcome, last(AFTER).next_step) == (
        "could not tell",
        "set TROTH_SMTP_URL, and tell these people",
    )


def test_a_log_that_lacks_what_it_takes_could_not_tell() -> None:
    publish(policy())
    write()
    from django.db import transaction

    with transaction.atomic():  # as an earlier release published it
        evidence.append("policy.planned", facts={"number": 2, "people": 7}, at=NOW)
        evidence.append(
            "policy.published",
            facts={"version": "0" * 8, "number": 2, "digest": "", "effective": "2027-01-01"},
            at=NOW,
        )
    assert last().outcome == "could not tell"


def test_only_the_version_in_force_and_those_to_come_are_looked_at() -> None:
    done = second()
    services.take_effect(ON_THE_DAY)
    publish(changed("2027-03-01", main={"recipients": []}), ON_THE_DAY)
    assert [r.subject[:9] for r in look(AFTER)] == ["Version 2", "Version 3"]
    assert str(done.publication_id) not in repr(look(AFTER))
    assert rows("select count(*) from evidence_entry where kind = 'policy.addressed'") == [(2,)]
