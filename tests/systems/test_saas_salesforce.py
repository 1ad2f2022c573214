"""What is peculiar to Salesforce: the Recycle Bin, hard-delete jobs, tokens, opt-outs."""

import json
from collections.abc import Iterator

import pytest
from saas_vendor import JO, RECORDS, WHO, Vendor, found, lead

from troth.systems.kit.outcomes import Done, Pending, SystemProblem
from troth.systems.sandbox.server import running


@pytest.fixture
def salesforce() -> Iterator[Vendor]:
    with running() as address:
        it = Vendor("salesforce", None, address)  # type: ignore[arg-type]
        it.system = it.made()
        it.ask("seed", records=RECORDS["salesforce"])
        yield it


def test_until_the_job_is_done_the_rows_are_in_the_bin_and_found_there(salesforce: Vendor) -> None:
    outcome = salesforce.system.erase(WHO, key="e1")
    assert isinstance(outcome, Pending)
    assert JO not in outcome.token
    kinds = {finding.kind for finding in found(salesforce.system.find(WHO)).findings}
    assert kinds == {"Lead (in the Recycle Bin)", "Contact (in the Recycle Bin)"}
    assert isinstance(salesforce.system.check(outcome.token), Pending)
    salesforce.ask("advance")
    done = salesforce.system.check(outcome.token)
    assert isinstance(done, Done)
    assert len(done.evidence["jobs"]) == 2
    assert salesforce.system.check(outcome.token) == done
    assert found(salesforce.system.find(WHO)).findings == ()


def test_an_erasure_cut_off_after_the_delete_is_finished_by_the_next(salesforce: Vendor) -> None:
    salesforce.ask("fail", status=500, operation="create_job", count=50)
    with pytest.raises(SystemProblem) as caught:
        salesforce.system.erase(WHO, key="e1")
    assert caught.value.consequence == "retry"
    assert [row["Email"] for row in salesforce.records() if row["IsDeleted"]] == [JO, JO.upper()]
    salesforce.ask("reset")
    salesforce.ask("seed", records=[{**row, "IsDeleted": True} for row in RECORDS["salesforce"][:2]])
    salesforce.erased()
    assert salesforce.records() == []


def test_without_the_hard_delete_permission_a_person_is_told_what_to_do(salesforce: Vendor) -> None:
    salesforce.ask("seed", hard_delete=False)
    with pytest.raises(SystemProblem, match="Bulk API Hard Delete") as caught:
        salesforce.system.erase(WHO, key="e1")
    assert caught.value.consequence == "fix settings"


def test_an_expired_token_is_fetched_anew_once(salesforce: Vendor) -> None:
    salesforce.system.oldest()
    salesforce.ask("expire")
    assert isinstance(salesforce.system.oldest(), Done)
    assert [call["operation"] for call in salesforce.ask("calls")].count("token") == 2


def test_a_strange_token_is_refused(salesforce: Vendor) -> None:
    for token in ("", "{}", "[]", "null", '{"jobs": 1}'):
        with pytest.raises(SystemProblem):
            salesforce.system.check(token)


def test_suppression_holds_against_a_repeated_marketing_delivery(salesforce: Vendor) -> None:
    salesforce.ask("reset")
    salesforce.system.deliver(lead(marketing=True), key="d-1")
    assert [row["HasOptedOutOfEmail"] for row in salesforce.mine()] == [False]
    salesforce.system.suppress(WHO, key="s-1")
    salesforce.system.deliver(lead(marketing=True), key="d-1")
    assert [row["HasOptedOutOfEmail"] for row in salesforce.mine()] == [True]


def test_a_lead_that_is_not_for_marketing_is_opted_out_from_the_start(salesforce: Vendor) -> None:
    salesforce.ask("reset")
    salesforce.system.deliver(lead(), key="d-1")
    (row,) = salesforce.mine()
    assert row["HasOptedOutOfEmail"] is True
    assert row["Troth_Record__c"] == "d-1"


def test_a_next_page_elsewhere_is_refused(salesforce: Vendor) -> None:
    """A vendor's reply cannot make the connector carry its token to another host."""
    with pytest.raises(SystemProblem, match="leave the configured address"):
        salesforce.system.api.call("read", "GET", "https://evil.example/x")
    with pytest.raises(SystemProblem, match="leave the configured address"):
        salesforce.system.api.call("read", "GET", "//evil.example/x")


def test_a_contact_has_no_company_field(salesforce: Vendor) -> None:
    before = json.dumps(salesforce.records())
    with pytest.raises(SystemProblem, match="Contact"):
        salesforce.system.rectify(WHO, {"company": "New"}, key="r1")
    assert json.dumps(salesforce.records()) == before
