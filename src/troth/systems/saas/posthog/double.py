"""A double of PostHog: events go at the weekend, deleted ids stay dead, events of nobody cannot be deleted, and answers
to queries are kept unless fresh ones are asked for."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from troth.systems.saas.posthog.double_query import run
from troth.systems.sandbox.double import Answer, Ask, Double, stamp

SPACE = uuid.UUID("00000000-0000-4000-8000-00000000beef")


class PostHog(Double):
    """`seed` takes records (kind person with distinct_ids and properties; event with distinct_id; recording with
    distinct_id), page_size (rows of a query's answer), broken (nobody can be deleted). A deletion reaches the events
    from before it, and while one waits no second one of the same person is queued."""

    vendor: ClassVar[str] = "posthog"

    def fresh(self) -> dict[str, Any]:
        held: dict[str, Any] = {
            "persons": {},
            "events": [],
            "recordings": {},
            "deletions": {},
            "dead": [],
            "answers": {},
        }
        return {"next": 1, **held, "page_size": 50_000, "broken": False, "expired": False}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == "Bearer sandbox-token" and not self.state["expired"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return {"type": "invalid_request", "code": code.lower(), "detail": message, "attr": None}

    def expire(self) -> None:
        self.state["expired"] = True

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        self.state |= {key: given[key] for key in ("page_size", "broken") if key in given}
        for record in given.get("records", ()):
            fields = {name: value for name, value in record.items() if name != "kind"}
            {"person": self._person, "event": self._event, "recording": self._recording}[record["kind"]](fields, now)

    def dump(self) -> dict[str, Any]:
        persons = [{"kind": "person", **row} for row in self.state["persons"].values()]
        recordings = [{"kind": "recording", **row} for row in self.state["recordings"].values() if not row["deleted"]]
        events = [{"kind": "event", **row} for row in self.state["events"]]
        return {"records": [*persons, *events, *recordings], "deletions": self.state["deletions"]}

    def advance(self) -> int:
        rows = [row for rows in self.state["deletions"].values() for row in rows]
        waiting = [row for row in rows if row["status"] == "pending"]
        for row in waiting:
            self._finish(row)
        return len(waiting)

    def do_query(self, ask: Ask) -> Answer:
        query = ask.body["query"]
        kept = json.dumps(query, sort_keys=True)
        if ask.body.get("refresh") == "force_blocking" or kept not in self.state["answers"]:
            columns, rows = run(query["query"], query.get("values", {}), self.state)
            self.state["answers"][kept] = {
                "columns": columns,
                "results": rows[: self.state["page_size"]],
                "hasMore": False,
            }
        return Answer(200, self.state["answers"][kept])

    def do_batch_by_distinct_ids(self, ask: Ask) -> Answer:
        found = {one: self._owner(one) for one in ask.body["distinct_ids"]}
        return Answer(200, {"results": {one: _shown(row) for one, row in found.items() if row}})

    def do_batch_by_uuids(self, ask: Ask) -> Answer:
        found = {one: self.state["persons"].get(one) for one in ask.body["uuids"]}
        return Answer(200, {"results": {one: _shown(row) for one, row in found.items() if row}})

    def do_bulk_delete(self, ask: Ask) -> Answer:
        rows = [self.state["persons"][one] for one in ask.body["ids"] if one in self.state["persons"]]
        told = {"persons_found": len(rows), "persons_deleted": 0 if self.state["broken"] else len(rows)}
        faults = [{"person_uuid": row["uuid"]} for row in rows] if self.state["broken"] else []
        for row in () if self.state["broken"] else rows:
            del self.state["persons"][row["uuid"]]
            self.state["dead"] += row["distinct_ids"]  # none of them makes a person again
            queued = {"person_uuid": row["uuid"], "created_at": stamp(ask.now), "status": "pending"}
            queued |= {"delete_verified_at": None, "_ids": row["distinct_ids"]}
            known = self.state["deletions"].setdefault(row["uuid"], [])
            known += [] if any(one["status"] == "pending" for one in known) else [queued]
        told |= {"events_queued_for_deletion": bool(rows), "recordings_queued_for_deletion": bool(rows)}
        return Answer(202, {**told, "deletion_errors": faults})

    def do_deletion_status(self, ask: Ask) -> Answer:
        rows = self.state["deletions"].get(ask.query["person_uuid"], [])
        for row in rows:
            if row["status"] == "pending" and self._ripe(row, ask.now):
                self._finish(row)
        told = [{key: value for key, value in row.items() if key != "_ids"} for row in rows]
        some = told[: int(ask.query.get("limit", "100"))]  # no order is promised: here the oldest comes first
        return Answer(200, {"count": len(told), "next": None, "previous": None, "results": some})

    def do_update_property(self, ask: Ask) -> Answer:
        row = self.state["persons"].get(ask.params["person"])
        if row is None:
            return self.error(404, "not_found", "Not found.")
        row["properties"][ask.body["key"]] = ask.body["value"]
        return Answer(202)

    def do_reset_distinct_id(self, ask: Ask) -> Answer:
        self.state["dead"] = [one for one in self.state["dead"] if one != ask.body["distinct_id"]]
        return Answer(202)

    def do_get_recording(self, ask: Ask) -> Answer:
        row = self.state["recordings"].get(ask.params["recording"])
        if row is None or row["deleted"]:
            return self.error(404, "not_found", "Not found.")
        return Answer(200, {"id": row["session_id"], **{k: row[k] for k in ("distinct_id", "start_time", "end_time")}})

    def do_delete_recordings(self, ask: Ask) -> Answer:
        wanted = ask.body["session_recording_ids"]
        rows = [row for one in wanted if (row := self.state["recordings"].get(one)) and not row["deleted"]]
        for row in rows:
            row["deleted"] = True  # the row of its metadata stays, as queries show
        return Answer(200, {"success": True, "deleted_count": len(rows), "total_requested": len(wanted)})

    def do_capture(self, ask: Ask) -> Answer:
        if ask.body["api_key"] != "phc_sandbox":
            return self.error(401, "authentication_failed", "Project API key invalid")
        if any(row["uuid"] == ask.body["uuid"] for row in self.state["events"]):
            return Answer(200, {"status": "Ok"})
        given = {**ask.body["properties"]}
        one, changes = ask.body["distinct_id"], given.pop("$set", {})
        if given.get("$process_person_profile", True) and not self._owner(one) and one not in self.state["dead"]:
            self._person({"distinct_ids": [one]}, ask.now)
        owner = self._owner(one)
        if owner:
            owner["properties"] |= changes
        event = {"uuid": ask.body["uuid"], "event": ask.body["event"], "distinct_id": one, "properties": given}
        self._event(event, ask.now)
        return Answer(200, {"status": "Ok"})

    def _finish(self, deletion: dict[str, Any]) -> None:
        one, at = deletion["person_uuid"], deletion["created_at"]
        kept = [row for row in self.state["events"] if row["person_id"] != one or row["timestamp"] >= at]
        self.state["events"] = kept
        for row in self.state["recordings"].values():
            row["deleted"] = row["deleted"] or row["distinct_id"] in deletion["_ids"]
        deletion |= {"status": "completed", "delete_verified_at": at}

    def _ripe(self, row: Mapping[str, Any], now: datetime) -> bool:
        if self.finish_after is None:
            return False
        return now >= datetime.fromisoformat(row["created_at"]) + timedelta(seconds=self.finish_after)

    def _owner(self, distinct_id: str) -> dict[str, Any] | None:
        rows: list[dict[str, Any]] = list(self.state["persons"].values())
        return next((row for row in rows if distinct_id in row["distinct_ids"]), None)

    def _person(self, given: Mapping[str, Any], now: datetime) -> None:
        made = str(uuid.uuid5(SPACE, given["distinct_ids"][0]))
        row = {"id": self.new_number(), "uuid": made, "name": made, "properties": {}, "created_at": stamp(now)}
        self.state["persons"][made] = {**row, "last_seen_at": None, **given}

    def _event(self, given: Mapping[str, Any], now: datetime) -> None:
        owner = self._owner(given["distinct_id"])
        person = owner["uuid"] if owner else str(uuid.uuid5(SPACE, given["distinct_id"]))
        row = {"uuid": str(uuid.uuid5(SPACE, f"event {self.new_number()}")), "event": "$pageview", "properties": {}}
        row |= {"timestamp": stamp(now), **given, "person_id": person}
        self.state["events"].append({**row, "person_properties": dict(owner["properties"]) if owner else {}})

    def _recording(self, given: Mapping[str, Any], now: datetime) -> None:
        owner = self._owner(given["distinct_id"])
        row = {"session_id": f"session-{self.new_number()}", "start_time": stamp(now), "end_time": stamp(now)}
        person = owner["uuid"] if owner else str(uuid.uuid5(SPACE, given["distinct_id"]))
        made = {**row, "deleted": False, **given, "person_id": person}
        self.state["recordings"][made["session_id"]] = made


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "distinct_ids": row["distinct_ids"][:10]}
