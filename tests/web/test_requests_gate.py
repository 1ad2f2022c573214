"""The identity gate, attacked: by another person, by a guess, by an old link, by a scanner, by brute force."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from web_kit import publish

from troth import ground
from troth.evidence import queries as log
from troth.messages import queries as messages
from troth.people import services as people
from troth.requests import queries, services
from troth.requests.kinds import KINDS
from troth.requests.services import answer, links
from troth.systems.kit.identifiers import Identifiers

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANA, EVE = "ana@example.org", "eve@example.org"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _published(db: None) -> None:
    publish()
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs cascade")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time the pages see; tests move it."""
    now = [NOW]
    monkeypatch.setattr(ground, "clock", lambda: now[0])
    return now


def ask(address: str = ANA, kind: str = "access", **more: str) -> tuple[int, str, str]:
    reply = Client().post(f"/privacy/ask/{kind}/", {"email": address, **more})
    return reply.status_code, reply.headers.get("Location", ""), reply.content.decode()


def token_of(address: str, part: str = "confirm") -> str:
    for mail in messages.mailbox(200):
        if mail.to == address and (found := re.search(rf"/privacy/{part}/([^/\s]+)/", mail.text)):
            return found.group(1)
    raise AssertionError(f"no mail to {address} has a {part} link")


def code_of(address: str) -> str:
    mail = next(m for m in messages.mailbox(200) if m.to == address and "code" in m.subject)
    found = re.search(r"code is (\d{6})", mail.text)
    assert found
    return found.group(1)


def work_off(request_id: object, now: datetime = NOW) -> None:
    """The steps in the order a worker would take them; no outside system is configured here."""
    from uuid import UUID

    for _ in range(10):
        full = queries.one(UUID(str(request_id)), now)
        assert full is not None
        for each in full.tallies:
            services.run_step(UUID(each.step), now)
    answer.answer(UUID(str(request_id)), now)


def answered(address: str = ANA, kind: str = "access") -> str:
    """A request all the way to its answer; the token of the answer's link."""
    services.receive(kind, address, now=NOW)
    request = services.prove(token_of(address), NOW)
    work_off(request.id)
    return token_of(address, "answer")


def everything() -> dict[str, str]:
    """All rows of all tables that an act could change."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(("django_", "auth_", "account_")):
                cursor.execute(f"select coalesce(string_agg(t::text, chr(10) order by t::text), '') from \"{table}\" t")
                found[table] = cursor.fetchall()[0][0]
    return found


def test_the_pages_lead_from_the_question_to_the_package(clock: list[datetime]) -> None:
    assert ask()[:2] == (302, "/privacy/ask/access/sent/")
    client, link = Client(), f"/privacy/confirm/{token_of(ANA)}/"
    assert client.get(link).status_code == 200
    page = client.post(link)
    assert page.status_code == 200
    (line,) = queries.board(NOW)
    assert line.reference in page.content.decode()
    assert line.state == "running"
    work_off(line.id)
    token = token_of(ANA, "answer")
    assert client.get(f"/privacy/answer/{token}/").status_code == 200
    client.post(f"/privacy/answer/{token}/code/")
    reply = client.post(f"/privacy/answer/{token}/package/", {"code": code_of(ANA)})
    assert reply["Content-Type"] == "application/zip"
    assert reply["Content-Disposition"].startswith("attachment")
    assert reply["Referrer-Policy"] == "strict-origin"
    assert "no-store" in reply["Cache-Control"]
    assert "answer.html" in zipfile.ZipFile(io.BytesIO(reply.content)).namelist()


def test_opening_a_link_changes_nothing_however_often(clock: list[datetime]) -> None:
    ask()
    link = f"/privacy/confirm/{token_of(ANA)}/"
    before = everything()
    for _ in range(3):
        assert Client().get(link).status_code == 200
    Client().head(link)
    Client().options(link)
    assert everything() == before
    token = answered(EVE)
    before = everything()
    for part in ("", "code/", "package/"):
        Client().get(f"/privacy/answer/{token}/{part}")
    assert everything() == before


def test_a_used_link_is_dead_and_so_are_its_sisters(clock: list[datetime]) -> None:
    ask()
    first = token_of(ANA)
    clock[0] = NOW + timedelta(minutes=1)
    ask()
    second = token_of(ANA)
    assert first != second
    assert Client().post(f"/privacy/confirm/{second}/").status_code == 200
    before = everything()
    for token in (first, second):
        assert Client().post(f"/privacy/confirm/{token}/").status_code == 410
        assert Client().get(f"/privacy/confirm/{token}/").status_code == 410
    assert everything() == before


def test_an_old_link_is_dead(clock: list[datetime]) -> None:
    ask()
    token = token_of(ANA)
    clock[0] = NOW + links.LIVES["identity"]
    assert Client().post(f"/privacy/confirm/{token}/").status_code == 410
    assert queries.board(NOW)[0].state == "identity"
    answer_token = answered(EVE)
    clock[0] = NOW + links.LIVES["package"]
    for reply in (
        Client().get(f"/privacy/answer/{answer_token}/"),
        Client().post(f"/privacy/answer/{answer_token}/code/"),
    ):
        assert reply.status_code == 410
    assert Client().get(f"/privacy/answer/{answer_token}/proof/").status_code == 404


@pytest.mark.parametrize(
    "guess", ["x", "A" * 43, "..%2F..", "%00", "a" * 5000, "ö", "0" * 64, "' or 1=1 --"], ids=lambda g: g[:8]
)
def test_a_guess_opens_nothing_and_says_nothing(clock: list[datetime], guess: str) -> None:
    ask()
    answered(EVE)
    before = everything()
    for path, method in (
        (f"/privacy/confirm/{guess}/", "get"),
        (f"/privacy/confirm/{guess}/", "post"),
        (f"/privacy/answer/{guess}/", "get"),
        (f"/privacy/answer/{guess}/code/", "post"),
        (f"/privacy/answer/{guess}/package/", "post"),
        (f"/privacy/answer/{guess}/proof/", "get"),
    ):
        reply = getattr(Client(), method)(path)
        assert reply.status_code in (404, 410, 422), path
        assert b"example.org" not in reply.content
    assert everything() == before


def test_a_link_of_one_purpose_does_not_serve_another(clock: list[datetime]) -> None:
    package = answered()
    ask(EVE)
    identity = token_of(EVE)
    before = everything()
    assert Client().post(f"/privacy/confirm/{package}/").status_code == 410
    assert Client().get(f"/privacy/answer/{identity}/").status_code == 410
    assert Client().post(f"/privacy/answer/{identity}/code/").status_code == 410
    assert Client().post(f"/privacy/answer/{identity}/package/", {"code": "000000"}).status_code == 422
    assert everything() == before


def test_another_person_s_code_opens_nothing(clock: list[datetime]) -> None:
    mine, theirs = answered(EVE), answered(ANA)
    Client().post(f"/privacy/answer/{mine}/code/")
    Client().post(f"/privacy/answer/{theirs}/code/")
    reply = Client().post(f"/privacy/answer/{theirs}/package/", {"code": code_of(EVE)})
    assert reply.status_code == (422 if code_of(EVE) != code_of(ANA) else 200)


def test_five_wrong_codes_kill_the_code_and_five_codes_the_link(clock: list[datetime]) -> None:
    token = answered()
    for _ in range(links.MOST_CODES):
        assert Client().post(f"/privacy/answer/{token}/code/").status_code == 200
        right = code_of(ANA)
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        for _ in range(links.MOST_ATTEMPTS):
            assert Client().post(f"/privacy/answer/{token}/package/", {"code": wrong}).status_code == 422
        assert Client().post(f"/privacy/answer/{token}/package/", {"code": right}).status_code == 422
    sent = len([m for m in messages.mailbox(200) if "code" in m.subject])
    assert Client().post(f"/privacy/answer/{token}/code/").status_code == 410
    assert len([m for m in messages.mailbox(200) if "code" in m.subject]) == sent == links.MOST_CODES


def test_a_code_works_once_and_not_for_long(clock: list[datetime]) -> None:
    token = answered()
    Client().post(f"/privacy/answer/{token}/code/")
    code = code_of(ANA)
    assert Client().post(f"/privacy/answer/{token}/package/", {"code": f" {code} "}).status_code == 200
    assert Client().post(f"/privacy/answer/{token}/package/", {"code": code}).status_code == 422
    Client().post(f"/privacy/answer/{token}/code/")
    clock[0] = NOW + links.CODE_LIVES + timedelta(seconds=1)
    assert Client().post(f"/privacy/answer/{token}/package/", {"code": code_of(ANA)}).status_code == 422
    assert len(log.entries(kind="package.fetched")) == 1


@pytest.mark.parametrize("code", ["", "٣٣٣٣٣٣", "0" * 16, "null", "\x00"])
def test_a_nonsense_code_is_wrong(clock: list[datetime], code: str) -> None:
    token = answered()
    Client().post(f"/privacy/answer/{token}/code/")
    assert Client().post(f"/privacy/answer/{token}/package/", {"code": code}).status_code == 422


def test_no_answer_reveals_whether_an_address_is_known(clock: list[datetime]) -> None:
    person = people.prepare(Identifiers(email=(ANA,)), now=NOW)
    assert person.created
    for kind in KINDS:
        told = []
        for address in (ANA, EVE):
            with CaptureQueriesContext(
                connection,
            ) as queried:
                told.append((ask(address, kind), len(queried)))
        assert told[0] == told[1], kind
        pages = [Client().get(f"/privacy/ask/{kind}/sent/").content for _ in range(2)]
        assert re.sub(rb'value="\w{64}"', b"", pages[0]) == re.sub(rb'value="\w{64}"', b"", pages[1])
    assert plain_mails(ANA) == plain_mails(EVE)


def plain_mails(address: str) -> list[str]:
    """The mails to an address without what is different in each: token and reference."""
    sent = (f"{m.subject}\n{m.text}" for m in messages.mailbox(200) if m.to == address)
    return sorted(re.sub(r"[\w-]{43}|\b[0-9A-Z]{8}\b", "", mail) for mail in sent)


def test_an_open_request_is_answered_alike_and_mails_three_links_a_day_at_most(clock: list[datetime]) -> None:
    told = [ask() for _ in range(5)]
    assert len(set(told)) == 1
    assert len([m for m in messages.mailbox(200) if m.to == ANA]) == 3
    assert len(queries.board(NOW)) == 1
    clock[0] = NOW + timedelta(days=1, seconds=1)
    assert ask() == told[0]
    assert len([m for m in messages.mailbox(200) if m.to == ANA]) == 4
    services.prove(token_of(ANA), clock[0])
    assert ask() == told[0]
    assert len([m for m in messages.mailbox(200) if m.to == ANA]) == 4  # at work already: nothing to confirm
    assert len(queries.board(NOW)) == 1


def test_a_duplicate_is_no_way_around_identity(clock: list[datetime]) -> None:
    answered()
    services.receive("access", ANA, now=NOW)
    newest = queries.board(NOW, state="identity")
    assert len(newest) == 1
    full = queries.one(newest[0].id, NOW)
    assert full is not None
    assert (full.person_id, full.tallies, full.identified_at) == (None, (), None)


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.org\r\nBcc: eve@example.org",
        "ana@example.org\nSubject: x",
        "ana@example.org,eve@example.org",
        "ana@example.org eve@example.org",
        "<ana@example.org>",
        'Ana "x" <ana@example.org>',
        "ana@",
        "@example.org",
        "ana",
        "",
        "a" * 400 + "@example.org",
        "ana@example.org\x00",
    ],
)
def test_what_is_no_single_address_is_refused_and_nothing_is_stored_or_sent(
    clock: list[datetime], address: str
) -> None:
    before = everything()
    status, _, page = ask(address)
    assert status == 422
    assert 'href="#email"' in page
    assert everything() == before


def test_words_of_a_stranger_are_shown_as_text_and_never_mailed(clock: list[datetime]) -> None:
    words = "<script>alert(1)</script>{{ 7|add:7 }}\r\nBcc: eve@example.org"
    ask(words=words)
    (line,) = queries.board(NOW)
    full = queries.one(line.id, NOW)
    assert full is not None
    assert full.words == words
    assert all("script" not in m.text and "Bcc" not in m.text and "Bcc" not in m.subject for m in messages.mailbox(9))
    _, _, page = ask("nonsense", words=words)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7|add:7 }}" in page


def test_an_unknown_kind_is_not_asked_for() -> None:
    for path in ("/privacy/ask/everything/", "/privacy/ask/everything/sent/"):
        assert Client().get(path).status_code == 404
    assert Client().post("/privacy/ask/everything/", {"email": ANA}).status_code == 404


def test_forms_need_their_csrf_token(clock: list[datetime]) -> None:
    ask()
    strict = Client(enforce_csrf_checks=True)
    link = f"/privacy/confirm/{token_of(ANA)}/"
    assert strict.post(link).status_code == 403
    assert strict.post("/privacy/ask/access/", {"email": ANA}).status_code == 403
    assert queries.board(NOW)[0].state == "identity"


def test_a_person_erased_between_mail_and_button_stops_nothing(clock: list[datetime]) -> None:
    person = people.prepare(Identifiers(email=(ANA,)), now=NOW)
    ask()
    people.erase(person.id, now=NOW)
    assert Client().post(f"/privacy/confirm/{token_of(ANA)}/").status_code == 200
    assert queries.board(NOW)[0].state == "running"


@pytest.mark.django_db(transaction=True)
def test_identity_comes_with_the_transaction_or_not_at_all(clock: list[datetime]) -> None:
    ask()
    with transaction.atomic():
        services.prove(token_of(ANA), NOW)
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs where task_name like 'requests.%%'")
        assert cursor.fetchall() == [(0,)]
    assert queries.board(NOW)[0].state == "identity"
    assert Client().post(f"/privacy/confirm/{token_of(ANA)}/").status_code == 200
