"""The tickets of the Zendesk double: soft and permanent deletion by jobs, redaction, mail that was held back."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from troth.systems.sandbox.double import Answer, Ask, Double, stamp, token

AGENT = 2
LIVE = ("new", "open", "pending", "hold", "solved", "closed")
_REDACT = re.compile(r"<redact>(.*?)</redact>", re.DOTALL)
_MARKED = re.compile(r"<(?:a|img)\b[^>]*\bredact\b[^>]*>")


class TicketHalf(Double):
    """What Zendesk does with tickets. A softly deleted ticket keeps everything and is in no list of a user."""

    def add_ticket(self, fields: Mapping[str, Any], now: datetime) -> None:
        """`requester` and `cc` are addresses of users; a comment is `by` an address, or by an agent.

        An `archived` ticket is in no list of a user, but in the search.
        """
        made = self.new_number()
        asker = self.id_of(fields["requester"])
        row = {"id": made, "subject": "", "status": "open", "created_at": stamp(now), "updated_at": stamp(now)}
        row |= {k: v for k, v in fields.items() if k not in ("requester", "cc", "comments", "archived")}
        row |= {"requester_id": asker, "collaborator_ids": [self.id_of(one) for one in fields.get("cc", ())]}
        self.state["tickets"][str(made)] = row
        self.state["archived"] += [made] if fields.get("archived") else []
        self.state["comments"][str(made)] = [self._comment(one, now) for one in fields.get("comments", ())]

    def add_suspended(self, fields: Mapping[str, Any], now: datetime) -> None:
        made = 9000 + self.new_number()
        author = {"id": None, "name": fields.get("name"), "email": fields["email"]}
        row = {"id": made, "author": author, "cause": "Detected as spam", "created_at": stamp(now)}
        self.state["suspended"][str(made)] = {**row, "subject": fields.get("subject"), "content": fields.get("content")}

    def ticket_records(self) -> list[dict[str, Any]]:
        tickets = [
            {"kind": "ticket", **row, "comments": self.state["comments"][key]}
            for key, row in self.state["tickets"].items()
        ]
        return [*tickets, *({"kind": "suspended", **row} for row in self.state["suspended"].values())]

    def has_open_ticket(self, user: int) -> bool:
        rows = self.state["tickets"].values()
        return any(row["requester_id"] == user and row["status"] not in ("closed", "deleted") for row in rows)

    def finish_jobs(self) -> int:
        waiting = [job for job in self.state["jobs"].values() if job["status"] == "queued"]
        for job in waiting:
            self._finish(job)
        return len(waiting)

    def do_list_requested(self, ask: Ask) -> Answer:
        return self._list(ask, lambda row, user: row["requester_id"] == user)

    def do_list_in_copy(self, ask: Ask) -> Answer:
        return self._list(ask, lambda row, user: user in row["collaborator_ids"])

    def do_list_comments(self, ask: Ask) -> Answer:
        row = self.state["tickets"].get(ask.params["ticket"])
        if row is None or row["status"] not in LIVE:
            return self.not_found()
        return self.page(self.state["comments"][ask.params["ticket"]], ask, "comments")

    def do_delete_tickets(self, ask: Ask) -> Answer:
        return self._job("delete", ask, ask.query["ids"])

    def do_purge_tickets(self, ask: Ask) -> Answer:
        return self._job("purge", ask, ask.query["ids"])

    def do_purge_ticket(self, ask: Ask) -> Answer:
        row = self.state["tickets"].get(ask.params["ticket"])
        if row is None or row["status"] != "deleted":
            return self.not_found()
        return self._job("purge", ask, ask.params["ticket"])

    def do_show_job(self, ask: Ask) -> Answer:
        job = self.state["jobs"].get(ask.params["job"])
        if job is None or (self.state["forgetful"] and job["status"] == "completed"):
            return self.not_found()
        if job["status"] == "queued" and self.ripe(job["_at"], ask.now):
            self._finish(job)
        return Answer(200, {"job_status": {key: job[key] for key in ("id", "status", "results")}})

    def do_update_ticket(self, ask: Ask) -> Answer:
        row = self.state["tickets"].get(ask.params["ticket"])
        if row is None or row["status"] not in LIVE:
            return self.not_found()
        if row["status"] == "closed":
            return self.error(422, "RecordInvalid", "closed prevents ticket update")
        given = {**ask.body["ticket"]}
        fields = {one["id"]: one["value"] for one in given.pop("custom_fields", ())}
        row |= {**given, "updated_at": stamp(ask.now)}
        if fields:
            held = {one["id"]: one["value"] for one in row["custom_fields"]}
            row["custom_fields"] = [{"id": one, "value": value} for one, value in {**held, **fields}.items()]
        return Answer(200, {"ticket": row})

    def do_redact_comment(self, ask: Ask) -> Answer:
        if not self.state["workspace"]:
            return self.error(403, "Forbidden", "the Agent Workspace is not enabled")
        held = self.state["comments"].get(str(ask.body["ticket_id"]), [])
        comment = next((one for one in held if str(one["id"]) == ask.params["comment"]), None)
        if comment is None:
            return self.not_found()
        if "html_body" in ask.body:
            comment["html_body"] = _MARKED.sub("", _REDACT.sub(lambda m: "▇" * len(m[1]), ask.body["html_body"]))
            comment["body"] = re.sub(r"<[^>]+>", "", comment["html_body"])
        for file in comment["attachments"]:
            if file["content_url"] in ask.body.get("external_attachment_urls", ()):
                file |= {"file_name": "redacted.txt", "content_url": "https://sandbox.example/redacted.txt"}
                file |= {"content_type": "text/plain", "size": 1}
        return Answer(200, {"comment": comment})

    def do_list_suspended(self, ask: Ask) -> Answer:
        return self.page(list(self.state["suspended"].values()), ask, "suspended_tickets")

    def do_delete_suspended(self, ask: Ask) -> Answer:
        for one in ask.query["ids"].split(","):
            self.state["suspended"].pop(one, None)
        return Answer(204)

    def do_search(self, ask: Ask) -> Answer:
        kind = "ticket" if "type:ticket" in ask.query["query"] else "user"
        rows = [row for row in self.state[f"{kind}s"].values() if row.get("status", "open") in LIVE]
        if "role:end-user" in ask.query["query"]:
            rows = [row for row in rows if row["role"] == "end-user"]
        rows.sort(key=lambda row: str(row["created_at"]), reverse=ask.query.get("sort_order") == "desc")
        told = [{"id": r["id"], "created_at": r["created_at"], "result_type": kind} for r in rows]
        size = int(ask.query.get("per_page", "100"))
        return Answer(200, {"results": told[:size], "count": len(told), "next_page": None})

    def do_search_tickets(self, ask: Ask) -> Answer:
        """Archived tickets and those of deleted users too; also those just deleted for good, as indexes do."""
        part, _, user = ask.query["query"].partition(":")
        late = self.state["lagging_tickets"]
        for one in late:
            one["left"] -= 1
        self.state["lagging_tickets"] = [one for one in late if one["left"] >= 0]
        index = [*self.state["tickets"].values(), *(one["row"] for one in self.state["lagging_tickets"])]
        rows = [row for row in index if row["status"] in LIVE and self._takes_part(part, int(user), row)]
        return self.page(rows, ask, "results")

    def page(self, rows: list[Any], ask: Ask, key: str) -> Answer:
        """A page of a list with cursors."""
        size = min(int(ask.query.get("page[size]", "100")), self.state["page_size"])
        start = int(ask.query.get("page[after]", "0"))
        more = start + size < len(rows)
        meta = {"has_more": more, "after_cursor": str(start + size) if more else None, "before_cursor": None}
        return Answer(200, {key: rows[start : start + size], "meta": meta})

    def not_found(self) -> Answer:
        return self.error(404, "RecordNotFound", "Not found")

    def ripe(self, since: str, now: datetime) -> bool:
        """Whether background work begun then is done by itself."""
        if self.finish_after is None:
            return False
        return now >= datetime.fromisoformat(since) + timedelta(seconds=self.finish_after)

    def by_address(self, address: str) -> dict[str, Any] | None:
        """The user with this address, whichever of theirs it is."""
        rows: list[dict[str, Any]] = list(self.state["users"].values())
        wanted = address.lower()
        return next((r for r in rows if any(one["value"].lower() == wanted for one in r["identities"])), None)

    def _list(self, ask: Ask, is_theirs: Any) -> Answer:
        if ask.params["user"] not in self.state["users"]:
            return self.not_found()
        listed = [row for row in self.state["tickets"].values() if row["id"] not in self.state["archived"]]
        rows = [row for row in listed if row["status"] in LIVE]
        return self.page([row for row in rows if is_theirs(row, int(ask.params["user"]))], ask, "tickets")

    def _takes_part(self, part: str, user: int, row: Mapping[str, Any]) -> bool:
        if part == "requester":
            return bool(row["requester_id"] == user)
        return any(one["author_id"] == user for one in self.state["comments"].get(str(row["id"]), ()))

    def _job(self, act: str, ask: Ask, ids: str) -> Answer:
        made = token()
        told = {"id": made, "status": "queued", "results": None}
        self.state["jobs"][made] = {**told, "_act": act, "_ids": ids.split(","), "_at": stamp(ask.now)}
        return Answer(200, {"job_status": told})

    def _finish(self, job: dict[str, Any]) -> None:
        act = job["_act"]
        do = {"delete": self._delete, "purge": self._purge}[act]
        done = {one: act not in self.state["locked"] and do(one) for one in job["_ids"]}
        each = [_result(int(one), ok=ok) for one, ok in done.items()]
        # the trap: of a deletion for good only one word is told, about all tickets together
        job |= {"status": "completed", "results": each if act == "delete" else {"success": all(done.values())}}

    def _delete(self, ticket: str) -> bool:
        row = self.state["tickets"].get(ticket)
        if row is None or row["status"] not in LIVE:
            return False
        self.state["lagging_tickets"].append({"row": {**row}, "left": self.state["search_lag"]})
        row["status"] = "deleted"  # everything else stays, for 30 days
        return True

    def _purge(self, ticket: str) -> bool:
        row = self.state["tickets"].get(ticket)
        if row is None or row["status"] != "deleted":
            return False
        del self.state["tickets"][ticket], self.state["comments"][ticket]
        return True

    def _comment(self, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        author = self.id_of(given["by"]) if "by" in given else AGENT
        html = given.get("html", f'<div class="zd-comment"><p>{given["body"]}</p></div>')
        files = [
            {"id": 7000 + self.new_number(), "content_type": "text/plain", "size": 9, **f}
            for f in given.get("files", ())
        ]
        told = {"id": 3000 + self.new_number(), "author_id": author, "body": given["body"], "html_body": html}
        return {**told, "public": given.get("public", True), "attachments": files, "created_at": stamp(now)}

    def id_of(self, address: str) -> int:
        row = self.by_address(address)
        if row is None:
            raise KeyError("the seed names an address nobody has")
        return int(row["id"])


def _result(ticket: int, *, ok: bool) -> dict[str, Any]:
    if ok:
        return {"id": ticket, "action": "delete", "status": "Deleted", "success": True}
    return {"id": ticket, "error": "TicketNotFound", "success": False, "details": "the ticket does not exist"}
