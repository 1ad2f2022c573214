"""A double of Files.com: users, a tree of files in which case does not count, deletions that a job does, uploads."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from troth.systems.sandbox.double import Answer, Ask, Double, stamp, token

KEY = "sandbox-key"
LISTS = ("inbox_registrations", "bundle_registrations")

Row = dict[str, Any]


class FilesCom(Double):
    """`seed` takes records ({"kind": "user" | "file" | "inbox_registrations" | "bundle_registrations" | "history", …};
    a file has a path, and perhaps mtime and content), page_size, at_once (files a deletion does without a job), days
    (of backups), failing (whether jobs fail).
    """

    vendor: ClassVar[str] = "files_com"

    def fresh(self) -> dict[str, Any]:
        people: Row = {"users": {}, "history": [], **{name: [] for name in LISTS}}
        tree: Row = {"files": {}, "jobs": {}, "uploads": {}, "backups": []}
        settings = {"page_size": 1000, "at_once": 1, "days": 30, "failing": False, "expired": False}
        return {"next": 1, **people, **tree, **settings}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("x-filesapi-key") == KEY and not self.state["expired"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return {"error": message, "http-code": status, "type": code.lower().replace("_", "-"), "title": message}

    def expire(self) -> None:
        self.state["expired"] = True

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        names = ("page_size", "at_once", "days", "failing")
        self.state |= {key: given[key] for key in names if key in given}
        for record in given.get("records", ()):
            fields = dict(record)
            kind = fields.pop("kind")
            if kind == "file":
                self._store(fields.pop("path"), fields.pop("content", ""), now, **fields)
            elif kind == "user":
                made = self.new_number()
                base = {"id": made, "username": fields["email"], "name": None, "company": None}
                base |= {"subscribe_to_newsletter": True, "created_at": stamp(now)}
                self.state["users"][str(made)] = {**base, **fields}
            else:
                number = {"id": self.new_number(), "when": stamp(now)} if kind == "history" else {}
                self.state[kind].append({"created_at": stamp(now), **number, **fields})

    def dump(self) -> dict[str, Any]:
        records = [{"kind": "user", **row} for row in self.state["users"].values()]
        records += [{"kind": "file", **row} for row in self.state["files"].values()]
        records += [{"kind": kind, **row} for kind in ("history", *LISTS) for row in self.state[kind]]
        return {"records": records, "backups": self.state["backups"]}

    def advance(self) -> int:
        """Do the jobs that wait."""
        waiting = [job for job in self.state["jobs"].values() if job["status"] != "completed"]
        for job in waiting:
            if self.state["failing"]:
                job["status"] = "failed"
            else:
                job |= {"status": "completed", "files_moved": self._delete(job["path"])}
        return len(waiting)

    def do_site(self, ask: Ask) -> Answer:
        return Answer(200, {"id": 1, "name": "Sandbox", "days_to_retain_backups": self.state["days"]})

    def do_users(self, ask: Ask) -> Answer:
        wanted = ask.query["filter[email]"]
        return self._page([row for row in self.state["users"].values() if row["email"] == wanted], ask)

    def do_update_user(self, ask: Ask) -> Answer:
        row = self.state["users"].get(ask.params["id"])
        if row is None:
            return self.error(404, "NOT_FOUND", "Not Found")
        row |= ask.body
        return Answer(200, row)

    def do_delete_user(self, ask: Ask) -> Answer:
        gone = self.state["users"].pop(ask.params["id"], None)
        return Answer(204) if gone else self.error(404, "NOT_FOUND", "Not Found")  # history keeps the name

    def do_history(self, ask: Ask) -> Answer:
        return self._page([row for row in self.state["history"] if row["user_id"] == int(ask.params["id"])], ask)

    def do_inbox_registrations(self, ask: Ask) -> Answer:
        return self._page(self.state["inbox_registrations"], ask)

    def do_bundle_registrations(self, ask: Ask) -> Answer:
        return self._page(self.state["bundle_registrations"], ask)

    def do_list_folder(self, ask: Ask) -> Answer:
        folder = ask.params["path"]
        below = self._below(folder)
        if not below:
            return self.error(404, "NOT_FOUND", "Not Found")
        deeper = [
            row["path"][len(folder) + 1 :].partition("/")[0] for row in below if "/" in row["path"][len(folder) + 1 :]
        ]
        shown = [{"path": f"{folder}/{name}", "type": "directory", "mtime": None} for name in dict.fromkeys(deeper)]
        shown += [_shown(row) for row in below if "/" not in row["path"][len(folder) + 1 :]]
        kind = {"file": "file", "folder": "directory"}.get(ask.query.get("type", ""))
        some = [row for row in shown if kind in (None, row["type"])]
        if "sort_by[modified_at_datetime]" in ask.query:
            some.sort(key=lambda row: str(row["mtime"]))
        return self._page(some, ask)

    def do_metadata(self, ask: Ask) -> Answer:
        path = ask.params["path"]
        row = self.state["files"].get(path.lower())
        if row is None and not self._below(path):
            return self.error(404, "NOT_FOUND", "Not Found")
        return Answer(200, _shown(row) if row else {"path": path, "type": "directory"})

    def do_delete_path(self, ask: Ask) -> Answer:
        path = ask.params["path"]
        below = self._below(path)
        if not below:
            return self.error(404, "NOT_FOUND", "Not Found")
        if not ask.body.get("recursive"):
            return self.error(422, "FOLDER_NOT_EMPTY", "The folder is not empty")
        if len(below) <= self.state["at_once"]:
            self._delete(path)
            return Answer(200, {"status": "completed", "file_migration_id": None})
        number = self.new_number()
        self.state["jobs"][str(number)] = {"id": number, "status": "pending", "path": path, "operation": "delete"}
        return Answer(200, {"status": "pending", "file_migration_id": number})

    def do_migration(self, ask: Ask) -> Answer:
        job = self.state["jobs"].get(ask.params["id"])
        if job is None:
            return self.error(404, "NOT_FOUND", "Not Found")
        return Answer(200, {name: value for name, value in job.items() if name != "path"})

    def do_begin_upload(self, ask: Ask) -> Answer:
        ref = token()
        self.state["uploads"][ref] = {"path": ask.params["path"], "content": None}
        uri = f"{ask.base_url}/storage/{ref}"
        return Answer(200, [{"ref": ref, "upload_uri": uri, "part_number": 1, "http_method": "PUT", "headers": {}}])

    def do_put_content(self, ask: Ask) -> Answer:
        upload = self.state["uploads"].get(ask.params["ref"])
        if upload is None:
            return self.error(403, "EXPIRED", "Request has expired")
        upload["content"] = ask.body
        return Answer(200, None, {"ETag": _etag(ask.body)})

    def do_end_upload(self, ask: Ask) -> Answer:
        upload = self.state["uploads"].get(ask.body["ref"])
        if upload is None or upload["content"] is None or ask.body["etags"][0]["etag"] != _etag(upload["content"]):
            return self.error(422, "UPLOAD_NOT_COMPLETE", "The upload is not complete")
        return Answer(201, _shown(self._store(upload["path"], upload["content"], ask.now)))

    def do_download(self, ask: Ask) -> Answer:
        row = self.state["files"].get(ask.params["path"].lower())
        if row is None:
            return self.error(404, "NOT_FOUND", "Not Found")
        ref = token()
        self.state["uploads"][ref] = {"path": row["path"], "content": row["content"]}
        return Answer(200, {**_shown(row), "download_uri": f"{ask.base_url}/storage/{ref}"})

    def do_get_content(self, ask: Ask) -> Answer:
        upload = self.state["uploads"].get(ask.params["ref"])
        if upload is None:
            return self.error(403, "EXPIRED", "Request has expired")
        return Answer(200, str(upload["content"]).encode())

    def _page(self, rows: Sequence[Row], ask: Ask) -> Answer:
        start = int(ask.query.get("cursor", "c0")[1:])
        end = start + min(int(ask.query.get("per_page", "1000")), self.state["page_size"])
        more = {"X-Files-Cursor-Next": f"c{end}"} if end < len(rows) else {}
        return Answer(200, json.loads(json.dumps(rows[start:end])), more)

    def _below(self, folder: str) -> list[Row]:
        """Everything in a folder; nobody can make an empty one here."""
        return [row for path, row in self.state["files"].items() if path.startswith(f"{folder.lower()}/")]

    def _delete(self, folder: str) -> int:
        gone = self._below(folder)
        for row in gone:
            del self.state["files"][row["path"].lower()]
        self.state["backups"] += [row["path"] for row in gone] if self.state["days"] else []
        return len(gone)

    def _store(self, path: str, content: str, now: datetime, **fields: Any) -> Row:
        row = {"path": path, "content": content, "mtime": stamp(now), "created_at": stamp(now), **fields}
        self.state["files"][path.lower()] = row
        return row


def _shown(row: Row) -> Row:
    """A file as the API describes it: without its content."""
    told = {name: value for name, value in row.items() if name != "content"}
    return {"type": "file", "size": len(row["content"]), "display_name": row["path"].rpartition("/")[2], **told}


def _etag(content: Any) -> str:
    return f'"{hashlib.sha256(str(content).encode()).hexdigest()[:32]}"'
