"""A double of HubSpot: contacts, subscriptions by address, a blocklist that erasing an unknown address fills."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from troth.systems.saas.hubspot.double_related import RELATED, RelatedDouble, batch, timed
from troth.systems.sandbox.double import Answer, Ask, stamp, token

TOKEN = "sandbox-token"  # noqa: S105 the double's own, worth nothing elsewhere
PROPERTIES = (
    "email", "hs_additional_emails", "firstname", "lastname", "phone", "jobtitle", "company", "country", "city",
    "state", "address", "message", "createdate", "hs_object_id", "troth_records",
)  # fmt: skip
READ_ONLY = frozenset({"createdate", "hs_object_id"})
SUBSCRIPTIONS = {"1001": "Marketing Information", "1002": "One to One"}


class HubSpot(RelatedDouble):
    """`seed` takes records (properties; or {"kind": "tickets", "of": addresses, …} for what hangs on contacts),
    properties (custom names), subscribed (addresses), page_size, search_lag.
    """

    vendor: ClassVar[str] = "hubspot"

    def fresh(self) -> dict[str, Any]:
        who: dict[str, Any] = {"contacts": {}, "statuses": {}, "blocklist": [], "ghosts": [], "related": {}}
        return {"next": 1, **who, "properties": list(PROPERTIES), "page_size": 200, "search_lag": 0, "expired": False}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {TOKEN}" and not self.state["expired"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return {"status": "error", "message": message, "category": code, "correlationId": token()}

    def expire(self) -> None:
        self.state["expired"] = True

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        self.state["properties"] += [n for n in given.get("properties", ()) if n not in self.state["properties"]]
        self.state |= {key: given[key] for key in ("page_size", "search_lag") if key in given}
        for record in given.get("records", ()):
            if "kind" in record:
                self.relate(record, now)
            else:
                self._insert(record, now)
        for address in given.get("subscribed", ()):
            self._set_status(address, "1001", "SUBSCRIBED", now)

    def dump(self) -> dict[str, Any]:
        records = [{"id": row["id"], **row["properties"]} for row in self.state["contacts"].values()]
        subscribed = [
            address
            for address, held in self.state["statuses"].items()
            if any(status["status"] == "SUBSCRIBED" for status in held.values())
        ]
        told = {"subscribed": subscribed, "statuses": self.state["statuses"], "blocklist": self.state["blocklist"]}
        return {"records": [*records, *self.related_records()], **told}

    def do_account(self, ask: Ask) -> Answer:
        return Answer(200, {"portalId": 62515, "accountType": "SANDBOX"})

    def do_properties(self, ask: Ask) -> Answer:
        names = self.state["properties"] if ask.params["kind"] == "contacts" else RELATED
        return Answer(200, {"results": [{"name": name, "label": name, "type": "string"} for name in names]})

    def do_list(self, ask: Ask) -> Answer:
        wanted = ask.query.get("properties", "email").split(",")
        rows = sorted(self.state["contacts"].values(), key=lambda row: int(row["id"]))
        return self._page(rows, int(ask.query.get("after", "0")), int(ask.query.get("limit", "10")), wanted)

    def do_search(self, ask: Ask) -> Answer:
        groups = [group["filters"] for group in ask.body["filterGroups"]]
        asked = {one["propertyName"] for group in groups for one in group}
        asked |= {sort["propertyName"] for sort in ask.body["sorts"]}
        if asked - set(self.state["properties"]):
            return self.error(400, "VALIDATION_ERROR", "there is no such property")
        index = [*self.state["contacts"].values(), *self._ghosts()]
        rows = [row for row in index if not groups or _any_group(groups, row["properties"])]
        for sort in ask.body["sorts"]:
            key = sort["propertyName"]
            rows.sort(key=lambda row: str(row["properties"].get(key)), reverse=sort["direction"] == "DESCENDING")
        page = self._page(rows, int(ask.body["after"]), ask.body["limit"], ask.body["properties"])
        return Answer(200, {"total": len(rows), **page.body})

    def _ghosts(self) -> list[Any]:
        """Erased contacts that search still shows: its index lags behind, here by a number of searches."""
        for ghost in self.state["ghosts"]:
            ghost["left"] -= 1
        self.state["ghosts"] = [ghost for ghost in self.state["ghosts"] if ghost["left"] >= 0]
        return [ghost["row"] for ghost in self.state["ghosts"]]

    def _page(self, rows: list[Any], start: int, limit: int, wanted: Iterable[str]) -> Answer:
        end = start + min(limit, self.state["page_size"])
        body: dict[str, Any] = {"results": [_shown(row, wanted) for row in rows[start:end]]}
        if end < len(rows):
            body["paging"] = {"next": {"after": str(end)}}
        return Answer(200, body)

    def do_batch_read(self, ask: Ask) -> Answer:
        rows = [self._by_email(one["id"]) for one in ask.body["inputs"]]
        found = [_shown(row, ask.body["properties"]) for row in rows if row]
        missing = [
            {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "not found"} for row in rows if not row
        ]
        return batch(found, missing[:1], ask.now)

    def do_batch_upsert(self, ask: Ask) -> Answer:
        unknown = {name for one in ask.body["inputs"] for name in one["properties"]} - set(self.state["properties"])
        if unknown:
            return self.error(400, "PROPERTY_DOESNT_EXIST", f"Property {min(unknown)} does not exist")
        written, faults = [], []
        for one in ask.body["inputs"]:
            if one["id"].lower() in self.state["blocklist"]:
                faults.append({"status": "error", "category": "VALIDATION_ERROR", "message": "the address is blocked"})
                continue
            row = self._by_email(one["id"])
            new = row is None
            if row is None:
                row = self._insert({"email": one["id"], **one["properties"]}, ask.now)
            row["properties"] |= one["properties"]
            row["updatedAt"] = stamp(ask.now)
            written.append({**_shown(row, one["properties"]), "new": new})
        return batch(written, faults, ask.now)

    def do_update(self, ask: Ask) -> Answer:
        row = self.state["contacts"].get(ask.params["id"])
        given = ask.body["properties"]
        if row is None:
            return self.error(404, "OBJECT_NOT_FOUND", "no such contact")
        if set(given) - set(self.state["properties"]) or set(given) & READ_ONLY:
            return self.error(400, "PROPERTY_DOESNT_EXIST", "a property does not exist or cannot be written")
        other = self._by_email(given.get("email", ""))
        if other and other is not row:
            return self.error(409, "CONFLICT", "another contact has this address")
        row["properties"] |= given
        row["updatedAt"] = stamp(ask.now)
        return Answer(200, _shown(row, self.state["properties"]))

    def do_gdpr_delete(self, ask: Ask) -> Answer:
        wanted = ask.body["objectId"]
        if ask.body.get("idProperty") == "email":
            row = self._by_email(wanted)
            if row is None:
                self.state["blocklist"].append(wanted.lower())  # the trap: this person can never come back
                return Answer(204)
        else:
            row = self.state["contacts"].get(wanted)
            if row is None:
                return self.error(404, "OBJECT_NOT_FOUND", "no such contact")
        del self.state["contacts"][row["id"]]
        self.state["ghosts"].append({"row": row, "left": self.state["search_lag"]})
        self.state["statuses"].pop(str(row["properties"].get("email", "")).lower(), None)
        return Answer(204)

    def do_read_statuses(self, ask: Ask) -> Answer:
        return self._by_address(ask.body["inputs"], ask.now)

    def do_unsubscribe_all(self, ask: Ask) -> Answer:
        for address in ask.body["inputs"]:
            for subscription in SUBSCRIPTIONS:
                self._set_status(address, subscription, "UNSUBSCRIBED", ask.now)
        return self._by_address(ask.body["inputs"], ask.now)

    def do_write_statuses(self, ask: Ask) -> Answer:
        written, faults = [], []
        for one in ask.body["inputs"]:
            address, subscription = one["subscriberIdString"], str(one["subscriptionId"])
            if subscription not in SUBSCRIPTIONS:
                faults.append({"status": "error", "category": "VALIDATION_ERROR", "message": "no such subscription"})
            elif one["statusState"] == "SUBSCRIBED" and self._status(address, subscription) == "UNSUBSCRIBED":
                message = "You cannot subscribe an unsubscribed address."
                faults.append({"status": "error", "category": "VALIDATION_ERROR", "message": message})
            else:
                self._set_status(address, subscription, one["statusState"], ask.now)
                written.append(self._shown_status(address, subscription, ask.now))
        return batch(written, faults, ask.now)

    def _by_address(self, addresses: Iterable[str], now: datetime) -> Answer:
        results = [
            {"subscriberIdString": a, "statuses": [self._shown_status(a, s, now) for s in SUBSCRIPTIONS]}
            for a in addresses
        ]
        return Answer(200, timed({"results": results}, now))

    def _status(self, address: str, subscription: str) -> str:
        held = self.state["statuses"].get(address.lower(), {}).get(subscription, {})
        return str(held.get("status", "NOT_SPECIFIED"))

    def _set_status(self, address: str, subscription: str, status: str, now: datetime) -> None:
        held = self.state["statuses"].setdefault(address.lower(), {})
        held[subscription] = {"status": status, "timestamp": stamp(now)}

    def _shown_status(self, address: str, subscription: str, now: datetime) -> dict[str, Any]:
        held = self.state["statuses"].get(address.lower(), {}).get(subscription, {})
        told = {"channel": "EMAIL", "source": "API", "subscriberIdString": address}
        name = {"subscriptionId": int(subscription), "subscriptionName": SUBSCRIPTIONS[subscription]}
        status = self._status(address, subscription)
        return {**told, **name, "status": status, "timestamp": held.get("timestamp", stamp(now))}

    def _by_email(self, address: str) -> dict[str, Any] | None:
        rows: list[dict[str, Any]] = list(self.state["contacts"].values())
        return next((row for row in rows if address and address.lower() in _addresses(row["properties"])), None)

    def _insert(self, properties: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        made = str(100 + self.new_number())
        given = {"createdate": stamp(now), "hs_object_id": made, **properties}
        row = {
            "id": made,
            "properties": given,
            "createdAt": given["createdate"],
            "updatedAt": stamp(now),
            "archived": False,
        }
        self.state["contacts"][made] = row
        return row


def _addresses(properties: Mapping[str, Any]) -> list[str]:
    more = str(properties.get("hs_additional_emails") or "").split(";")
    return [address.lower() for address in (str(properties.get("email") or ""), *more) if address]


def _any_group(groups: list[list[Mapping[str, Any]]], properties: Mapping[str, Any]) -> bool:
    return any(all(_matches(one, properties) for one in group) for group in groups)


def _matches(one: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    held = str(properties.get(one["propertyName"]) or "").lower()
    if one["operator"] == "IN":
        return held in one["values"]
    if one["operator"] == "CONTAINS_TOKEN":
        return one["value"].lower() in held.split(";")
    return bool(held == str(one["value"]).lower())


def _shown(row: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    held = row["properties"]
    always = {name: held.get(name) for name in ("createdate", "hs_object_id")}
    return {**row, "properties": {**always, **{name: held.get(name) for name in wanted}}}
