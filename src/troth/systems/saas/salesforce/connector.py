"""Salesforce: leads and contacts through the REST API, erasure through Bulk API 2.0."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from pydantic import Field

from troth.systems.kit.auth import Auth, Fetched
from troth.systems.kit.base import Outgoing
from troth.systems.kit.fields import items_of, to_fields
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Finding, Found, Outcome, Pending, SystemProblem
from troth.systems.kit.paging import pages
from troth.systems.kit.saas import SaasSystem
from troth.systems.kit.settings import ConnectorSettings, SecretText
from troth.systems.saas.salesforce import erasure
from troth.systems.saas.salesforce.soql import one_of, select

DATA = "/services/data/v60.0"
KINDS = ("Lead", "Contact")
# What a lead cannot be without; sent only where the record has nothing, as Salesforce's own web forms do.
REQUIRED = {"LastName": "[not provided]", "Company": "[not provided]"}
# A contact spells some fields otherwise, and its company is a reference to another object, not a text.
CONTACT = {"Country": "MailingCountry", "City": "MailingCity", "State": "MailingState", "Street": "MailingStreet"}

Row = Mapping[str, Any]


class SalesforceSettings(ConnectorSettings):
    """The integration user needs read, edit and delete on leads and contacts, and 'Bulk API Hard Delete'."""

    client_id: str = Field(title="Client id", description="Consumer key of a connected app with client credentials.")
    client_secret: SecretText = Field(title="Client secret", description="Consumer secret of that app.")
    key_field: str = Field(
        "Troth_Record__c",
        title="Key field",
        pattern=r"^\w+__c$",
        description="Custom text field of Lead, external id and unique: it keeps a delivery from happening twice.",
    )
    poll_seconds: float = Field(
        30, gt=0, title="Poll", description="Seconds until a running erasure is looked at again."
    )


class Salesforce(SaasSystem):
    """Found by e-mail address, in leads and contacts, the Recycle Bin included."""

    Settings = SalesforceSettings
    TITLE: ClassVar[str] = "Salesforce"
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

    def auth(self) -> Auth:
        return Fetched(self._fetch_token)

    def _fetch_token(self) -> str:
        form = {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret.reveal()}
        form["grant_type"] = "client_credentials"
        token: str = self.api.fetch("sign in", "/services/oauth2/token", form).need("access_token", str)
        return token

    def find(self, who: Identifiers) -> Outcome:
        """Every lead and contact with one of the e-mail addresses, all fields; deleted ones are marked so."""
        if not who.email:
            return Found({"searched": 0})
        where = one_of("Email", who.addresses)
        asked = {kind: select(kind, self._columns(kind), where) for kind in KINDS}
        rows = self._query(asked)
        return Found({kind: len(rows[kind]) for kind in KINDS}, tuple(self._findings(rows)))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Delete, then hard-delete. Finds what an interrupted run left in the Recycle Bin, so `key` is not needed."""
        rows = {kind: found for kind, found in self._ids(who).items() if found}
        if not rows:
            return Done({"rows": 0})
        for kind, found in rows.items():
            for row in found:
                if not row["IsDeleted"]:
                    erasure.delete(self.api, kind, row["Id"])
        ids = {kind: [row["Id"] for row in found] for kind, found in rows.items()}
        jobs = {kind: erasure.hard_delete(self.api, kind, found) for kind, found in ids.items()}
        return Pending(erasure.token(jobs, ids), self._poll)

    def check(self, token: str) -> Outcome:
        """Done only when the jobs are complete and not even queryAll sees the rows any more."""
        jobs, ids = erasure.read_token(token)
        states = [self.api.call("look at an erasure", "GET", f"{erasure.INGEST}/{job}").body for job in jobs.values()]
        asked = {kind: select(kind, ["Id"], one_of("Id", rows)) for kind, rows in ids.items()}
        left = sum(map(len, self._query(asked).values()))
        return erasure.judge(states, left, token, self._poll)

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Write the right values into every lead and contact of the person. Nothing is written if one cannot be."""
        live = self._live(who)
        bodies = {kind: self._fields_of(kind, changes) for kind in live}
        return self._patch_all("rectify", live, bodies)

    def suppress(self, who: Identifiers, *, key: str) -> Outcome:
        """Set the e-mail opt-out on every lead and contact of the person."""
        live = self._live(who)
        return self._patch_all("suppress", live, {kind: {"HasOptedOutOfEmail": True} for kind in live})

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
        """Creation time of the oldest lead or contact."""
        asked = {kind: select(kind, ["Id", "CreatedDate"], "ORDER BY CreatedDate ASC LIMIT 1") for kind in KINDS}
        times = {kind: rows[0]["CreatedDate"] for kind, rows in self._query(asked).items() if rows}
        return Done({"oldest": min(times.values(), default=None), "by_kind": times})

    @property
    def _poll(self) -> timedelta:
        return timedelta(seconds=self.settings.poll_seconds)

    def _columns(self, kind: str) -> list[str]:
        described = self.api.call(f"describe {kind}", "GET", f"{DATA}/sobjects/{kind}/describe")
        return [field["name"] for field in described.need("fields", list)]

    def _query(self, asked: Mapping[str, str]) -> dict[str, list[Row]]:
        """Several queries in one call, every page of each, the Recycle Bin included.

        Through the composite resource, so that addresses travel in the body and stay out of URLs.
        """
        orders = [
            {"method": "GET", "referenceId": kind, "url": f"{DATA}/queryAll?{urlencode({'q': soql})}"}
            for kind, soql in asked.items()
        ]
        reply = self.api.call(
            "query", "POST", f"{DATA}/composite", json={"compositeRequest": orders, "allOrNone": False}
        )
        answers = {answer.get("referenceId"): answer for answer in reply.need("compositeResponse", list)}
        return {kind: list(self._rows(answers.get(kind, {}))) for kind in asked}

    def _rows(self, answer: Mapping[str, Any]) -> Iterator[Row]:
        first = answer.get("body")
        if answer.get("httpStatusCode") != 200 or not isinstance(first, Mapping) or "records" not in first:
            raise SystemProblem(
                f"{self.name}: a query was answered {answer.get('httpStatusCode')}; "
                "check that the integration user may read leads and contacts and all their fields",
                consequence="fix settings",
            )
        for page in pages(first, lambda page: page.get("nextRecordsUrl"), self._next):
            yield from page["records"]

    def _next(self, path: str) -> Mapping[str, Any]:
        page = self.api.call("read the next page", "GET", path)
        page.need("records", list)
        body: Mapping[str, Any] = page.body
        return body

    def _ids(self, who: Identifiers) -> dict[str, list[Row]]:
        if not who.email:
            return {}
        where = one_of("Email", who.addresses)
        return self._query({kind: select(kind, ["Id", "IsDeleted"], where) for kind in KINDS})

    def _live(self, who: Identifiers) -> dict[str, list[str]]:
        rows = {kind: [row["Id"] for row in found if not row["IsDeleted"]] for kind, found in self._ids(who).items()}
        return {kind: found for kind, found in rows.items() if found}

    def _findings(self, rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
        for kind, found in rows.items():
            for row in found:
                values = {k: v for k, v in row.items() if v is not None and k != "attributes"}
                name = f"{kind} (in the Recycle Bin)" if row.get("IsDeleted") else kind
                yield Finding(name, row["Id"], values, items_of(self._mapping_of(kind), values))

    def _mapping_of(self, kind: str) -> Mapping[str, str]:
        if kind == "Lead":
            return self.mapping
        return {item: CONTACT.get(field, field) for item, field in self.mapping.items() if field != "Company"}

    def _fields_of(self, kind: str, changes: Mapping[str, str]) -> dict[str, str]:
        return to_fields(f"{self.title} {kind}", self._mapping_of(kind), changes)

    def _patch_all(
        self, act: str, live: Mapping[str, Sequence[str]], bodies: Mapping[str, Mapping[str, Any]]
    ) -> Outcome:
        for kind, rows in live.items():
            for row in rows:
                self.api.call(f"{act} a {kind}", "PATCH", f"{DATA}/sobjects/{kind}/{row}", json=bodies[kind], ok=(204,))
        return Done({kind: len(rows) for kind, rows in live.items()})
