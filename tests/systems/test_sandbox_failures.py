"""Failures on demand: an effect whose answer is lost, a reply that is something else, a way elsewhere, healing."""

from typing import Any

import pytest
from werkzeug.test import Client

from troth.systems.sandbox.app import Sandbox

BEARER = {"authorization": "Bearer sandbox-token"}
UPSERT = {"inputs": [{"id": "a@b.org", "idProperty": "email", "properties": {"lastname": "A"}}]}
PATH = "/hubspot/crm/v3/objects/contacts/batch/upsert"


@pytest.fixture
def client() -> Client:
    return Client(Sandbox(finish_after=None))


def fail(client: Client, **given: Any) -> None:
    assert client.post("/_sandbox/hubspot/fail", json=given).status_code == 200


def upsert(client: Client) -> Any:
    return client.post(PATH, json=UPSERT, headers=BEARER)


def records(client: Client) -> int:
    state: Any = client.get("/_sandbox/hubspot/state").json
    return len(state["records"])


def test_a_refusal_does_nothing_and_a_lost_answer_hides_what_was_done(client: Client) -> None:
    fail(client, status=503)
    assert (upsert(client).status_code, records(client)) == (503, 0)
    fail(client, status=503, lost=True)
    assert (upsert(client).status_code, records(client)) == (503, 1)
    fail(client, lost=True)
    assert upsert(client).status_code == 500
    assert upsert(client).status_code == 200


def test_a_reply_can_be_anything_and_lead_elsewhere(client: Client) -> None:
    fail(client, body={"results": None})
    assert upsert(client).json == {"results": None}
    fail(client, location="http://elsewhere.example/")
    reply = upsert(client)
    assert (reply.status_code, reply.headers["location"]) == (302, "http://elsewhere.example/")
    assert records(client) == 0


def test_healing_ends_what_is_still_planned(client: Client) -> None:
    fail(client, status=500, count=9)
    upsert(client)
    client.post("/_sandbox/hubspot/heal")
    assert upsert(client).status_code == 200


def test_a_slash_inside_a_value_parts_nothing(client: Client) -> None:
    client.patch("/hubspot/crm/v3/objects/contacts/a%2Fb", json={"properties": {}}, headers=BEARER)
    (call,) = client.get("/_sandbox/hubspot/calls").json  # type: ignore[misc]
    assert call["operation"] == "update"
