"""A double of Zendesk Support: deletions in two steps, jobs that end later, ghosts of those deleted for good."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from troth.systems.saas.zendesk.double_help import HelpHalf
from troth.systems.sandbox.double import Answer, Ask, stamp

CREDENTIALS = ("Basic YWRtaW5AZXhhbXBsZS5vcmcvdG9rZW46c2FuZGJveC10b2tlbg==", "Bearer sandbox-token")
GHOST = "Permanently Deleted User"
WRITABLE = ("name", "phone", "alias", "details", "notes")


class Zendesk(HelpHalf):
    """`seed` takes records (kind user, ticket, suspended, post or article comment), user_fields (keys), page_size,
    search_lag (searches that still show who was deleted), stuck (products that never finish a deletion), workspace
    (whether comments can be redacted), anonymous (nobody is signed in), nameless (deleted users lose their address at
    once), locked (what no job does: delete, purge), forgetful (jobs that are over are not known any more)."""

    vendor: ClassVar[str] = "zendesk"

    def fresh(self) -> dict[str, Any]:
        fields = ["troth_records", "company", "country", "job_title", "role"]
        people: dict[str, Any] = {"users": {}, "deleted": {}, "compliance": {}, "lagging": [], "user_fields": fields}
        ways = {"page_size": 100, "search_lag": 0, "stuck": [], "expired": False, "anonymous": False, "workspace": True}
        ways |= {"nameless": False, "locked": [], "forgetful": False, "archived": [], "lagging_tickets": []}
        written: dict[str, Any] = {"posts": [], "post_comments": [], "article_comments": []}
        return {"next": 1, **people, **ways, **written, "tickets": {}, "comments": {}, "suspended": {}, "jobs": {}}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") in CREDENTIALS and not self.state["expired"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return {"error": code, "description": message}

    def expire(self) -> None:
        self.state["expired"] = True

    def handle(self, operation: str, ask: Ask) -> Answer:
        answer = super().handle(operation, ask)
        return Answer(answer.status, answer.body, {"X-Rate-Limit": "700", "X-Rate-Limit-Remaining": "699"})

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        known = self.state["user_fields"]
        known += [key for key in given.get("user_fields", ()) if key not in known]
        ways = ("page_size", "search_lag", "stuck", "anonymous", "workspace", "nameless", "locked", "forgetful")
        self.state |= {key: given[key] for key in ways if key in given}
        records = sorted(given.get("records", ()), key=lambda record: record["kind"] != "user")
        for record in records:
            fields = {name: value for name, value in record.items() if name != "kind"}
            add = {"user": self.add_user, "ticket": self.add_ticket, "suspended": self.add_suspended}
            written = {"post": self.add_post, "article comment": self.add_article_comment}
            {**add, **written}[record["kind"]](fields, now)

    def dump(self) -> dict[str, Any]:
        users = [{"kind": "user", **row} for row in self.state["users"].values()]
        deleted = [{"kind": "deleted user", **row} for row in self.state["deleted"].values()]
        return {
            "records": [*users, *deleted, *self.ticket_records(), *self.help_records()],
            "jobs": list(self.state["jobs"].values()),
        }

    def advance(self) -> int:
        statuses = [rows for rows in self.state["compliance"].values() if self._complete(rows)]
        return len(statuses) + self.finish_jobs()

    def do_me(self, ask: Ask) -> Answer:
        times: dict[str, Any] = {"created_at": None, "updated_at": None, "user_fields": {}, "active": False}
        nobody = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user", **times}
        me = {**nobody, "id": 1, "name": "Troth", "email": "admin@example.org", "role": "admin", "active": True}
        return Answer(200, {"user": nobody if self.state["anonymous"] else me})

    def do_search_users(self, ask: Ask) -> Answer:
        for one in self.state["lagging"]:
            one["left"] -= 1
        self.state["lagging"] = [one for one in self.state["lagging"] if one["left"] >= 0]
        index = [*self.state["users"].values(), *(one["row"] for one in self.state["lagging"])]
        rows = [row for row in index if _matches(ask.query["query"], row)]
        size = min(int(ask.query.get("per_page", "100")), self.state["page_size"])
        number = int(ask.query.get("page", "1"))
        more = number * size < len(rows)
        link = f"{ask.base_url}/api/v2/users/search?query={quote(ask.query['query'])}&page={number + 1}"
        some = [_shown(row) for row in rows[(number - 1) * size : number * size]]
        return Answer(200, {"users": some, "count": len(rows), "next_page": link if more else None})

    def do_show_many_users(self, ask: Ask) -> Answer:
        ids = ask.query.get("ids", "").split(",")
        accounts = ask.query.get("external_ids", "").split(",")
        live = [row for key, row in self.state["users"].items() if key in ids or row.get("external_id") in accounts]
        softly = [self._ghost_of(row) for key, row in self.state["deleted"].items() if key in ids]
        return Answer(200, {"users": [*map(_shown, live), *softly], "count": len(live), "next_page": None})

    def do_create_or_update_user(self, ask: Ask) -> Answer:
        given = ask.body["user"]
        row = self.by_address(given["email"])
        made = row is None
        row = self.add_user({"email": given["email"], "name": given["email"]}, ask.now) if row is None else row
        self._write(row, given, ask.now)
        return Answer(201 if made else 200, {"user": _shown(row)})

    def do_update_user(self, ask: Ask) -> Answer:
        row = self.state["users"].get(ask.params["user"])
        if row is None:
            return self.not_found()
        given = ask.body["user"]
        if "email" in given:  # the trap: a second address, the primary one stays
            self._add_identity(row, "email", given["email"], ask.now)
        self._write(row, given, ask.now)
        return Answer(200, {"user": _shown(row)})

    def do_delete_user(self, ask: Ask) -> Answer:
        row = self.state["users"].get(ask.params["user"])
        if row is None:
            return self.not_found()
        if row["role"] != "end-user":
            return self.error(403, "Forbidden", "make the agent an end user first")
        if self.has_open_ticket(row["id"]):
            return self.error(422, "RecordInvalid", "the user is requester of a ticket that is not closed")
        del self.state["users"][ask.params["user"]]
        named = {"email": None, "phone": None} if self.state["nameless"] else {}
        self.state["deleted"][ask.params["user"]] = {**row, "active": False, "updated_at": stamp(ask.now), **named}
        self.state["lagging"].append({"row": row, "left": self.state["search_lag"]})
        return Answer(200, {"user": {**_shown(row), "active": False}})

    def do_list_identities(self, ask: Ask) -> Answer:
        row = self.state["users"].get(ask.params["user"])
        return self.not_found() if row is None else self.page(row["identities"], ask, "identities")

    def do_create_identity(self, ask: Ask) -> Answer:
        row, given = self.state["users"].get(ask.params["user"]), ask.body["identity"]
        if row is None:
            return self.not_found()
        if self.by_address(given["value"]):
            return self.error(422, "RecordInvalid", "the address is taken")
        return Answer(201, {"identity": self._add_identity(row, given["type"], given["value"], ask.now)})

    def do_make_primary(self, ask: Ask) -> Answer:
        row = self.state["users"].get(ask.params["user"])
        if row is None or not any(str(one["id"]) == ask.params["identity"] for one in row["identities"]):
            return self.not_found()
        for one in row["identities"]:
            one["primary"] = str(one["id"]) == ask.params["identity"]
            row["email"] = one["value"] if one["primary"] else row["email"]
        return Answer(200, {"identities": row["identities"]})

    def do_delete_identity(self, ask: Ask) -> Answer:
        row = self.state["users"].get(ask.params["user"])
        held = [] if row is None else [one for one in row["identities"] if str(one["id"]) != ask.params["identity"]]
        if row is None or len(held) == len(row["identities"]):
            return self.not_found()
        row["identities"] = held
        return Answer(204)

    def do_list_user_fields(self, ask: Ask) -> Answer:
        rows = [{"key": key, "title": key, "type": "textarea", "active": True} for key in self.state["user_fields"]]
        return self.page(rows, ask, "user_fields")

    def do_list_deleted_users(self, ask: Ask) -> Answer:
        return self.page([_told(row) for row in self.state["deleted"].values()], ask, "deleted_users")

    def do_show_deleted_user(self, ask: Ask) -> Answer:
        row = self.state["deleted"].get(ask.params["user"])
        return self.not_found() if row is None or row["name"] == GHOST else Answer(200, {"deleted_user": _told(row)})

    def do_purge_user(self, ask: Ask) -> Answer:
        row = self.state["deleted"].get(ask.params["user"])
        if row is None or row["name"] == GHOST:
            return self.not_found()
        left = {key: row[key] for key in ("id", "role", "active", "created_at")}
        ghost = {**left, "name": GHOST, "email": None, "phone": None, "updated_at": stamp(ask.now)}
        self.state["deleted"][ask.params["user"]] = ghost
        self.state["compliance"][ask.params["user"]] = [
            self._status(row["id"], "request_deletion", "all", ask.now),
            *(self._status(row["id"], "started", one, ask.now) for one in ("support", "chat")),
        ]
        return Answer(200, {"deleted_user": _told(row)})

    def do_compliance_statuses(self, ask: Ask) -> Answer:
        rows = self.state["compliance"].get(ask.params["user"])
        if rows is None:
            return self.not_found()
        if self.ripe(rows[0]["created_at"], ask.now):
            self._complete(rows)
        return Answer(200, {"compliance_deletion_statuses": rows})

    def _complete(self, rows: list[dict[str, Any]]) -> bool:
        complete = {row["application"] for row in rows if row["action"] == "complete"}
        begun = [row for row in rows if row["action"] == "started" and row["application"] not in complete]
        done = [{**row, "action": "complete"} for row in begun if row["application"] not in self.state["stuck"]]
        rows += done
        return bool(done)

    def _status(self, user: int, action: str, application: str, now: datetime) -> dict[str, Any]:
        told = {"account_subdomain": "sandbox", "action": action, "application": application}
        return {**told, "created_at": stamp(now), "executer_id": None, "user_id": user}

    def _ghost_of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return _shown({"user_fields": {}, **row, "active": False})

    def add_user(self, fields: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """A user with the identities given, the primary address first."""
        made = 1000 + self.new_number()
        row = {"id": made, "name": "", "email": None, "phone": None, "alias": None, "details": None, "notes": None}
        row |= {"external_id": None, "role": "end-user", "active": True, "created_at": stamp(now)}
        row |= {"updated_at": stamp(now), "user_fields": {}, **fields, "identities": []}
        for value in (row["email"], *fields.get("more_addresses", ())):
            self._add_identity(row, "email", value, now)
        row.pop("more_addresses", None)
        self.state["users"][str(made)] = row
        return row

    def _add_identity(self, row: dict[str, Any], kind: str, value: str, now: datetime) -> dict[str, Any]:
        one = {"id": 5000 + self.new_number(), "user_id": row["id"], "type": kind, "value": value, "verified": True}
        one |= {"primary": not row["identities"], "created_at": stamp(now), "updated_at": stamp(now)}
        row["identities"].append(one)
        return one

    def _write(self, row: dict[str, Any], given: Mapping[str, Any], now: datetime) -> None:
        row |= {name: given[name] for name in WRITABLE if name in given}
        custom = given.get("user_fields", {}).items()
        row["user_fields"] |= {k: v for k, v in custom if k in self.state["user_fields"]}  # others: dropped in silence
        row["updated_at"] = stamp(now)


def _matches(query: str, row: Mapping[str, Any]) -> bool:
    """A phrase in quotes anywhere; without quotes any of the words, as search engines do."""
    text = " ".join(str(row.get(name) or "") for name in ("name", "email", "phone", "notes", "alias")).lower()
    field, colon, value = query.partition(":")
    if colon and field in row["user_fields"]:
        return value.strip('"').lower() in row["user_fields"][field].lower().split()
    text += " " + " ".join(one["value"] for one in row["identities"]).lower()
    phrase = query[1:-1]
    if query.startswith('"') and query.endswith('"') and '"' not in phrase:
        return phrase.lower() in text
    return any(word.lower().strip('"') in text for word in query.split())


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "identities"}


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "email", "phone", "active", "role", "created_at", "updated_at")
    return {name: row.get(name) for name in names}
