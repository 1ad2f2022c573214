"""Letters against a real SMTP server and a real database."""

import json
import smtplib
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from cryptography.exceptions import InvalidTag
from django.db import connection, transaction
from django.test import Client

from troth import ground
from troth.evidence import queries as evidence
from troth.messages import delivery, queries, rules, seal, services, smtp
from troth.messages.models import Message
from troth.work import queries as work

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TO = "ada.lovelace@example.org"


class Server:
    """Takes letters, or answers `refusal` to the recipient or the text."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.to_recipient = self.to_text = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.to_recipient:
            return f"{self.to_recipient} no mailbox {address}"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.to_text:
            return self.to_text
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


def use(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    settings = replace(ground.settings(), **changes)
    monkeypatch.setattr(ground, "settings", lambda: settings)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    handler = Server()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    use(monkeypatch, smtp_url=f"smtp://127.0.0.1:{port}", mail_from="Privacy <privacy@troth.example>")
    yield handler
    controller.stop()


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, smtp_url=None, public_url="http://127.0.0.1:8800")


def send(key: str = "k1", text: str = "Grüße\n\nhttp://127.0.0.1:8800/x\n", now: datetime = NOW) -> Any:
    with transaction.atomic():
        return services.send(kind="test", to=TO, subject="Ihre Größe", text=text, key=key, now=now)


def jobs() -> list[dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("select args from procrastinate_jobs where task_name = 'messages.deliver' order by id")
        return [json.loads(args) for (args,) in cursor.fetchall()]


@pytest.mark.django_db
def test_a_letter_is_sent_once_per_key_and_wiped(server: Server) -> None:
    first = send()
    assert send() == first
    assert jobs() == [{"message_id": str(first)}]
    assert queries.state(first) == "queued"
    delivery.deliver(first, NOW)
    delivery.deliver(first, NOW)
    (letter,) = server.taken
    assert letter["To"] == TO
    assert letter["From"] == "Privacy <privacy@troth.example>"
    assert letter["Subject"] == "Ihre Größe"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().split() == ["Grüße", "http://127.0.0.1:8800/x"]
    row = Message.objects.get(id=first)
    assert (row.state, bytes(row.sealed), row.attempts) == ("sent", b"", 1)


@pytest.mark.django_db
def test_nothing_readable_is_stored_and_a_letter_opens_only_in_its_own_row(server: Server) -> None:
    sealed = bytes(Message.objects.get(id=send()).sealed)
    assert b"ada" not in sealed
    assert b"lovelace" not in sealed
    other = send("k2")
    with pytest.raises(InvalidTag):
        seal.open_letter(other, sealed)


@pytest.mark.django_db(transaction=True)
def test_a_letter_whose_cause_is_rolled_back_never_was(server: Server) -> None:
    with transaction.atomic():
        services.send(kind="test", to=TO, subject="s", text="t", key="k", now=NOW)
        transaction.set_rollback(True)
    assert Message.objects.count() == 0
    assert jobs() == []
    with pytest.raises(RuntimeError, match="transaction"):
        services.send(kind="test", to=TO, subject="s", text="t", key="k", now=NOW)


@pytest.mark.django_db
def test_a_busy_server_is_tried_again_with_the_same_message_id(server: Server) -> None:
    letter = send()
    server.to_text = "451 busy, ada.lovelace@example.org must wait"
    with pytest.raises(smtp.MailProblem) as problem:
        delivery.deliver(letter, NOW)
    assert problem.value.consequence == "retry"
    assert "ada" not in repr(problem.value) + str(problem.value.__cause__)
    assert problem.value.__suppress_context__
    assert queries.state(letter) == "sending"
    server.to_text = ""
    delivery.deliver(letter, NOW)
    assert [taken["Message-ID"] for taken in server.taken] == [smtp.rules.message_id("k1", "troth.example")]
    assert Message.objects.get(id=letter).attempts == 2


@pytest.mark.django_db
def test_a_refusal_for_good_becomes_a_staff_task_without_the_address(server: Server) -> None:
    letter = send()
    server.to_recipient = "550"
    delivery.deliver(letter, NOW)
    row = Message.objects.get(id=letter)
    assert (row.state, row.reason, bytes(row.sealed)) == ("failed", "recipient-refused-550", b"")
    (task,) = work.open_tasks()
    assert task.subject == ("message", str(letter))
    assert "example.org" not in task.title + task.instructions
    assert [entry.kind for entry in evidence.entries(limit=9)].count("message.failed") == 1


@pytest.mark.django_db
def test_a_refused_login_waits_for_new_settings_and_asks_the_staff_once_a_day(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = send()
    use(monkeypatch, smtp_url=(ground.settings().smtp_url or "").replace("smtp://", "smtp://us:secret@"))
    for _ in range(2):
        with pytest.raises(smtp.MailProblem) as problem:
            delivery.deliver(letter, NOW)
        assert problem.value.consequence == "fix settings"
    (task,) = work.open_tasks()
    assert "secret" not in task.title + task.instructions
    assert queries.state(letter) == "sending"


@pytest.mark.django_db
def test_no_server_there_is_a_reason_to_try_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = send()
    use(monkeypatch, smtp_url="smtp://127.0.0.1:1")
    with pytest.raises(smtp.MailProblem, match="no-connection"):
        delivery.deliver(letter, NOW)
    assert queries.state(letter) == "sending"


def test_every_answer_of_smtplib_has_a_meaning() -> None:
    refused = smtplib.SMTPRecipientsRefused({TO: (452, b"full")})
    assert smtp._named(refused).consequence == "retry"
    assert smtp._named(smtplib.SMTPSenderRefused(550, b"not you", "x")).consequence == "fix settings"
    assert smtp._named(smtplib.SMTPServerDisconnected("gone")).consequence == "retry"
    assert smtp._named(TimeoutError()).consequence == "retry"
    assert smtp._named(smtplib.SMTPNotSupportedError("STARTTLS")).consequence == "fix settings"
    assert smtp._named(UnicodeEncodeError("ascii", "é", 0, 1, "x")).consequence == "stop"


@pytest.mark.django_db
def test_without_a_server_letters_stay_readable_for_thirty_days(no_server: None) -> None:
    send("old", now=NOW - timedelta(days=31))
    send("first", "first", NOW - timedelta(days=1))
    send("second", "second <b>bold</b>")
    assert jobs() == []
    assert [mail.text for mail in queries.mailbox(2)] == ["second <b>bold</b>", "first"]
    assert TO not in repr(queries.mailbox(2))
    assert services.wipe_old(NOW) == 1
    assert len(queries.mailbox(9)) == 2


@pytest.mark.django_db
def test_the_mailbox_page_shows_letters_escaped_with_our_links_only(no_server: None) -> None:
    send("k", "<script>x</script> http://127.0.0.1:8800/privacy/t?a=1&b=2 https://evil.example/")
    page = Client().get("/mailbox/", headers={"host": "127.0.0.1:8800"}).content.decode()
    assert "<script>x" not in page
    assert '<a href="http://127.0.0.1:8800/privacy/t?a=1&amp;b=2">' in page
    assert 'href="https://evil' not in page
    assert TO in page


@pytest.mark.django_db
def test_an_empty_mailbox_says_so(no_server: None) -> None:
    page = Client().get("/mailbox/", headers={"host": "localhost:8800"})
    assert page.status_code == 200
    assert "no letter yet" in page.content.decode()
    assert "no-store" in page["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "peer, headers",
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}),
        ("127.0.0.1", {"Host": "privacy.example"}),
        ("", {}),
    ],
)
def test_nobody_from_elsewhere_sees_the_mailbox(
    no_server: None, settings: Any, peer: str, headers: dict[str, str]
) -> None:
    settings.ALLOWED_HOSTS = ["privacy.example", "127.0.0.1"]
    send()
    given = {"Host": "127.0.0.1:8800"} | headers
    assert Client().get("/mailbox/", headers=given, REMOTE_ADDR=peer).status_code == 404


@pytest.mark.django_db
def test_with_a_mail_server_there_is_no_mailbox(server: Server) -> None:
    assert Client().get("/mailbox/", headers={"host": "127.0.0.1"}).status_code == 404
    assert queries.mailbox(9) == []


def to_send(*keys: str, to: str = TO) -> list[services.ToSend]:
    return [services.ToSend(to, "Ihre Größe", f"Grüße an {key}", key) for key in keys]


@pytest.mark.django_db
def test_many_letters_leave_each_once(server: Server) -> None:
    with transaction.atomic():
        assert services.send_many("test", to_send("a", "b", "b"), now=NOW) == 2
        assert services.send_many("test", to_send("b", "c"), now=NOW) == 1
        assert services.send_many("test", [], now=NOW) == 0
    ids = [job["message_id"] for job in jobs()]
    assert len(set(ids)) == len(ids) == 3
    for id in ids:
        delivery.deliver(UUID(id), NOW)
    assert sorted(letter.get_content().strip() for letter in server.taken) == ["Grüße an a", "Grüße an b", "Grüße an c"]
    assert [entry.kind for entry in evidence.entries(kind="message.queued")] == ["message.queued"] * 3


@pytest.mark.django_db
def test_many_letters_need_a_transaction_and_addresses(no_server: None) -> None:
    with pytest.raises(rules.Unsendable), transaction.atomic():
        services.send_many("test", [*to_send("a"), *to_send("b", to="not one")], now=NOW)
    assert Message.objects.count() == 0
    with transaction.atomic():
        services.send_many("test", to_send("a"), now=NOW)
    assert jobs() == []
    assert [mail.to for mail in queries.mailbox()] == [TO]
