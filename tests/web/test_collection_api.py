"""The intake API over HTTP: receipts, problem documents, and nothing stored with any of them."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from web_kit import changed, publish

sys.path.insert(0, str(Path(__file__).parents[1] / "systems"))
from sharing_kit import ADA, STORED, person, rows_of

from troth.people import queries as people

pytestmark = pytest.mark.django_db
PATH = "/api/v1/touchpoints/schedule-demo/submissions"
NOTHING = dict.fromkeys(STORED, 0)
GOOD: dict[str, Any] = {"notice_version": 1, "values": {"full-name": "Ada Lovelace", "email": ADA}, "of_age": True}


def post(client: Client, body: object, path: str = PATH, key: str | None = "key-number-1", **how: Any) -> Any:
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(path, sent, content_type=how.pop("content_type", "application/json"), headers=headers, **how)


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert rows_of(*STORED) == NOTHING
    return body


def test_a_good_submission_gets_a_receipt_and_again_the_same(client: Client) -> None:
    publish()
    first, second = post(client, GOOD), post(client, GOOD)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["submission"] == second.json()["submission"]
    assert second.json()["again"]
    (record,) = people.records(person())
    assert str(record.submission_id) == first.json()["submission"]


def test_the_touchpoint_says_what_it_asks(client: Client) -> None:
    publish()
    form = client.get("/api/v1/touchpoints/schedule-demo").json()
    assert form["notice_version"] == 1
    assert form["minimum_age"] == 18
    email = next(item for item in form["items"] if item["id"] == "email")
    assert email["required"]
    assert email["without"] == ["We cannot give you a demo"]
    (consent,) = form["consents"]
    assert (consent["row"], consent["marketing"], consent["required"]) == ("marketing", True, False)
    assert client.get("/api/v1/touchpoints/nothing").status_code == 404
    assert client.get("/api/v1/touchpoints/chat-website").status_code == 404


def test_every_reason_comes_with_its_code_and_field(client: Client) -> None:
    publish()
    body = problem(post(client, {**GOOD, "values": {"email": "x", "shoe-size": "43"}, "of_age": False}), 422)
    found = {(reason["code"], reason["field"]) for reason in body["reasons"]}
    assert found == {
        ("not-declared", "shoe-size"),
        ("wrong-format", "email"),
        ("missing", "full-name"),
        ("under-age", "of_age"),
    }
    assert body["type"] == "urn:troth:refused"


@pytest.mark.parametrize("body", ["{", "", '"text"', "\xff\xfe", "[" * 100_000, '{"notice_version": ' + "9" * 5_000])
def test_what_is_no_json_object_is_refused(client: Client, body: str) -> None:
    publish()
    answer = post(client, body.encode("latin-1"))
    problem(answer, answer.status_code)
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"values": {"email": 7}}, "values.email"),
        ({"values": {"email": ["a", "b"]}}, "values.email"),
        ({"values": {str(n): "x" for n in range(200)}}, "values"),
        ({"notice_version": None}, "notice_version"),
        ({"agreed": "marketing"}, "agreed"),
        ({"language": "en\nBcc: x"}, "language"),
        ({"<b>" * 100: 1}, None),
    ],
)
def test_a_malformed_submission_is_refused_with_its_place(
    client: Client, change: dict[str, Any], field: str | None
) -> None:
    publish()
    body = problem(post(client, {**GOOD, **change}), 422)
    if field:
        assert field in {reason["field"] for reason in body["reasons"]}
    assert all(len(reason["field"]) < 200 for reason in body["reasons"])


def test_another_content_type_is_not_read(client: Client) -> None:
    publish()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert problem(post(client, GOOD, content_type=kind), 415)["type"] == "urn:troth:wrong-content-type"


def test_too_much_is_refused_as_too_much(client: Client) -> None:
    publish()
    body = {**GOOD, "values": {**GOOD["values"], "company": "x" * 3_000_000}}
    assert problem(post(client, body), 413)["type"] == "urn:troth:too-big"


@pytest.mark.parametrize("key", [None, "short", "k" * 201, "with a space"])
def test_a_submission_needs_a_key_of_its_own(client: Client, key: str | None) -> None:
    publish()
    body = problem(post(client, GOOD, key=key), 422)
    assert "dempotency" in body["reasons"][0]["field"]


def test_an_unknown_touchpoint_and_one_without_a_form_are_not_found(client: Client) -> None:
    publish()
    for name in ("nothing", "chat-website", "%00"):
        problem(post(client, GOOD, path=f"/api/v1/touchpoints/{name}/submissions"), 404)


def test_a_superseded_version_is_a_conflict(client: Client) -> None:
    publish()
    publish(changed(title="A newer policy"))
    body = problem(post(client, GOOD), 409)
    assert body["reasons"][0]["code"] == "superseded-version"
    assert "version 2" in body["reasons"][0]["message"]


def test_a_key_used_for_something_else_is_a_conflict(client: Client) -> None:
    publish()
    post(client, GOOD)
    answer = post(client, {**GOOD, "values": {**GOOD["values"], "company": "Other"}})
    assert answer.status_code == 409
    assert answer.json()["reasons"][0]["code"] == "key-reused"
    assert len(people.records(person())) == 1


def test_lone_surrogates_and_controls_are_a_wrong_format(client: Client) -> None:
    publish()
    assert problem(post(client, {**GOOD, "values": {"email": "\ud800"}}), 422)["reasons"][0]["field"] == "values.email"
    for text in ("a\x00b", "a\nb", "a\u2028b"):
        body = problem(post(client, {**GOOD, "values": {**GOOD["values"], "full-name": text}}), 422)
        assert [(r["code"], r["field"]) for r in body["reasons"]] == [("wrong-format", "full-name")]


def test_a_failure_of_ours_says_nothing(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    from django.db import connection

    publish()
    with connection.cursor() as cursor:
        cursor.execute("alter table people_value rename to people_value_lost")
    answer = post(client, GOOD)
    with connection.cursor() as cursor:
        cursor.execute("alter table people_value_lost rename to people_value")
    body = problem(answer, 500)
    assert "reasons" not in body
    assert "people_value" not in answer.content.decode()
    assert "Lovelace" not in caplog.text
    assert ADA not in caplog.text
