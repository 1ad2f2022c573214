"""A vendor's connector with its double, for the tests of connectors."""

import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Found, Pending
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas import manifest

JO = "jo.o'neil+x@example.org"
WHO = Identifiers(email=(JO,))
SETTINGS: dict[str, dict[str, Any]] = {
    "salesforce": {"client_id": "sandbox", "client_secret": "sandbox-secret", "poll_seconds": 0.01},
    "hubspot": {"token": "sandbox-token", "subscription_id": 1001, "not_marketing": [1002]},
}
RECORDS: dict[str, list[dict[str, Any]]] = {
    "salesforce": [
        {"kind": "Lead", "Email": JO, "LastName": "Jo", "Company": "Acme", "CreatedDate": "2020-01-02T03:04:05.000Z"},
        {"kind": "Contact", "Email": JO.upper(), "LastName": "Jo"},
        {"kind": "Lead", "Email": "other@example.org", "LastName": "Other", "Company": "Acme"},
    ],
    "hubspot": [
        {"email": JO, "lastname": "Jo", "createdate": "2020-01-02T03:04:05.000Z"},
        {"email": "second@example.org", "hs_additional_emails": f"third@example.org;{JO}", "lastname": "Jo"},
        {"email": "other@example.org", "lastname": "Other"},
    ],
}
# Field, as the vendor spells it.
LAST, COMPANY = {"salesforce": "LastName", "hubspot": "lastname"}, {"salesforce": "Company", "hubspot": "company"}
EMAIL = {"salesforce": "Email", "hubspot": "email"}


@dataclass
class Vendor:
    name: str
    system: SaasSystem
    address: str

    def ask(self, act: str, **given: Any) -> Any:
        read = act in ("state", "calls")
        request = urllib.request.Request(
            f"{self.address}/_sandbox/{self.name}/{act}",
            method="GET" if read else "POST",
            data=None if read else json.dumps(given).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def records(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask("state")["records"]
        return rows

    def mine(self) -> list[dict[str, Any]]:
        return [r for r in self.records() if JO in json.dumps(r).lower() and not r.get("IsDeleted")]

    def made(self, **settings: Any) -> SaasSystem:
        config = {**SETTINGS[self.name], "url": f"{self.address}/{self.name}", "allow_private": True, **settings}
        return manifest.connector(self.name).from_config(self.name, config, Path("/nowhere"))

    def erased(self, who: Identifiers = WHO) -> Done:
        outcome = self.system.erase(who, key="e1")
        for _ in range(5):
            if isinstance(outcome, Pending):
                self.ask("advance")
                outcome = self.system.check(outcome.token)
        assert isinstance(outcome, Done)
        return outcome

    def broken_contracts(self) -> list[Any]:
        return [call for call in self.ask("calls") if call["faults"] and call["faults"] != ["failure asked for"]]


def found(outcome: object) -> Found:
    assert isinstance(outcome, Found)
    return outcome


def lead(marketing: bool = False, **values: str) -> Outgoing:
    items = {"email": JO, "full-name": "Jo Neil", "company": "Acme", "country": "France", **values}
    return Outgoing("rec-1", "schedule-demo", "row", ("sales",), items, marketing)
