"""The doubles keep the vendors' terms themselves and hold callers to them; their state outlives a kill."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from troth.systems.sandbox.app import Sandbox

BEARER = {"authorization": "Bearer sandbox-token"}
SEARCH = {"filterGroups": [], "properties": [], "sorts": [], "limit": 1, "after": "0"}
CONTACTS = "/hubspot/crm/v3/objects/contacts"


@pytest.fixture
def client() -> Client:
    return Client(Sandbox(finish_after=None))


def salesforce(client: Client) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-secret"}
    reply = client.post("/salesforce/services/oauth2/token", data=form)
    return {"authorization": f"Bearer {reply.json['access_token']}"}  # type: ignore[index]


def refused(client: Client, vendor: str, reply: TestResponse) -> list[str]:
    assert reply.status_code == 400
    faults: list[str] = client.get(f"/_sandbox/{vendor}/calls").json[-1]["faults"]  # type: ignore[index]
    assert faults
    return faults


@pytest.mark.parametrize(
    "change",
    [{"limit": "1"}, {"limit": 0}, {"extra": 1}, {"sorts": [{"propertyName": "email"}]}, {"after": 0},
     {"filterGroups": [{"filters": [{"propertyName": "email", "operator": "IN", "values": ["A@B.org"]}]}]}],
)  # fmt: skip
def test_a_body_outside_the_terms_is_refused_and_noted(client: Client, change: dict[str, Any]) -> None:
    assert client.post(f"{CONTACTS}/search", json=SEARCH, headers=BEARER).status_code == 200
    refused(client, "hubspot", client.post(f"{CONTACTS}/search", json={**SEARCH, **change}, headers=BEARER))


def test_a_missing_member_an_unknown_parameter_and_a_stray_body_are_refused(client: Client) -> None:
    short = {k: v for k, v in SEARCH.items() if k != "after"}
    assert "after" in " ".join(
        refused(client, "hubspot", client.post(f"{CONTACTS}/search", json=short, headers=BEARER))
    )
    reply = client.get(f"{CONTACTS}?limit=1&archive=true", headers=BEARER)
    assert refused(client, "hubspot", reply) == ["unknown query parameter archive"]
    assert "takes no body" in refused(client, "hubspot", client.get(CONTACTS, json={}, headers=BEARER))[0]


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("DELETE", "/7"), ("PUT", "")])
def test_an_operation_outside_the_terms_is_not_there(client: Client, method: str, path: str) -> None:
    assert client.open(f"{CONTACTS}{path}", method=method, headers=BEARER).status_code == 404


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer x"}, {"authorization": "sandbox-token"}])
def test_no_credential_no_answer(client: Client, header: dict[str, str]) -> None:
    assert client.post(f"{CONTACTS}/search", json=SEARCH, headers=header).status_code == 401
    assert client.get("/salesforce/services/data/v60.0/sobjects/Lead/describe", headers=header).status_code == 401


def test_a_double_that_breaks_the_terms_says_so_instead(client: Client) -> None:
    client.post("/_sandbox/hubspot/fail", json={"operation": "search", "drop": "results"})
    reply = client.post(f"{CONTACTS}/search", json=SEARCH, headers=BEARER)
    assert reply.status_code == 500
    assert reply.json["error"] == "contract violation"  # type: ignore[index]
    assert client.post(f"{CONTACTS}/search", json=SEARCH, headers=BEARER).status_code == 200


def test_the_recycle_bin_hides_from_query_and_shows_in_query_all(client: Client) -> None:
    head = salesforce(client)
    record = {"kind": "Lead", "Email": "a@b.org", "LastName": "A", "Company": "C"}
    client.post("/_sandbox/salesforce/seed", json={"records": [record]})
    row = client.get("/_sandbox/salesforce/state").json["records"][0]["Id"]  # type: ignore[index]
    data = "/salesforce/services/data/v60.0"
    assert client.delete(f"{data}/sobjects/Lead/{row}", headers=head).status_code == 204
    assert client.delete(f"{data}/sobjects/Lead/{row}", headers=head).status_code == 404

    def seen(resource: str) -> int:
        one = {"method": "GET", "url": f"/services/data/v60.0/{resource}?q=SELECT+Id+FROM+Lead", "referenceId": "a"}
        reply = client.post(f"{data}/composite", json={"compositeRequest": [one]}, headers=head)
        return len(reply.json["compositeResponse"][0]["body"]["records"])  # type: ignore[index]

    assert (seen("query"), seen("queryAll")) == (0, 1)


def test_a_lead_needs_what_salesforce_demands(client: Client) -> None:
    path = "/salesforce/services/data/v60.0/sobjects/Lead/Troth_Record__c/k1"
    head = salesforce(client)
    reply = client.patch(path, json={"Email": "a@b.org"}, headers=head)
    assert reply.json[0]["errorCode"] == "REQUIRED_FIELD_MISSING"  # type: ignore[index]
    whole = {"Email": "a@b.org", "LastName": "A", "Company": "C"}
    assert [client.patch(path, json=whole, headers=head).status_code for _ in range(2)] == [201, 200]
    assert len(client.get("/_sandbox/salesforce/state").json["records"]) == 1  # type: ignore[index]


def test_erasing_an_unknown_address_in_hubspot_blocks_it(client: Client) -> None:
    unknown = {"objectId": "new@b.org", "idProperty": "email"}
    assert client.post(f"{CONTACTS}/gdpr-delete", json=unknown, headers=BEARER).status_code == 204
    order = {"inputs": [{"id": "new@b.org", "idProperty": "email", "properties": {"lastname": "N"}}]}
    assert client.post(f"{CONTACTS}/batch/upsert", json=order, headers=BEARER).status_code == 207


def test_state_outlives_a_kill(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    for expected in (1, 2):
        run = [sys.executable, "-m", "troth.systems.sandbox", "--port", "0", "--state-file", str(file)]
        with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            address = process.stdout.readline().split()[2].rstrip(":")
            body = json.dumps({"records": [{"email": f"p{expected}@b.org"}]}).encode()
            head = {"content-type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(f"{address}/_sandbox/hubspot/seed", body, head)).close()
            with urllib.request.urlopen(f"{address}/_sandbox/hubspot/state") as reply:
                assert len(json.load(reply)["records"]) == expected
            process.send_signal(signal.SIGKILL if expected == 1 else signal.SIGTERM)
    assert process.returncode == 0
