"""The record of calls: all of them, whole, with nothing that would let a reader call in our name."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import test_saas_conformance as vendors

from troth import ground
from troth.net import NetError, masks
from troth.net.http import client
from troth.net.record import note
from troth.systems.conformance.subject import Subject
from troth.systems.sandbox.server import running


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TROTH_RECORD_HTTP", str(tmp_path / "calls.jsonl"))
    ground.settings.cache_clear()
    yield tmp_path / "calls.jsonl"
    ground.settings.cache_clear()


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_every_call_is_there_the_token_and_the_retries_too(file: Path) -> None:
    with running() as address:
        it = Subject(vendors.TestSalesforce.scenario, address)
        it.seed()
        it.ask("fail", status=500, operation="composite")
        it.system.find(it.scenario.person)
        told = lines(file)
        calls = it.ask("calls")
    assert [(line["method"], line["status"]) for line in told] == [(call["method"], call["status"]) for call in calls]
    assert {line["system"] for line in told} == {"salesforce"}
    assert 500 in {line["status"] for line in told}
    assert set(told[0]) == {"at", "system", "method", "url", "headers", "body", "status", "response"}
    assert "sandbox-secret" not in file.read_text()
    (signed_in,) = [line for line in told if line["url"].endswith("/oauth2/token")]
    assert "client_secret=***" in signed_in["body"]
    assert json.loads(signed_in["response"])["access_token"] == "***"
    assert told[-1]["headers"]["authorization"] == "Bearer ***"
    assert "jo.o" in file.read_text(), "bodies are whole"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_call_without_a_reply_is_recorded_as_that(file: Path) -> None:
    with pytest.raises(NetError):
        client(base_url="http://127.0.0.1:9", allow=("127.0.0.1:9",), system="x").post("/a", json={"b": 1})
    (line,) = lines(file)
    assert (line["status"], line["response"], line["body"]) == (None, "", '{"b":1}')


def test_without_the_setting_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ground.settings.cache_clear()
    with running() as address:
        it = Subject(vendors.TestHubSpot.scenario, address)
        it.system.oldest()
    note("x", method="GET", url="https://a.example", headers={}, body=b"", status=200, response=b"")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_text_is_base64(file: Path) -> None:
    note("x", method="PUT", url="https://a.example", headers={}, body=b"\xff\x00", status=200, response=b"ok")
    (line,) = lines(file)
    assert base64.b64decode(line["body"]) == b"\xff\x00"
    assert line["body_base64"] is True
    assert "response_base64" not in line


def test_a_record_that_cannot_be_written_stops_no_call(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TROTH_RECORD_HTTP", str(file.parent))  # a folder
    ground.settings.cache_clear()
    note("x", method="GET", url="https://a.example/?q=jo", headers={}, body=b"", status=200, response=b"")
    assert "is not in the record" in caplog.text
    assert "jo" not in caplog.text


def test_lines_of_several_processes_never_mix(file: Path) -> None:
    work = (
        "from troth.net.record import note\n"
        "for n in range(40):\n"
        "    note('x', method='PUT', url='https://a.example', headers={}, body=b'b' * 50000, status=n, response=b'')\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", work]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert len(lines(file)) == 120


SECRETS = ("s3cr3t-value", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZSJ9.c2lnbmF0dXJl")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "name",
    ["Authorization", "X-Api-Key", "X-FilesAPI-Key", "Cookie", "Set-Cookie", "X-API-TOKEN", "x-amz-security-token"],
)
def test_headers_that_prove_who_asks_are_hidden(name: str, secret: str) -> None:
    for value in (secret, f"Bearer {secret}", f"AWS4-HMAC-SHA256 Credential={secret}, Signature={secret}"):
        assert secret not in str(masks.headers({name: value}))
    assert masks.headers({"Authorization": f"SSWS {secret}"}) == {"Authorization": "SSWS ***"}


def test_other_headers_and_what_is_no_secret_stay() -> None:
    kept = {"Accept": "x", "Idempotency-Key": "k1", "Content-Type": "application/json"}
    assert masks.headers(kept) == kept
    for text in ('{"Key": {"S": "jo@example.org"}, "page_token": "p2"}', "a=1&b=2", "Id\n001\n", "", "[]", "no",
                 "<a><b>x</b></a>", "<html>", '{"a": '):  # fmt: skip
        assert masks.body(text) == text
    assert masks.url("https://a.example/x?page=2&after=b%20c") == "https://a.example/x?page=2&after=b%20c"


@pytest.mark.parametrize(
    "text",
    ["grant_type=x&client_secret={}&scope=a", '{{"access_token": "{}", "expires_in": 3}}',
     '[{{"a": {{"password": "{}"}}}}]', "<R><SecretAccessKey>{}</SecretAccessKey></R>",
     '{{"credentials": {{"privateKey": "{}"}}}}',
     ' {{"access_token": "{}"}}', '\n[{{"token": "{}"}}]', '\ufeff{{"access_token": "{}"}}',
     '{{"access_token": "{}"}}\n{{"a": 1}}', '{{"access_token": "{}',
     "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", "assertion={}"],
)  # fmt: skip
def test_bodies_that_carry_a_credential_lose_it(text: str) -> None:
    hidden = masks.body(text.format("s3cr3t-value"))
    assert "s3cr3t" not in hidden
    assert "***" in hidden


def test_half_a_character_in_a_reply_stops_no_call(file: Path) -> None:
    """JSON can hold half of a pair; the call was made, so nothing may fail after it."""
    reply = b'{"access_token": "s3cr3t", "name": "\\ud800"}'
    note("x", method="GET", url="https://a.example", headers={}, body=b"", status=200, response=reply)
    (line,) = lines(file)
    assert json.loads(line["response"]) == {"access_token": "***", "name": "\ud800"}


def test_addresses_lose_their_credentials() -> None:
    hidden = masks.url("https://user:s3cr3t@a.example/x?api_key=s3cr3t&q=1&X-Amz-Signature=s3cr3t#f")
    assert "s3cr3t" not in hidden
    assert "q=1" in hidden
    assert hidden.startswith("https://***@a.example/x?")
