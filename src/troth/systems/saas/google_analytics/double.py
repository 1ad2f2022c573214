"""A double of Google Analytics: deletions are taken and never confirmed, events are answered 204 come what may.

It trusts any key of the service account unless a public key is seeded.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import jwt

from troth.systems.sandbox.double import Answer, Ask, Double, stamp, token

ACCOUNT = "sandbox@troth.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/analytics.edit"
STREAM = {"measurement_id": "G-SANDBOX", "api_secret": "sandbox-secret"}
PROPERTY = "1000"
COLUMNS = {
    "clientId": "client_id", "userId": "user_id", "appInstanceId": "app_instance_id",
    "userProvidedData": "user_provided_data",
}  # fmt: skip
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,39}")
_RESERVED = ("firebase_", "ga_", "google_")


class GoogleAnalytics(Double):
    """`seed` takes records (events: client_id, user_id, app_instance_id, name, …), retention, public_key (PEM)."""

    vendor: ClassVar[str] = "google_analytics"

    def fresh(self) -> dict[str, Any]:
        retention = {"eventDataRetention": "FOURTEEN_MONTHS", "userDataRetention": "TWO_MONTHS"}
        return {"next": 1, "events": [], "tokens": [], "public_key": None, "retention": retention}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization", "").removeprefix("Bearer ") in self.state["tokens"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return {"error": {"code": status, "message": message, "status": code}}

    def expire(self) -> None:
        self.state["tokens"] = []

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        self.state |= {key: given[key] for key in ("retention", "public_key") if key in given}
        self.state["events"] += [{"time": stamp(now), "requested": None, **one} for one in given.get("records", ())]

    def dump(self) -> dict[str, Any]:
        return {"records": self.state["events"]}

    def advance(self) -> int:
        """The deletion run, which comes every two months and tells nobody."""
        before = len(self.state["events"])
        self.state["events"] = [one for one in self.state["events"] if not one["requested"]]
        return before - len(self.state["events"])

    def do_token(self, ask: Ask) -> Answer:
        key = self.state["public_key"]
        try:
            told = jwt.decode(
                ask.body["assertion"], key or "", algorithms=["RS256"], audience=f"{ask.base_url}/token",
                options={"verify_signature": key is not None, "verify_aud": True, "verify_exp": True},
            )  # fmt: skip
        except jwt.PyJWTError:
            return Answer(400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."})
        if (told.get("iss"), told.get("scope")) != (ACCOUNT, SCOPE):
            return Answer(400, {"error": "invalid_grant", "error_description": "account not found"})
        made = token()
        self.state["tokens"].append(made)
        return Answer(200, {"access_token": made, "expires_in": 3599, "token_type": "Bearer"})

    def do_property(self, ask: Ask) -> Answer:
        if ask.params["property"] != PROPERTY:
            return self.error(403, "PERMISSION_DENIED", "The caller does not have permission")
        return Answer(200, {"name": f"properties/{PROPERTY}", "displayName": "Sandbox"})

    def do_retention(self, ask: Ask) -> Answer:
        if ask.params["property"] != PROPERTY:
            return self.error(403, "PERMISSION_DENIED", "The caller does not have permission")
        return Answer(200, {"name": f"properties/{PROPERTY}/dataRetentionSettings", **self.state["retention"]})

    def do_delete_user(self, ask: Ask) -> Answer:
        if ask.params["property"] != PROPERTY:
            return self.error(403, "PERMISSION_DENIED", "The caller does not have permission")
        ((kind, value),) = ask.body.items()
        for event in self.state["events"]:
            if event.get(COLUMNS[kind]) == value:
                event["requested"] = event["requested"] or stamp(ask.now)
        return Answer(200, {"deletionRequestTime": stamp(ask.now)})  # whether it knows the id or not

    def do_validate(self, ask: Ask) -> Answer:
        faults = [fault for event in ask.body["events"] for fault in _faults(event)]
        return Answer(200, {"validationMessages": faults})

    def do_collect(self, ask: Ask) -> Answer:
        good = not any(_faults(event) for event in ask.body["events"])
        if good and all(ask.query[key] == value for key, value in STREAM.items()):  # else it is dropped without a word
            for event in ask.body["events"]:
                self._collect(ask.body["client_id"], event, ask.now)
        return Answer(204)

    def _collect(self, client: str, event: Mapping[str, Any], now: datetime) -> None:
        params = event.get("params", {})
        bought = params.get("transaction_id") if event["name"] == "purchase" else None
        if bought and any(one.get("transaction_id") == bought for one in self.state["events"]):
            return  # the same purchase twice: only the first counts
        told = {"client_id": client, "name": event["name"], "time": stamp(now), "requested": None}
        self.state["events"].append({**told, **params})


def _faults(event: Mapping[str, Any]) -> list[dict[str, str]]:
    names = (event["name"], *event.get("params", {}))
    return [
        {"validationCode": "NAME_INVALID" if not _NAME.fullmatch(name) else "NAME_RESERVED", "description": "no"}
        for name in names
        if not _NAME.fullmatch(name) or name.startswith(_RESERVED)
    ]
