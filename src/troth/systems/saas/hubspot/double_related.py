"""The part of HubSpot's double that keeps activities, tickets and deals, each associated with contacts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from troth.systems.sandbox.double import Answer, Ask, Double, stamp

RELATED = ("subject", "hs_note_body", "hs_createdate", "hs_object_id")
NOTHING = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": "No object is associated."}


class RelatedDouble(Double):
    """`state["related"]`: id → {kind, contacts, properties}. What is archived is gone from every answer."""

    def relate(self, record: Mapping[str, Any], now: datetime) -> None:
        """Keep something that hangs on the contacts with the addresses `of`."""
        made = str(100 + self.new_number())
        contacts = [
            one for one, row in self.state["contacts"].items() if row["properties"].get("email") in record["of"]
        ]
        fields = {name: value for name, value in record.items() if name not in ("kind", "of")}
        fields |= {"hs_createdate": stamp(now), "hs_object_id": made}
        self.state["related"][made] = {"id": made, "kind": record["kind"], "contacts": contacts, "properties": fields}

    def related_records(self) -> list[dict[str, Any]]:
        return [
            {"id": row["id"], "kind": row["kind"], "contacts": row["contacts"], **row["properties"]}
            for row in self.state["related"].values()
        ]

    def do_associations(self, ask: Ask) -> Answer:
        results, faults = [], []
        for one in ask.body["inputs"]:
            others = self._others(ask.params["kind"], ask.params["to"], one["id"])
            start = int(one.get("after", 0))
            some = others[start : start + self.state["page_size"]]
            if not some:
                faults.append(NOTHING)
                continue
            result: dict[str, Any] = {"from": {"id": one["id"]}}
            result["to"] = [{"toObjectId": int(other), "associationTypes": []} for other in some]
            if start + len(some) < len(others):
                result["paging"] = {"next": {"after": str(start + len(some))}}
            results.append(result)
        return batch(results, faults, ask.now)

    def do_read_related(self, ask: Ask) -> Answer:
        rows = [self.state["related"].get(one["id"]) for one in ask.body["inputs"]]
        shown = [self._row(row, ask.body["properties"], ask.now) for row in rows if row]
        return batch(shown, [NOTHING for row in rows if not row], ask.now)

    def do_archive(self, ask: Ask) -> Answer:
        for one in ask.body["inputs"]:
            self.state["related"].pop(one["id"], None)
        return Answer(204)

    def _others(self, kind: str, to: str, one: str) -> list[str]:
        related = self.state["related"]
        if to == "contacts":
            return [other for other in related.get(one, {}).get("contacts", ()) if other in self.state["contacts"]]
        live = one in self.state["contacts"]
        return [key for key, row in related.items() if live and row["kind"] == to and one in row["contacts"]]

    def _row(self, row: Mapping[str, Any], names: list[str], now: datetime) -> dict[str, Any]:
        held = {name: row["properties"].get(name) for name in names}
        return {
            "id": row["id"],
            "properties": held,
            "createdAt": stamp(now),
            "updatedAt": stamp(now),
            "archived": False,
        }


def timed(body: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A batch answer with its times."""
    return {"status": "COMPLETE", **body, "startedAt": stamp(now), "completedAt": stamp(now)}


def batch(results: list[Any], faults: list[Any], now: datetime) -> Answer:
    """200, or 207 when a part failed."""
    if not faults:
        return Answer(200, timed({"results": results}, now))
    return Answer(207, timed({"results": results, "numErrors": len(faults), "errors": faults}, now))
