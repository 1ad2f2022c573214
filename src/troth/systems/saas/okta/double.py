"""A double of Okta: two deletes, an index that lags, a log nobody can empty and that never ends unless told to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

import jwt

from troth.systems.saas.okta.double_query import concerns, matches
from troth.systems.sandbox.double import Answer, Ask, Double, stamp, token

SSWS = "SSWS sandbox-token"
BASE = (
    "login", "email", "secondEmail", "firstName", "lastName", "displayName", "nickName", "mobilePhone", "title",
    "userType", "employeeNumber", "organization", "city", "state", "streetAddress",
)  # fmt: skip


class Okta(Double):
    """`seed` takes records (kind user with a profile, status, groups, roles, factors; or log with an actor's login,
    a target's and a time), attributes (custom ones), groups (id → name), page_size, search_lag, unindexed (search shows
    nobody yet), public_key (of a service app), promote (login of somebody who is made an admin)."""

    vendor: ClassVar[str] = "okta"

    def fresh(self) -> dict[str, Any]:
        people: dict[str, Any] = {"users": {}, "lagging": [], "attributes": [*BASE, "troth_records"], "log": []}
        ways: dict[str, Any] = {
            "page_size": 200,
            "search_lag": 0,
            "unindexed": False,
            "expired": False,
            "public_key": None,
            "tokens": [],
        }
        return {"next": 1, **people, **ways, "groups": {"00gEveryone": "Everyone", "00gPortal": "Portal"}}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        word, _, given = headers.get("authorization", "").partition(" ")
        if word == "Bearer":
            return given in self.state["tokens"]
        return headers.get("authorization") == SSWS and not self.state["expired"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        told = {401: "E0000011", 404: "E0000007", 400: "E0000001"}.get(status, "E0000009")
        return {"errorCode": told, "errorSummary": message, "errorLink": told, "errorId": token(), "errorCauses": []}

    def expire(self) -> None:
        self.state |= {"expired": True, "tokens": []}

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        self.state["attributes"] += [
            name for name in given.get("attributes", ()) if name not in self.state["attributes"]
        ]
        self.state |= {
            key: given[key] for key in ("page_size", "search_lag", "unindexed", "public_key") if key in given
        }
        self.state["groups"] |= given.get("groups", {})
        promoted = self._by_login(given.get("promote", ""))
        if promoted:
            promoted["roles"].append({"id": "r9", "type": "ORG_ADMIN", "status": "ACTIVE"})
        for record in given.get("records", ()):
            fields = {name: value for name, value in record.items() if name != "kind"}
            (self._add if record["kind"] == "user" else self._log)(fields, now)

    def dump(self) -> dict[str, Any]:
        users = [{"kind": "user", **row} for row in self.state["users"].values()]
        return {"records": users, "log": self.state["log"]}

    def advance(self) -> int:
        moving = [row for row in self.state["users"].values() if row["transitioningToStatus"]]
        for row in moving:
            self._arrive(row)
        return len(moving)

    def do_token(self, ask: Ask) -> Answer:
        try:
            audience = f"{ask.base_url}/oauth2/v1/token"
            given = ask.body["client_assertion"]
            jwt.decode(given, self.state["public_key"], ["RS256"], audience=audience, issuer="sandbox-app")
        except (jwt.PyJWTError, TypeError):
            return Answer(401, {"error": "invalid_client", "error_description": "the client assertion is invalid"})
        made = token()
        self.state["tokens"].append(made)
        told = {"token_type": "Bearer", "expires_in": 3600, "scope": ask.body["scope"]}
        return Answer(200, {**told, "access_token": made})

    def do_list_users(self, ask: Ask) -> Answer:
        for one in self.state["lagging"]:
            one["left"] -= 1
        self.state["lagging"] = [one for one in self.state["lagging"] if one["left"] >= 0]
        index = (
            []
            if self.state["unindexed"]
            else [*self.state["users"].values(), *(one["row"] for one in self.state["lagging"])]
        )
        rows = [row for row in index if matches(ask.query.get("search"), row)]
        if ask.query.get("sortBy") == "created":
            rows.sort(key=lambda row: str(row["created"]), reverse=ask.query.get("sortOrder") == "desc")
        return self._page([_shown(row) for row in rows], ask, "users")

    def do_create_user(self, ask: Ask) -> Answer:
        profile = ask.body["profile"]
        missing = [name for name in ("login", "email", "firstName", "lastName") if not profile.get(name)]
        if missing or set(profile) - set(self.state["attributes"]):
            return self.error(400, "", "Api validation failed: profile")
        if self._by_login(profile["login"]):
            return self.error(400, "", "Api validation failed: login: An object with this field already exists")
        status = "STAGED" if ask.query.get("activate") == "false" else "PROVISIONED"
        return Answer(200, _shown(self._add({"profile": profile, "status": status}, ask.now)))

    def do_get_user(self, ask: Ask) -> Answer:
        row = self._find(ask.params["user"]) or self._by_login(ask.params["user"])
        if row and row["transitioningToStatus"] and self._ripe(row, ask.now):
            self._arrive(row)
            row = self._find(row["id"])
        return Answer(200, _shown(row)) if row else self.error(404, "", "Not found")

    def do_update_user(self, ask: Ask) -> Answer:
        row, profile = self._find(ask.params["user"]), ask.body["profile"]
        if row is None:
            return self.error(404, "", "Not found")
        other = self._by_login(profile.get("login", ""))
        if set(profile) - set(self.state["attributes"]) or (other and other is not row):
            return self.error(400, "", "Api validation failed: profile")
        row["profile"] |= profile
        row["lastUpdated"] = stamp(ask.now)
        return Answer(200, _shown(row))

    def do_delete_user(self, ask: Ask) -> Answer:
        row = self._find(ask.params["user"])
        if row is None:
            return self.error(404, "", "Not found")
        if row["transitioningToStatus"]:
            return self.error(403, "", "the user is on its way to another status")
        row |= {"transitioningToStatus": "DELETED" if row["status"] == "DEPROVISIONED" else "DEPROVISIONED"}
        row["statusChanged"] = stamp(ask.now)
        return Answer(204)

    def do_list_groups(self, ask: Ask) -> Answer:
        row = self._find(ask.params["user"])
        if row is None:
            return self.error(404, "", "Not found")
        named = [{"id": one, "profile": {"name": self.state["groups"][one]}} for one in row["groups"]]
        return self._page(named, ask, f"users/{row['id']}/groups")

    def do_list_roles(self, ask: Ask) -> Answer:
        row = self._find(ask.params["user"])
        return Answer(200, row["roles"]) if row else self.error(404, "", "Not found")

    def do_list_factors(self, ask: Ask) -> Answer:
        row = self._find(ask.params["user"])
        if row and row["status"] == "DEPROVISIONED":
            return self.error(403, "", "This operation is not allowed in the user's current status.")
        return Answer(200, row["factors"]) if row else self.error(404, "", "Not found")

    def do_join_group(self, ask: Ask) -> Answer:
        row = self._find(ask.params["user"])
        if row is None or ask.params["group"] not in self.state["groups"]:
            return self.error(404, "", "Not found")
        row["groups"] = list(dict.fromkeys([*row["groups"], ask.params["group"]]))
        return Answer(204)

    def do_read_log(self, ask: Ask) -> Answer:
        since = ask.query.get("since", stamp(ask.now - timedelta(days=7)))  # the trap: only seven days
        rows = [row for row in self.state["log"] if row["published"] >= since and concerns(ask.query["filter"], row)]
        answer = self._page(sorted(rows, key=lambda row: str(row["published"])), ask, "logs")
        if "until" not in ask.query and "Link" not in answer.headers:  # the trap: asked for news for ever
            link = f'<{ask.base_url}/api/v1/logs?{urlencode({**ask.query, "after": "new"})}>; rel="next"'
            return Answer(200, answer.body, {"Link": link})
        return answer

    def _page(self, rows: list[Any], ask: Ask, path: str) -> Answer:
        after = ask.query.get("after", "0")
        start = len(rows) if after == "new" else int(after)
        size = min(int(ask.query.get("limit", "200")), self.state["page_size"])
        headers = {"X-Rate-Limit-Limit": "600", "X-Rate-Limit-Remaining": "599"}
        headers["X-Rate-Limit-Reset"] = str(int(ask.now.timestamp()) + 60)
        if start + size < len(rows):
            link = f"{ask.base_url}/api/v1/{path}?{urlencode({**ask.query, 'after': start + size})}"
            headers["Link"] = f'<{ask.base_url}/api/v1/{path}>; rel="self", <{link}>; rel="next"'
        return Answer(200, rows[start : start + size], headers)

    def _arrive(self, row: dict[str, Any]) -> None:
        if row["transitioningToStatus"] == "DELETED":
            del self.state["users"][row["id"]]
            self.state["lagging"].append({"row": row, "left": self.state["search_lag"]})
        else:
            row |= {"status": row["transitioningToStatus"], "transitioningToStatus": None}

    def _ripe(self, row: Mapping[str, Any], now: datetime) -> bool:
        if self.finish_after is None:
            return False
        return now >= datetime.fromisoformat(row["statusChanged"]) + timedelta(seconds=self.finish_after)

    def _find(self, user: str) -> dict[str, Any] | None:
        row: dict[str, Any] | None = self.state["users"].get(user)
        return row

    def _by_login(self, login: str) -> dict[str, Any] | None:
        rows: list[dict[str, Any]] = list(self.state["users"].values())
        return next((row for row in rows if login and row["profile"]["login"].lower() == login.lower()), None)

    def _add(self, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        made = f"00u{self.new_number():017d}"
        profile = {"login": given["profile"]["email"], **given["profile"]}
        row: dict[str, Any] = {"id": made, "status": "ACTIVE", "transitioningToStatus": None, "created": stamp(now)}
        row |= {"statusChanged": stamp(now), "lastUpdated": stamp(now), "lastLogin": None, "roles": [], "factors": []}
        self.state["users"][made] = {**row, "groups": ["00gEveryone"], **given, "profile": profile}
        added: dict[str, Any] = self.state["users"][made]
        return added

    def _log(self, given: Mapping[str, Any], now: datetime) -> None:
        named = self._party(given["actor"])
        place = {"ipAddress": "203.0.113.9", "userAgent": {"rawUserAgent": "Firefox"}}
        at = stamp(now - timedelta(days=given.get("days_ago", 0)))
        row: dict[str, Any] = {
            "uuid": f"log-{self.new_number()}",
            "published": at,
            "eventType": "user.session.start",
            "actor": named,
        }
        row["target"] = [self._party(given["target"])] if "target" in given else None
        self.state["log"].append(
            {**row, "displayMessage": "User login", "client": place, "outcome": {"result": "SUCCESS"}}
        )

    def _party(self, login: str) -> dict[str, Any]:
        known = self._by_login(login)
        return {"id": known["id"] if known else "unknown", "type": "User", "alternateId": login}


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("roles", "factors", "groups")}
