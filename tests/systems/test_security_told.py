"""Who was told hears it, whatever the moment; and nobody's mailbox is filled by a stranger."""

from datetime import timedelta
from uuid import UUID

import pytest
from sharing_kit import ADA, NOW, deliver_all, person, publish, send, states, vendors

from troth.messages import queries as messages
from troth.sharing import queries, services
from troth.sharing.services.choices import MOST_MAILS_A_DAY
from troth.work import queries as work
from troth.work import services as work_services

pytestmark = pytest.mark.django_db


def told_to_stop() -> set[str]:
    return {line.recipient for line in queries.suppressions(person())}


def test_a_recipient_that_may_have_got_the_record_is_told_of_the_withdrawal() -> None:
    """HubSpot took the data and its answer was lost for half a day: it went to staff as `unreachable`."""
    with vendors() as outside:
        publish()
        send("schedule-demo", "marketing")
        outside.ask("hubspot", "fail", count=100, status=500, operation="write_statuses")
        deliver_all(now=NOW + timedelta(hours=13))
        assert states()["marketing", "hubspot"] == "staff"
        assert outside.records("hubspot")
        services.withdraw(person(), how="test", now=NOW + timedelta(hours=14))
        assert "hubspot" in told_to_stop()


def test_what_staff_handed_over_a_moment_ago_is_told_and_logged() -> None:
    with vendors():
        publish()
        send("newsletter", "main")
        deliver_all()
        (task,) = work.open_tasks()
        work_services.finish_task(task.id, by="7", proof="sent by mail", now=NOW)
        services.withdraw(person(), how="test", now=NOW + timedelta(seconds=1))  # before anything followed
        assert "apollo" in told_to_stop()
        (line,) = [line for line in queries.disclosures(person()) if line.recipient == "apollo"]
        assert line.purposes == ("add-to-mailing-list", "send-newsletters")


def mails(kind: str) -> int:
    return len([mail for mail in messages.mailbox(500) if mail.to == ADA and kind in mail.subject])


def test_forms_sent_in_somebodys_name_do_not_fill_their_mailbox() -> None:
    publish()
    for _ in range(MOST_MAILS_A_DAY + 7):
        send("schedule-demo", "marketing")
    assert mails("What you agreed to") == MOST_MAILS_A_DAY


def test_links_asked_for_in_somebodys_name_do_not_fill_their_mailbox() -> None:
    publish()
    send("schedule-demo")
    for minute in range(0, 60, 2):
        services.mail_choice_link(ADA, NOW + timedelta(minutes=minute))
    assert mails("Your link") == MOST_MAILS_A_DAY
    services.mail_choice_link(ADA, NOW + timedelta(days=1, hours=1))
    assert mails("Your link") == MOST_MAILS_A_DAY + 1


def test_the_receipt_goes_to_the_address_that_decided_whose_choices_open() -> None:
    publish()
    send("schedule-demo", "marketing", email="Ada@Fa\u00df.Example")
    (mail,) = messages.mailbox(5)
    assert mail.to == "ada@xn--fa-hia.example"
    found: UUID = person("ada@xn--fa-hia.example")
    assert found
