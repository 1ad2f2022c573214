"""HubSpot: contacts and what hangs on them through CRM v3, marketing e-mail through communication preferences v4.

Addresses travel in request bodies (batch operations), so that they stay out of URLs and their logs.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from troth.systems.kit.auth import Auth, Bearer
from troth.systems.kit.base import Outgoing
from troth.systems.kit.fields import items_of
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Finding, Found, Outcome, Pending, SystemProblem
from troth.systems.kit.paging import in_batches, pages
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.hubspot.mail import Subscriptions, all_well
from troth.systems.saas.hubspot.related import Related, remains
from troth.systems.saas.hubspot.settings import HubSpotSettings

CONTACTS = "/crm/v3/objects/contacts"
PAGE = 100
GROUPS = 5  # HubSpot's limit of filter groups in one search
KEYS_KEPT = 100
MOST_LISTED = 100_000  # pages of all contacts: ten million of them
INDEX_DELAY = timedelta(seconds=15)

Contact = Mapping[str, Any]


class HubSpot(SaasSystem):
    """Found by e-mail address, the primary and the additional ones of a contact."""

    Settings = HubSpotSettings
    TITLE: ClassVar[str] = "HubSpot"
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "form submissions, page views and conversations",
        "erase": "activities and tickets lie in the recycle bin for 90 days; deals, and what other people share, stay; "
        "HubSpot keeps the address on a block list",
        "rectify": "activities, tickets and deals keep what was written at the time",
        "suppress": "advertising audiences, which follow from lists of HubSpot's own",
    }
    FIELDS: ClassVar[Mapping[str, str]] = {
        "email": "email",
        "full-name": "lastname",
        "first-name": "firstname",
        "last-name": "lastname",
        "phone": "phone",
        "job-title": "jobtitle",
        "company": "company",
        "country": "country",
        "city": "city",
        "region": "state",
        "business-address": "address",
        "message": "message",
    }
    settings: HubSpotSettings

    def __init__(self, name: str, settings: HubSpotSettings) -> None:
        super().__init__(name, settings)
        self.mail = Subscriptions(name, self.api)
        self._related = Related(name, self.api, settings.also)

    def auth(self) -> Auth:
        return Bearer(self.settings.token)

    def find(self, who: Identifiers) -> Outcome:
        """Every contact with one of the e-mail addresses and what hangs on it, every property that has a value."""
        contacts = self._contacts(who, self._properties())
        related = list(self._related.findings([contact["id"] for contact in contacts]))
        counts = {"contacts": len(contacts), "related": len(related)}
        return Found(counts, (*(self._finding(contact) for contact in contacts), *related))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Archive what hangs on the person's contacts only, then delete each contact permanently, by id.

        Never by address: HubSpot puts an unknown address on a blocklist, and the person could not come back.
        """
        ids = [contact["id"] for contact in self._contacts(who, ["email"])]
        if not ids:
            return Done({"contacts": 0})
        goes, stays = self._related.parted(ids, self.settings.keep)
        self._related.archive(goes)
        for one in ids:
            self.api.call("erase a contact", "POST", f"{CONTACTS}/gdpr-delete", json={"objectId": one}, ok=(204, 404))
        archived = {kind: len(some) for kind, some in goes.items()}
        return self.check(json.dumps({"contacts": ids, "archived": archived, "kept": stays}))

    def check(self, token: str) -> Outcome:
        """Done when search no longer shows the contacts: its index follows a deletion with some delay."""
        ids, archived, kept = self._read_token(token)
        for some in in_batches(ids, PAGE):
            wanted = {"propertyName": "hs_object_id", "operator": "IN", "values": list(some)}
            if any(self._search_all(_search([{"filters": [wanted]}], []))):
                return Pending(token, INDEX_DELAY)
        return Done({"contacts": len(ids), "archived": archived, "kept": kept}, remains=remains(archived, kept))

    def _read_token(self, token: str) -> tuple[list[str], dict[str, int], dict[str, list[str]]]:
        try:
            told = json.loads(token)
            return [str(int(one)) for one in told["contacts"]], dict(told["archived"]), dict(told["kept"])
        except (ValueError, TypeError, LookupError):
            raise SystemProblem(
                f"{self.name}: this token is not from a HubSpot erasure; start the erasure again", consequence="stop"
            ) from None

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Write the right values into every contact of the person.

        A new e-mail address goes only to contacts whose own address is one of the old ones: two contacts cannot
        share an address, and HubSpot refuses the second.
        """
        fields = self.to_fields(changes)
        mine = {address.lower() for address in who.addresses}
        contacts = self._contacts(who, ["email"])
        for contact in contacts:
            own = (contact["properties"].get("email") or "").lower() in mine
            right = fields if own else {name: value for name, value in fields.items() if name != "email"}
            if right:
                body = {"properties": right}
                self.api.call("rectify a contact", "PATCH", f"{CONTACTS}/{contact['id']}", json=body)
        return Done({"contacts": len(contacts)})

    def suppress(self, who: Identifiers, *, key: str) -> Outcome:
        """Unsubscribe every address of the person from all e-mail, whether a contact has it now or not."""
        held = [contact["properties"].get("email") for contact in self._contacts(who, ["email"])]
        addresses = list(dict.fromkeys(address.lower() for address in (*who.addresses, *held) if address))
        for some in in_batches(addresses, PAGE):
            self.mail.unsubscribe_all(some)
        return Done({"addresses": len(addresses)})

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """Create or update the contact with the record's e-mail address; subscribe it only if the row is marketing.

        The key is noted on the contact last, so a delivery that broke off is made whole when repeated and one that
        was completed is left alone.
        """
        email = outgoing.values.get("email", "").strip().lower()
        if not email:
            raise SystemProblem(f"{self.name}: the record holds no e-mail address to file it under", consequence="stop")
        fields = {**self.to_fields(outgoing.values), "email": email}
        there, keys = self._noted(email)
        if key in keys:
            return Done({"id": there, "created": False})
        note = {self.settings.key_property: "\n".join([*keys, key][-KEYS_KEPT:])}
        made = self._upsert(email, fields if outgoing.marketing else {**fields, **note})
        evidence = {"id": str(made["id"]), "created": bool(made.get("new")), "fields": sorted(fields)}
        if outgoing.marketing:
            evidence["subscribed"] = self._subscribe(email, outgoing.record)
            self._upsert(email, note)
        return Done(evidence)

    def oldest(self) -> Outcome:
        """Creation time of the oldest contact."""
        body = _search([], ["createdate"], limit=1)
        found = self.api.call("search contacts", "POST", f"{CONTACTS}/search", json=body).need("results", list)
        return Done({"oldest": found[0]["createdAt"] if found else None})

    def test(self) -> Done:
        """Reads the number of the account."""
        told = self.api.call("read the account", "GET", "/account-info/v3/details")
        return Done({"account": str(told.need("portalId", int))})

    def marketed(self) -> Iterator[str]:
        """Addresses of contacts subscribed to at least one marketing e-mail subscription type."""
        for some in self._listed():
            for address, statuses in self.mail.statuses(some):
                if any(s["status"] == "SUBSCRIBED" and self._is_marketing(s) for s in statuses):
                    yield address

    def _listed(self) -> Iterator[list[str]]:
        """Addresses of all contacts, a page at a time."""
        first = self._page("0")
        for page in pages(first, _after, self._page, most=MOST_LISTED):
            addresses = [row["properties"]["email"] for row in page["results"] if row["properties"].get("email")]
            if addresses:
                yield addresses

    def _page(self, after: str) -> Mapping[str, Any]:
        query = {"limit": str(PAGE), "after": after, "properties": "email"}
        reply = self.api.call("list contacts", "GET", CONTACTS, params=query)
        reply.need("results", list)
        body: Mapping[str, Any] = reply.body
        return body

    def _is_marketing(self, status: Mapping[str, Any]) -> bool:
        return status["subscriptionId"] not in self.settings.not_marketing

    def _contacts(self, who: Identifiers, properties: Sequence[str]) -> list[Contact]:
        found: dict[str, Contact] = {}
        addresses = list(dict.fromkeys(address.lower() for address in who.addresses))
        for some in in_batches(addresses, GROUPS - 1):
            primary = {"propertyName": "email", "operator": "IN", "values": list(some)}
            more = [{"propertyName": "hs_additional_emails", "operator": "CONTAINS_TOKEN", "value": a} for a in some]
            body = _search([{"filters": [one]} for one in (primary, *more)], properties)
            found |= {contact["id"]: contact for contact in self._search_all(body)}
        return list(found.values())

    def _search_all(self, body: Mapping[str, Any]) -> Iterator[Contact]:
        def fetch(after: str) -> Mapping[str, Any]:
            reply = self.api.call("search contacts", "POST", f"{CONTACTS}/search", json={**body, "after": after})
            reply.need("results", list)
            page: Mapping[str, Any] = reply.body
            return page

        for page in pages(fetch("0"), _after, fetch):
            yield from page["results"]

    def _properties(self) -> list[str]:
        known = self.api.call("list properties", "GET", "/crm/v3/properties/contacts").need("results", list)
        return [one["name"] for one in known]

    def _finding(self, contact: Contact) -> Finding:
        values = {name: value for name, value in contact["properties"].items() if value not in (None, "")}
        return Finding("contact", contact["id"], values, items_of(self.mapping, values))

    def _noted(self, email: str) -> tuple[str | None, list[str]]:
        """The id of the contact with this address, if there is one, and the keys of deliveries noted on it."""
        body = {"idProperty": "email", "inputs": [{"id": email}], "properties": [self.settings.key_property]}
        body |= {"propertiesWithHistory": []}
        reply = self.api.call("look for a contact", "POST", f"{CONTACTS}/batch/read", json=body, ok=(200, 207))
        for row in reply.need("results", list):
            return row["id"], (row["properties"].get(self.settings.key_property) or "").split()
        return None, []

    def _upsert(self, email: str, properties: Mapping[str, str]) -> Contact:
        body = {"inputs": [{"id": email, "idProperty": "email", "properties": properties}]}
        reply = self.api.call("write a contact", "POST", f"{CONTACTS}/batch/upsert", json=body, ok=(200, 207))
        all_well(self.name, "write a contact", reply.body)
        written: list[Contact] = reply.need("results", list)
        if not written:
            raise SystemProblem(f"{self.name}: write a contact: the reply names no contact", consequence="retry")
        return written[0]

    def _subscribe(self, email: str, record: str) -> bool:
        wanted = self.settings.subscription_id
        if wanted is None:
            raise SystemProblem(
                f"{self.name}: set subscription_id: which subscription type do people who agree to marketing join?",
                consequence="fix settings",
            )
        return self.mail.subscribe(email, wanted, f"consent recorded with record {record}")


def _after(page: Mapping[str, Any]) -> str | None:
    """The cursor of the next page."""
    after: str | None = ((page.get("paging") or {}).get("next") or {}).get("after")
    return after


def _search(groups: Sequence[Mapping[str, Any]], properties: Sequence[str], limit: int = PAGE) -> dict[str, Any]:
    """A search body, oldest first; the published contract requires every member."""
    order = [{"propertyName": "createdate", "direction": "ASCENDING"}]
    return {"filterGroups": groups, "properties": properties, "sorts": order, "limit": limit, "after": "0"}
