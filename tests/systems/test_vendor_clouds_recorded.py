"""AWS and Azure send through kits of their own; their calls are recorded like any other, credentials masked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_stand_in
import azure_stand_in
import pytest
import test_vendor_aws as aws
import test_vendor_azure as azure

from troth import ground
from troth.systems.conformance import Subject
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas.azure.connector import Azure
from troth.systems.sandbox.server import running


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TROTH_RECORD_HTTP", str(tmp_path / "calls.jsonl"))
    ground.settings.cache_clear()
    yield tmp_path / "calls.jsonl"
    ground.settings.cache_clear()


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_aws(file: Path) -> None:
    with aws_stand_in.running() as address:
        it = Subject(aws.TestAws.scenario, address)
        it.ask("reset")
        it.seed()
        it.system.find(it.scenario.person)
        it.system.test()
        told, calls = lines(file), it.ask("calls")
    assert [(line["method"], line["status"]) for line in told] == [(call["method"], call["status"]) for call in calls]
    assert {line["system"] for line in told} == {"aws"}
    assert {line["headers"]["authorization"] for line in told} == {"AWS4-HMAC-SHA256 ***"}
    assert aws_stand_in.SECRET not in file.read_text()


def test_azure(file: Path) -> None:
    with running() as address:
        it = Subject(azure.TestAzure.scenario, address)
        it.seed()
        it.system.find(it.scenario.person)
        told, calls = lines(file), it.ask("calls")
    assert [(line["method"], line["status"]) for line in told] == [(call["method"], call["status"]) for call in calls]
    assert {line["system"] for line in told} == {"azure"}
    assert {line["headers"].get("authorization", "none") for line in told} == {"none", "Bearer ***"}
    assert azure.SECRET not in file.read_text()


@pytest.mark.parametrize("how", [{"account_key": azure_stand_in.KEY}, {"sas": "sv=2024-01-01&ss=b&sig=c2lnbmF0dXJl"}])
def test_a_key_of_storage_is_never_in_the_record(file: Path, how: dict[str, str]) -> None:
    with running() as address:
        places = {"containers": [{"container": "uploads", "names": ["{account}"]}]}
        url = f"{address}/azure/blob"
        system = Azure.from_config("azure", {"url": url, "allow_private": True, **places, **how}, Path("/nowhere"))
        with pytest.raises(SystemProblem, match="answered 401"):
            system.find(azure.WHO)
    (line,) = lines(file)
    assert not any(secret in file.read_text() for secret in ("c2lnbmF0dXJl", azure_stand_in.KEY))
    assert ("sig=***" in line["url"]) is ("sas" in how)
