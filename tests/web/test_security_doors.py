"""Doors from the outside: the mailbox behind a careless proxy, bodies that fill the disk, hostile forms and headers."""

import json
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from web_kit import NOW, publish, staff_client, stranger

from troth import ground
from troth.messages import services as messages

LOCAL: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8800"}


@pytest.fixture
def published_as(monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = replace(ground.settings(), public_url="https://privacy.example.com")
    monkeypatch.setattr(ground, "settings", lambda: elsewhere)


@pytest.mark.django_db
@pytest.mark.usefixtures("published_as")
def test_the_mailbox_is_closed_where_the_deployment_is_public() -> None:
    """nginx with a bare `proxy_pass` sends Host 127.0.0.1 and no header that tells of it."""
    assert Client().get("/mailbox/", **LOCAL).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "mark",
    ["HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PORT", "HTTP_FORWARDED", "HTTP_VIA",
     "HTTP_X_REAL_IP", "HTTP_CF_CONNECTING_IP", "HTTP_TRUE_CLIENT_IP", "HTTP_X_CLIENT_IP"],
)  # fmt: skip
def test_the_mailbox_is_closed_to_whatever_a_proxy_passes_on(mark: str) -> None:
    assert Client().get("/mailbox/", **LOCAL).status_code == 200
    assert Client().get("/mailbox/", **{**LOCAL, mark: "1"}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/privacy/ask/access/", "/privacy/choices/", "/console/login/", "/notice/", "/"])
def test_an_upload_nobody_asked_for_fills_no_disk(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    real = tempfile.NamedTemporaryFile

    def watched(*args: object, **options: object) -> object:
        made.append("file")
        return real(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", watched)
    monkeypatch.setattr("django.core.files.temp.NamedTemporaryFile", watched)
    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", watched)
    big = SimpleUploadedFile("x.bin", b"x" * 6_000_000)
    client = Client(enforce_csrf_checks=True)
    client.get("/privacy/ask/access/")  # who has the cookie has the body read
    answer = client.post(path, {"email": "ada@mail.example", "f": big})
    assert answer.status_code in (400, 403, 405, 413)
    assert made == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "there",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "https:evil.example", "javascript:alert(1)",
     "/console/\r\nLocation: https://evil.example", "http://testserver@evil.example/", "\x00//evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(there: str) -> None:
    user = stranger()
    answer = Client().post(
        "/console/login/", {"login": user.username, "password": "correct horse battery", "next": there}
    )
    assert answer.status_code in (200, 302)
    assert re.match(r"/(?![/\\])[^\r\n]*$", answer.get("Location", "/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/", "/notice/", "/notice.json", "/forms/", "/forms/schedule-demo/", "/privacy/", "/privacy/ask/erasure/",
     "/privacy/choices/", "/privacy/confirm/x/", "/privacy/answer/x/", "/mailbox/", "/console/login/", "/console/",
     "/nowhere"],
)  # fmt: skip
def test_every_page_keeps_out_frames_scripts_and_referrers(path: str) -> None:
    publish()
    answer = Client().get(path, **LOCAL)
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] in ("same-origin", "strict-origin", "no-referrer")
    secret = ("/privacy/confirm/", "/privacy/answer/", "/console/", "/mailbox/", "/forms/schedule-demo/")
    if path.startswith(secret) and answer.status_code == 200:
        assert "no-store" in answer["Cache-Control"]


def every_path() -> Iterator[str]:
    from django.urls import get_resolver
    from django.urls.resolvers import RoutePattern, URLPattern, URLResolver

    def walk(resolver: URLResolver, before: str) -> Iterator[str]:
        for each in resolver.url_patterns:
            here = before + str(each.pattern) if isinstance(each.pattern, RoutePattern) else before
            if isinstance(each, URLResolver):
                yield from walk(each, here)
            elif isinstance(each, URLPattern):
                yield here

    yield from walk(get_resolver(), "/")


@pytest.mark.django_db
def test_no_forged_post_does_anything_anywhere() -> None:
    """Every address there is, as staff, from another site: refused, unless it only takes JSON or no POST at all."""
    publish()
    client = staff_client()
    client.handler.enforce_csrf_checks = True
    fill = {"uuid": "7" * 8 + "-7777-4777-8777-" + "7" * 12, "int": "1", "str": "x", "slug": "access"}
    fill |= {"tongue": "de", "form": "pdf"}
    for route in every_path():
        path = re.sub(r"<(\w+):\w+>", lambda match: fill[match[1]], route).replace("<touchpoint>", "schedule-demo")
        answer = client.post(path, {"email": "ada@mail.example"}, HTTP_ORIGIN="https://evil.example")
        assert answer.status_code in (403, 404, 405, 415), (path, answer.status_code)


@pytest.mark.django_db
def test_another_hosts_name_changes_no_link() -> None:
    publish()
    Client().post("/privacy/ask/access/", {"email": "ada@mail.example"}, headers={"x-forwarded-host": "evil.example"})
    assert Client().get("/", headers={"host": "evil.example"}).status_code == 400
    from troth.messages import queries

    (mail,) = queries.mailbox(5)
    assert ground.settings().public_url in mail.text
    assert "evil" not in mail.text


DEEP = "[" * 100_000
HOSTILE = [
    b"{", b"[]", b"null", b"", DEEP.encode(), b'{"values": ' + DEEP.encode(), b"\xff\xfe", b'{"notice_version": 1e999}',
    b'{"notice_version": ' + b"9" * 5_000 + b', "values": {}}',
    b'{"notice_version": 1, "values": {"email": "\\ud800@mail.example"}}',
    b'{"notice_version": 1, "values": {"\\ud800\\u0000": "x"}, "agreed": ["\\udfff"]}',
    b'{"notice_version": 1, "values": {"email": "a\\u0000@mail.example"}}',
    json.dumps({"notice_version": 1, "values": {f"x{n}": "y" * 20_000 for n in range(100)}}).encode(),
    json.dumps({"notice_version": 1, "values": {"email": "a@" + "a." * 9_000}}).encode(),
    json.dumps({"notice_version": 1, "values": {"url": "http://" + "." * 1_990 + '"'}}).encode(),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_are_refused_in_a_moment(body: bytes) -> None:
    publish()
    began = time.process_time()
    answer = Client().post(
        "/api/v1/touchpoints/schedule-demo/submissions",
        body,
        content_type="application/json",
        headers={"idempotency-key": "12345678"},
    )
    assert 400 <= answer.status_code < 500, answer.content[:200]
    assert time.process_time() - began < 5  # no bound of speed: of work that grows without one
    assert "y" * 100 not in answer.content.decode()


@pytest.mark.django_db
def test_a_form_of_a_thousand_unknown_fields_is_refused_in_a_moment() -> None:
    publish()
    began = time.process_time()
    sent = {f"item:{'emaiil' * 10}{n}": "x" for n in range(990)}
    answer = Client().post("/forms/schedule-demo/", {**sent, "notice-version": "1"})
    assert answer.status_code in (413, 422)
    assert time.process_time() - began < 5


@pytest.mark.django_db
def test_no_header_can_be_smuggled_into_a_mail() -> None:
    for to in ("a@b.example\nBcc: x@y.example", "a@b.example, x@y.example", "A <a@b.example>", "a@b.example\r\n\r\nx"):
        with pytest.raises(ValueError, match="address"), transaction.atomic():
            messages.send(kind="t", to=to, subject="s", text="t", key=to[:9], now=NOW)
