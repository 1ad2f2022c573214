"""What is peculiar to Salesforce: the Recycle Bin, hard-delete jobs, tokens, opt-outs, merges, what hangs on people."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from saas_vendor import JO, RECORDS, WHO, Vendor, found, lead

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, NotOffered, Pending, SystemProblem
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


CONTACT, CASE, SELF = "003000000000000C01", "500000000000000K01", "0PK000000000000I01"
PERSON = [
    {
        "kind": "Contact",
        "Id": CONTACT,
        "Email": JO,
        "LastName": "Jo",
        "IndividualId": SELF,
    },
    {"kind": "Individual", "Id": SELF, "LastName": "Jo"},
    {"kind": "Case", "Id": CASE, "ContactId": CONTACT, "Subject": "It broke"},
    {"kind": "Case", "SuppliedEmail": JO, "SuppliedName": "Jo", "Subject": "Web form"},
    {"kind": "Case", "SuppliedEmail": "other@example.org", "Subject": "Not theirs"},
    {"kind": "Task", "WhoId": CONTACT, "Subject": "Call Jo"},
    {"kind": "Event", "WhoId": CONTACT, "Subject": "Visit"},
    {"kind": "CampaignMember", "ContactId": CONTACT, "Status": "Sent"},
    {
        "kind": "EmailMessage",
        "ParentId": CASE,
        "FromAddress": "help@example.com",
        "TextBody": "Dear Jo",
    },
    {"kind": "EmailMessage", "FromAddress": JO.upper(), "TextBody": "Hello"},
    {"kind": "Task", "WhoId": "003000000000000C99", "Subject": "Call somebody else"},
]


def test_what_hangs_on_a_person_is_found_and_goes_with_them(salesforce: Vendor) -> None:
    salesforce.ask("reset")
    salesforce.ask("seed", records=PERSON)
    kinds = [finding.kind for finding in found(salesforce.system.find(WHO)).findings]
    assert sorted(kinds) == [
        "CampaignMember", "Case", "Case", "Contact", "EmailMessage", "EmailMessage", "Event", "Task"
    ]  # fmt: skip
    salesforce.system = salesforce.made(also=[*salesforce.system.settings.also, "Individual"])
    assert len(found(salesforce.system.find(WHO)).findings) == 9
    salesforce.erased()
    assert [row["Subject"] for row in salesforce.records()] == ["Not theirs", "Call somebody else"]


def test_a_contact_with_a_case_says_what_holds_it_back(salesforce: Vendor) -> None:
    salesforce.ask("reset")
    salesforce.ask("seed", records=PERSON)
    salesforce.system = salesforce.made(also=["Task"])
    with pytest.raises(SystemProblem, match="add Case to `also`") as caught:
        salesforce.system.erase(WHO, key="e1")
    assert caught.value.consequence == "stop"
    assert JO not in str(caught.value)


def test_merged_and_converted_records_are_the_same_person(salesforce: Vendor) -> None:
    """Whichever address the person gives: that of the winner, of a record merged away, or of a converted lead."""
    salesforce.ask("reset")
    winner, loser, lead_id = "003000000000000W01", "003000000000000L01", "00Q000000000000Q01"
    old = "old@example.org"
    salesforce.ask(
        "seed",
        records=[
            {"kind": "Contact", "Id": winner, "Email": JO, "LastName": "Jo"},
            {"kind": "Contact", "Id": loser, "Email": old, "LastName": "Jo", "IsDeleted": True,
             "MasterRecordId": winner},
            {"kind": "Lead", "Id": lead_id, "Email": "work@example.com", "LastName": "Jo", "Company": "Acme",
             "IsConverted": True, "ConvertedContactId": winner},
            {"kind": "Contact", "Email": "other@example.org", "LastName": "Other"},
        ],
    )  # fmt: skip
    for address in (JO, old, "work@example.com"):
        findings = found(salesforce.system.find(Identifiers(email=(address,)))).findings
        assert {finding.id for finding in findings} == {winner, loser, lead_id}
    salesforce.erased(Identifiers(email=(old,)))
    assert [row["LastName"] for row in salesforce.records()] == ["Other"]


def test_a_converted_lead_cannot_be_corrected_and_the_answer_says_so(salesforce: Vendor) -> None:
    salesforce.ask("reset")
    converted = {"kind": "Lead", "Email": JO, "LastName": "Jo", "Company": "A", "IsConverted": True}
    salesforce.ask("seed", records=[converted, {"kind": "Contact", "Email": JO, "LastName": "Jo"}])
    for outcome in (
        salesforce.system.rectify(WHO, {"last-name": "X"}, key="r"),
        salesforce.system.suppress(WHO, key="s"),
    ):
        assert isinstance(outcome, Done)
        assert outcome.evidence == {"Contact": 1}
        assert [type(rest) for rest in outcome.remains] == [NotOffered]
    assert sorted(row["LastName"] for row in salesforce.records()) == ["Jo", "X"]


def test_suppression_reaches_the_individual(salesforce: Vendor) -> None:
    salesforce.ask("reset")
    salesforce.ask("seed", records=PERSON)
    system = salesforce.made(also=["Individual"], individual_flags=["HasOptedOutSolicit", "HasOptedOutProfiling"])
    outcome = system.suppress(WHO, key="s1")
    assert isinstance(outcome, Done)
    assert outcome.evidence == {"Contact": 1, "Individual": 1}
    (individual,) = [row for row in salesforce.records() if row["kind"] == "Individual"]
    flags = ("HasOptedOutSolicit", "HasOptedOutProfiling", "HasOptedOutProcessing")
    assert [individual[flag] for flag in flags] == [True, True, False]


def test_an_org_without_individuals_is_not_asked_for_them(salesforce: Vendor) -> None:
    salesforce.ask("seed", individuals=False)
    assert len(found(salesforce.system.find(WHO)).findings) == 2
    with pytest.raises(SystemProblem, match="out of `also`") as caught:
        salesforce.made(also=["Individual"]).find(WHO)
    assert caught.value.consequence == "fix settings"


def test_sign_in_by_a_signed_statement(salesforce: Vendor, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    salesforce.ask("seed", certificate=public)
    by_key = {"client_secret": None, "private_key": pem, "username": "integration@example.com"}
    assert salesforce.made(**by_key).test().evidence["account"] == "Sandbox Inc"
    for wrong in ({"login_url": "https://elsewhere.example"}, {"client_id": "other"}, {"private_key": "no key"}):
        with pytest.raises(SystemProblem) as caught:
            salesforce.made(**{**by_key, **wrong}).test()
        assert caught.value.consequence == "fix settings"
        assert "PRIVATE" not in str(caught.value)


def test_the_connection_is_tested_with_the_name_of_the_org(salesforce: Vendor) -> None:
    assert salesforce.system.test() == Done({"account": "Sandbox Inc", "sandbox": True})
    for wrong in ({"client_secret": "wrong"}, {"client_secret": None}):
        with pytest.raises(SystemProblem) as caught:
            salesforce.made(**wrong).test()
        assert caught.value.consequence == "fix settings"


def test_hundreds_of_addresses_take_a_few_queries(salesforce: Vendor) -> None:
    salesforce.ask(
        "seed", records=[{"kind": "Lead", "Email": f"p{n}@example.org", "LastName": "P"} for n in range(450)]
    )
    many = Identifiers(email=tuple(f"p{n}@example.org" for n in range(450)))
    assert len(found(salesforce.system.find(many)).findings) == 450
    assert [call for call in salesforce.ask("calls") if call["faults"]] == []
    assert len(salesforce.ask("calls")) < 20
