"""Salesforce: leads, contacts and what hangs on them through the REST API, erasure through Bulk API 2.0."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field

from troth.systems.kit.auth import Auth
from troth.systems.kit.base import Outgoing
from troth.systems.kit.fields import items_of, to_fields
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Finding, Found, NotOffered, Outcome, Pending
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.salesforce import erasure, sign_in
from troth.systems.saas.salesforce.queries import DATA, Queries, Row
from troth.systems.saas.salesforce.reach import ERASED_IN_ORDER, PEOPLE, Also, Reach
from troth.systems.saas.salesforce.soql import select

# What a lead cannot be without; sent only where the record has nothing, as Salesforce's own web forms do.
REQUIRED = {"LastName": "[not provided]", "Company": "[not provided]"}
# A kind spells some fields otherwise; a contact's company is a reference to another object, not a text.
SPELLED: Mapping[str, Mapping[str, str]] = {
    "Contact": {"Country": "MailingCountry", "City": "MailingCity", "State": "MailingState", "Street": "MailingStreet"},
    "Case": {"Email": "SuppliedEmail", "LastName": "SuppliedName", "Phone": "SuppliedPhone",
             "Company": "SuppliedCompany"},
    "EmailMessage": {"Email": "FromAddress", "LastName": "FromName", "Description": "TextBody"},
}  # fmt: skip
READ_ONLY = NotOffered(
    reason="Salesforce lets nobody change a converted lead through its API",
    source="error CANNOT_UPDATE_CONVERTED_LEAD of the REST API",
    manual_steps="open the converted lead in Salesforce (permission View and Edit Converted Leads) and change it there",
)


class SalesforceSettings(sign_in.SignInSettings):
    """The integration user needs read, edit and delete on what is found, and 'Bulk API Hard Delete'."""

    key_field: str = Field(
        "Troth_Record__c",
        title="Key field",
        pattern=r"^\w+__c$",
        description="Custom text field of Lead, external id and unique: it keeps a delivery from happening twice.",
    )
    also: tuple[Also, ...] = Field(
        ("Case", "Task", "Event", "CampaignMember", "EmailMessage"),
        title="Also look in",
        description="What hangs on leads and contacts and is found and erased with them. Leave out what the org does "
        "not use; add Individual where Data Protection and Privacy is switched on.",
    )
    individual_flags: tuple[str, ...] = Field(
        ("HasOptedOutSolicit",),
        title="Flags of the individual",
        description="Checkboxes of Individual set when marketing stops (with Individual under `also`), such as "
        "HasOptedOutProfiling or HasOptedOutProcessing.",
    )
    poll_seconds: float = Field(
        30, gt=0, title="Poll", description="Seconds until a running erasure is looked at again."
    )


class Salesforce(SaasSystem):
    """Found by e-mail address in leads and contacts, merged and converted ones and the Recycle Bin included."""

    Settings = SalesforceSettings
    TITLE: ClassVar[str] = "Salesforce"
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "files, Chatter and custom objects; mail to the person that hangs on none of their cases",
        "erase": "person accounts are refused, they are deleted as accounts; administrators' queries may show the rows "
        "for about a day",
        "rectify": "converted leads are read only; cases, mail and tasks keep what was written at the time",
        "deliver": "makes leads only",
    }
    FIELDS: ClassVar[Mapping[str, str]] = {
        "email": "Email",
        "full-name": "LastName",
        "first-name": "FirstName",
        "last-name": "LastName",
        "phone": "Phone",
        "job-title": "Title",
        "company": "Company",
        "country": "Country",
        "city": "City",
        "region": "State",
        "business-address": "Street",
        "description": "Description",
        "message": "Description",
    }
    settings: SalesforceSettings

    def __init__(self, name: str, settings: SalesforceSettings) -> None:
        super().__init__(name, settings)
        self._queries = Queries(name, self.api)

    def auth(self) -> Auth:
        return sign_in.auth(lambda: self.api, self.name, self.settings)

    def find(self, who: Identifiers) -> Outcome:
        """Every row of the person, all fields; deleted ones are marked so."""
        if not who.email:
            return Found({"searched": 0})
        rows = self._reach().everything(who.addresses).rows
        ids = {kind: list(found) for kind, found in rows.items() if found}
        whole = self._queries.by_id(ids, {kind: self._queries.columns(kind) for kind in ids})
        counts = {kind: len(whole.get(kind, ())) for kind in (*PEOPLE, *self.settings.also)}
        return Found(counts, tuple(self._findings(whole)))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Delete, then hard-delete. Finds what an interrupted run left in the Recycle Bin, so `key` is not needed."""
        rows = self._reach().everything(who.addresses).rows if who.email else {}
        if not any(rows.values()):
            return Done({"rows": 0})
        ids = {kind: list(rows[kind]) for kind in ERASED_IN_ORDER if rows.get(kind)}
        for kind, found in ids.items():
            for row in found:
                if not rows[kind][row]["IsDeleted"]:
                    erasure.delete(self.api, kind, row)
        jobs = {kind: erasure.hard_delete(self.api, kind, found) for kind, found in ids.items()}
        return Pending(erasure.token(jobs, ids), self._poll)

    def check(self, token: str) -> Outcome:
        """Done only when the jobs are complete and not even queryAll sees the rows any more."""
        jobs, ids = erasure.read_token(token)
        states = [self.api.call("look at an erasure", "GET", f"{erasure.INGEST}/{job}").body for job in jobs.values()]
        left = self._queries.by_id(ids, dict.fromkeys(ids, ("Id",)))
        return erasure.judge(states, sum(map(len, left.values())), token, self._poll)

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Write the right values into every lead and contact of the person. Nothing is written if one cannot be."""
        found = self._people(who)
        bodies = {kind: self._fields_of(kind, changes) for kind in found.live()}
        return self._patch_all("rectify", found, bodies)

    def suppress(self, who: Identifiers, *, key: str) -> Outcome:
        """Set the e-mail opt-out on every lead and contact of the person, and the flags of their individual."""
        found = self._people(who)
        done = self._patch_all("suppress", found, {kind: {"HasOptedOutOfEmail": True} for kind in found.live()})
        linked = [row.get("IndividualId") for rows in found.rows.values() for row in rows.values()]
        flags = dict.fromkeys(self.settings.individual_flags, True)
        individuals = [one for one in dict.fromkeys(linked) if one and flags]
        for one in individuals:
            self._patch("suppress", "Individual", one, flags, ok=(204, 404))
        return Done(
            {**done.evidence, **({"Individual": len(individuals)} if individuals else {})}, remains=done.remains
        )

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """One lead per key. A lead already there under the key is left alone: it may have been corrected since.

        A delivery without marketing sets the e-mail opt-out; one with marketing leaves it as it is, so that a
        repeated delivery never undoes a suppression.
        """
        path = f"{DATA}/sobjects/Lead/{self.settings.key_field}/{quote(key, safe='')}"
        there = self.api.call("look for a lead", "GET", path, params={"fields": "Id"}, ok=(200, 404))
        if there.status == 200:
            return Done({"id": there.need("Id", str), "created": False})
        fields = self.to_fields(outgoing.values)
        body = {**REQUIRED, **fields, **({} if outgoing.marketing else {"HasOptedOutOfEmail": True})}
        made = self.api.call("create a lead", "PATCH", path, json=body, ok=(200, 201))
        return Done({"id": made.need("id", str), "created": made.need("created", bool), "fields": sorted(fields)})

    def oldest(self) -> Outcome:
        """Creation time of the oldest row of each kind that is looked in."""
        kinds = (*PEOPLE, *self.settings.also)
        rest = "ORDER BY CreatedDate ASC LIMIT 1"
        answers = self._queries.ask({kind: select(kind, ["Id", "CreatedDate"], rest) for kind in kinds})
        times = {kind: rows[0]["CreatedDate"] for kind, rows in answers.items() if rows}
        return Done({"oldest": min(times.values(), default=None), "by_kind": times})

    def test(self) -> Done:
        """Signs in and reads the name of the org."""
        asked = {"Organization": select("Organization", ["Id", "Name", "IsSandbox"], "LIMIT 1")}
        (org,) = self._queries.ask(asked)["Organization"]
        return Done({"account": org["Name"], "sandbox": org["IsSandbox"]})

    @property
    def _poll(self) -> timedelta:
        return timedelta(seconds=self.settings.poll_seconds)

    def _reach(self) -> Reach:
        return Reach(self._queries.ask, self.settings.also)

    def _people(self, who: Identifiers) -> Reach:
        return self._reach().people(who.addresses) if who.email else self._reach()

    def _findings(self, rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
        for kind, found in rows.items():
            for row in found:
                values = {k: v for k, v in row.items() if v is not None and k != "attributes"}
                name = f"{kind} (in the Recycle Bin)" if row.get("IsDeleted") else kind
                yield Finding(name, row["Id"], values, items_of(self._mapping_of(kind), values))

    def _mapping_of(self, kind: str) -> Mapping[str, str]:
        spelled = SPELLED.get(kind, {})
        drop = {"Company"} if kind == "Contact" else set()
        return {item: spelled.get(field, field) for item, field in self.mapping.items() if field not in drop}

    def _fields_of(self, kind: str, changes: Mapping[str, str]) -> dict[str, str]:
        return to_fields(f"{self.title} {kind}", self._mapping_of(kind), changes)

    def _patch_all(self, act: str, found: Reach, bodies: Mapping[str, Mapping[str, Any]]) -> Done:
        live = found.live()
        for kind, rows in live.items():
            for row in rows:
                self._patch(act, kind, row, bodies[kind])
        remains = (READ_ONLY,) if found.read_only() else ()
        return Done({kind: len(rows) for kind, rows in live.items()}, remains=remains)

    def _patch(self, act: str, kind: str, row: str, body: Mapping[str, Any], ok: Sequence[int] = (204,)) -> None:
        self.api.call(f"{act} a {kind}", "PATCH", f"{DATA}/sobjects/{kind}/{row}", json=body, ok=ok)
