"""Every vendor's connector is held to the suite; HubSpot's and Salesforce's part in it."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from troth.systems.conformance import Conformance, Record, Scenario
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.saas import manifest

JO = "jo.o'neil+x@example.org"
OTHER = "other@example.org"
SENT = {"email": JO, "full-name": "Jo Neil", "company": "Acme", "country": "France"}
OUTGOING = Outgoing("rec-1", "schedule-demo", "row", ("sales",), SENT, False)
CREATED = "2020-01-02T03:04:05.000Z"


def hers(record: Record) -> bool:
    return JO in str(record).lower().replace('"', "") and not record.get("IsDeleted")


def silent_in_salesforce(state: Mapping[str, Any]) -> bool:
    return all(row["HasOptedOutOfEmail"] for row in state["records"] if hers(row))


def silent_in_hubspot(state: Mapping[str, Any]) -> bool:
    held = state["statuses"].get(JO, {})
    return bool(held) and all(status["status"] == "UNSUBSCRIBED" for status in held.values())


class TestSalesforce(Conformance):
    scenario = Scenario(
        vendor="salesforce",
        settings={"client_id": "sandbox", "client_secret": "sandbox-secret", "poll_seconds": 0.01},
        secret="client_secret",
        person=Identifiers(email=(JO,)),
        seed={
            "records": [
                {"kind": "Lead", "Email": JO, "LastName": "Jo", "Company": "Acme", "CreatedDate": CREATED},
                {"kind": "Contact", "Email": JO.upper(), "LastName": "Jo"},
                {"kind": "Lead", "Email": OTHER, "LastName": "Other", "Company": "Acme"},
            ]
        },
        mine=hers,
        findings=2,
        crowd=(
            {"records": [{"kind": "Lead", "Email": JO, "LastName": "Jo", "Company": f"c{n}"} for n in range(7)],
             "page_size": 3},
            7,
        ),
        changes={"last-name": "O'Neil", "country": "Norway"},
        rectified=lambda record: record["LastName"] == "O'Neil",
        suppressed=silent_in_salesforce,
        outgoing=OUTGOING,
        oldest="2020-01-02T03:04:05",
        custom=({"custom_fields": ["Shoe__c"]}, "Shoe__c"),
    )  # fmt: skip


class TestHubSpot(Conformance):
    scenario = Scenario(
        vendor="hubspot",
        settings={"token": "sandbox-token", "subscription_id": 1001, "not_marketing": [1002]},
        secret="token",
        person=Identifiers(email=(JO,)),
        seed={
            "records": [
                {"email": JO, "lastname": "Jo", "createdate": CREATED},
                {"email": "second@example.org", "hs_additional_emails": f"third@example.org;{JO}", "lastname": "Jo"},
                {"email": OTHER, "lastname": "Other"},
            ],
            "subscribed": [JO, OTHER],
        },
        mine=hers,
        findings=2,
        crowd=({"records": [{"email": JO, "lastname": "Jo", "company": f"c{n}"} for n in range(7)], "page_size": 3}, 7),
        changes={"last-name": "O'Neil", "country": "Norway"},
        rectified=lambda record: record["lastname"] == "O'Neil",
        suppressed=silent_in_hubspot,
        outgoing=OUTGOING,
        oldest="2020-01-02T03:04:05",
        custom=({"properties": ["shoe"]}, "shoe"),
    )


def test_every_vendor_is_held_to_the_suite() -> None:
    """A connector without a scenario would be an exception nobody sees."""
    files = [path for path in Path(__file__).parent.glob("test_*.py") if "(Conformance)" in path.read_text()]
    classes = [thing for file in files for thing in vars(import_module(file.stem)).values() if isinstance(thing, type)]
    suites = [one for one in classes if issubclass(one, Conformance) and one is not Conformance]
    ours = {one.scenario.vendor.replace("_", "-") for one in suites if one.__module__ != "test_kit_rest"}
    assert ours == set(manifest.vendors())
