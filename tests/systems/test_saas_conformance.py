"""Every vendor's connector against its double over real HTTP: the same story, and the same troubles, for all."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from saas_vendor import COMPANY, EMAIL, JO, LAST, RECORDS, WHO, Vendor, found, lead

from troth.systems.kit.base import MarketingList
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, SystemProblem
from troth.systems.saas import manifest
from troth.systems.sandbox.server import running


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture(params=manifest.vendors())
def vendor(request: pytest.FixtureRequest, sandbox: str) -> Iterator[Vendor]:
    it = Vendor(request.param, None, sandbox)  # type: ignore[arg-type]
    it.system = it.made(patience=0.5, timeout=5)
    it.ask("reset")
    yield it
    assert it.broken_contracts() == []


def test_every_vendor_has_settings_a_person_can_fill_in(vendor: Vendor) -> None:
    schema = vendor.system.Settings.model_json_schema()
    assert all(field.get("title") and field.get("description") for field in schema["properties"].values())
    assert any(field.get("secret") for field in schema["properties"].values())


def test_find_sees_all_of_the_person_and_nobody_else(vendor: Vendor) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    findings = found(vendor.system.find(WHO)).findings
    assert len(findings) == 2
    assert {finding.values[LAST[vendor.name]] for finding in findings} == {"Jo"}
    assert all(finding.items[EMAIL[vendor.name]] == "email" for finding in findings)
    assert JO not in repr(findings)


def test_find_without_an_email_or_with_an_unknown_one_is_empty(vendor: Vendor) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    assert found(vendor.system.find(Identifiers())).findings == ()
    assert found(vendor.system.find(Identifiers(phone=("123",)))).findings == ()
    assert found(vendor.system.find(Identifiers(email=("nobody@example.org",)))).findings == ()


@pytest.mark.parametrize("address", ["x' OR Email != '", "\\", "\\' OR 'a", "a') LIMIT 9 --@x", "%", "*", "a\nb@x.org"])
def test_an_address_is_data_never_part_of_a_query(vendor: Vendor, address: str) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    assert found(vendor.system.find(Identifiers(email=(address,)))).findings == ()


def test_all_pages_are_read(vendor: Vendor) -> None:
    many = [{**RECORDS[vendor.name][0], COMPANY[vendor.name]: f"c{n}"} for n in range(7)]
    vendor.ask("seed", records=many, page_size=3)
    assert len(found(vendor.system.find(WHO)).findings) == 7
    vendor.erased()
    assert vendor.mine() == []


def test_rectify_changes_every_copy(vendor: Vendor) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    assert isinstance(vendor.system.rectify(WHO, {"last-name": "O'Neil", "country": "Norway"}, key="r1"), Done)
    assert {record[LAST[vendor.name]] for record in vendor.mine()} == {"O'Neil"}
    assert len(vendor.mine()) == 2
    assert [r[LAST[vendor.name]] for r in vendor.records() if r not in vendor.mine()] == ["Other"]


def test_rectify_of_an_item_without_a_field_changes_nothing(vendor: Vendor) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    before = vendor.records()
    with pytest.raises(SystemProblem, match="shoe-size") as caught:
        vendor.system.rectify(WHO, {"last-name": "X", "shoe-size": "44"}, key="r1")
    assert caught.value.consequence == "fix settings"
    assert vendor.records() == before


def test_oldest_is_the_oldest(vendor: Vendor) -> None:
    outcome = vendor.system.oldest()
    assert isinstance(outcome, Done)
    assert outcome.evidence["oldest"] is None
    vendor.ask("seed", records=RECORDS[vendor.name])
    outcome = vendor.system.oldest()
    assert isinstance(outcome, Done)
    assert outcome.evidence["oldest"].startswith("2020-01-02T03:04:05")


def test_the_same_key_delivers_once_and_never_undoes_a_correction(vendor: Vendor) -> None:
    first = vendor.system.deliver(lead(), key="d-1")
    assert isinstance(first, Done)
    assert first.evidence["created"]
    vendor.system.rectify(WHO, {"full-name": "Right Name"}, key="r1")
    again = vendor.system.deliver(lead(), key="d-1")
    assert isinstance(again, Done)
    assert not again.evidence["created"]
    assert [record[LAST[vendor.name]] for record in vendor.mine()] == ["Right Name"]
    assert JO not in json.dumps([first.evidence, again.evidence])


def test_only_declared_items_are_sent_and_none_is_dropped(vendor: Vendor) -> None:
    with pytest.raises(SystemProblem, match="shoe-size"):
        vendor.system.deliver(lead(**{"shoe-size": "44"}), key="d-1")
    assert vendor.records() == []
    custom = {"salesforce": "Shoe__c", "hubspot": "shoe"}[vendor.name]
    vendor.ask("seed", custom_fields=[custom], properties=[custom])
    vendor.made(fields={"shoe-size": custom}).deliver(lead(**{"shoe-size": "44"}), key="d-1")
    assert vendor.mine()[0][custom] == "44"


def test_two_items_for_one_field_are_refused(vendor: Vendor) -> None:
    with pytest.raises(SystemProblem, match="share the field"):
        vendor.system.deliver(lead(**{"last-name": "Neil"}), key="d-1")


def test_erasure_is_for_good_and_harmless_when_repeated(vendor: Vendor) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    vendor.erased()
    assert found(vendor.system.find(WHO)).findings == ()
    assert [record[EMAIL[vendor.name]] for record in vendor.records()] == ["other@example.org"]
    vendor.erased()
    assert isinstance(vendor.system.suppress(WHO, key="s1"), Done)
    assert isinstance(vendor.system.rectify(WHO, {"last-name": "X"}, key="r1"), Done)
    assert isinstance(vendor.system.deliver(lead(), key="new"), Done)  # who was erased can come back
    assert len(vendor.mine()) == 1


def test_a_wrong_credential_asks_for_settings(vendor: Vendor) -> None:
    key = {"salesforce": "client_secret", "hubspot": "token"}[vendor.name]
    with pytest.raises(SystemProblem, match="credentials") as caught:
        vendor.made(**{key: "wrong"}).find(WHO)
    assert caught.value.consequence == "fix settings"
    assert "wrong" not in str(caught.value)


def test_a_missing_credential_is_told_by_its_place(vendor: Vendor) -> None:
    key = {"salesforce": "client_secret", "hubspot": "token"}[vendor.name]
    for source in ("env:TROTH_TEST_NO_SUCH", "file:no-such-file"):
        with pytest.raises(SystemProblem, match=r"no-such|NO_SUCH") as caught:
            vendor.made(**{key: source}).oldest()
        assert caught.value.consequence == "fix settings"


def test_a_short_wait_is_waited_out(vendor: Vendor) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    vendor.ask("fail", status=429, retry_after="0", count=2)
    assert len(found(vendor.system.find(WHO)).findings) == 2


def test_a_long_wait_is_put_off_and_then_respected(vendor: Vendor) -> None:
    vendor.ask("fail", status=429, retry_after="60")
    with pytest.raises(SystemProblem) as caught:
        vendor.system.find(WHO)
    assert (caught.value.consequence, caught.value.retry_after) == ("wait", timedelta(seconds=60))
    calls = len(vendor.ask("calls"))
    with pytest.raises(SystemProblem) as caught:
        vendor.system.oldest()
    assert caught.value.consequence == "wait"
    assert len(vendor.ask("calls")) == calls, "a vendor that asked us to wait is left alone"


def test_a_passing_fault_is_retried_and_a_lasting_one_told(vendor: Vendor) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    vendor.ask("fail", status=500)
    assert len(found(vendor.system.find(WHO)).findings) == 2
    vendor.ask("fail", status=503, count=50)
    with pytest.raises(SystemProblem, match="503") as caught:
        vendor.made(patience=0).find(WHO)
    assert caught.value.consequence == "retry"


@pytest.mark.parametrize("failure", [{"garbage": True}, {"hang": 1.0}, {"status": 302}])
def test_an_unreadable_answer_is_never_taken_for_nothing_found(vendor: Vendor, failure: dict[str, Any]) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    vendor.system.oldest()  # signed in
    system = vendor.made(patience=0, timeout=0.3)
    vendor.ask("fail", count=50, **failure)
    with pytest.raises(SystemProblem) as caught:
        system.find(WHO)
    assert caught.value.consequence in ("retry", "stop")
    assert JO not in str(caught.value)


def test_an_address_inside_is_refused_unless_it_is_meant(vendor: Vendor) -> None:
    for url in (f"{vendor.address}/{vendor.name}", vendor.address.replace("http", "https")):
        with pytest.raises(SystemProblem) as caught:
            vendor.made(allow_private=False, url=url).find(WHO)
        assert caught.value.consequence == "fix settings"
    assert vendor.ask("calls") == []


def test_no_address_appears_in_a_url(vendor: Vendor) -> None:
    vendor.ask("seed", records=RECORDS[vendor.name])
    vendor.system.find(WHO)
    vendor.system.deliver(lead(marketing=True), key="d-1")
    vendor.system.rectify(WHO, {"email": "new@example.org"}, key="r-1")
    vendor.system.suppress(WHO, key="s-1")
    vendor.erased()
    if isinstance(vendor.system, MarketingList):
        list(vendor.system.marketed())
    assert not [call["path"] for call in vendor.ask("calls") if "example.org" in call["path"] or "%40" in call["path"]]
