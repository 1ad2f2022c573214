"""A double of Azure: sign-in, blobs with versions and soft delete, queries and purges of Log Analytics.

It models the traps: a deleted blob becomes a version of itself, what is deleted stays for a while, Azure destroys
versions and snapshots only, and purges end later.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, ClassVar
from urllib.parse import quote
from xml.sax.saxutils import escape

from troth.systems.saas.azure.double_kql import answer, holds
from troth.systems.sandbox.double import Answer, Ask, Double, stamp, token

TENANT, CLIENT, SECRET = "sandbox-tenant", "sandbox-client", "sandbox-secret"
XML = {"Content-Type": "application/xml"}


class AzureDouble(Double):
    """`seed` takes records, page_size, versioning, soft_delete (days), permanent (may what is deleted be destroyed).

    A record is a blob (container, name, body, tags, made, held: under a legal hold, until: ISO time of a policy) or a
    row of a log table (table and its columns).
    """

    vendor: ClassVar[str] = "azure"

    def fresh(self) -> dict[str, Any]:
        held: dict[str, Any] = {"blobs": [], "tables": {}, "purges": {}, "tokens": []}
        return {"next": 1, **held, "page_size": 5000, "versioning": True, "soft_delete": 0, "permanent": False}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization", "").removeprefix("Bearer ") in self.state["tokens"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return {"error": {"code": code, "message": message}}

    def expire(self) -> None:
        self.state["tokens"] = []

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        settings = ("page_size", "versioning", "soft_delete", "permanent")
        self.state |= {key: given[key] for key in settings if key in given}
        for record in given.get("records", ()):
            if "table" in record:
                row = {"TimeGenerated": stamp(now), "_ItemId": token(), **record}
                self.state["tables"].setdefault(row.pop("table"), []).append(row)
            else:
                self._put(record, now)

    def dump(self) -> dict[str, Any]:
        rows = [{"table": table, **row} for table, rows in self.state["tables"].items() for row in rows]
        kept = [{"kept": row} for purge in self.state["purges"].values() for row in purge["rows"]]
        return {"records": [*self.state["blobs"], *rows], "purged": kept}

    def advance(self) -> int:
        running = [purge for purge in self.state["purges"].values() if purge["status"] == "pending"]
        for purge in running:
            self._finish(purge)
        return len(running)

    def do_token(self, ask: Ask) -> Answer:
        good = ask.params["tenant"] == TENANT and ask.body["client_id"] == CLIENT
        if not good or ask.body["client_secret"] != SECRET:
            return Answer(401, {"error": "invalid_client", "error_description": "AADSTS7000215"})
        self.state["tokens"].append(token())
        return Answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": self.state["tokens"][-1]})

    def do_query(self, ask: Ask) -> Answer:
        columns, rows = answer(ask.body["query"], self.state["tables"])
        told = [{"name": name, "type": "string"} for name in columns]
        return Answer(200, {"tables": [{"name": "PrimaryResult", "columns": told, "rows": rows}]})

    def do_purge(self, ask: Ask) -> Answer:
        """All filters must hold for a row; a column that is not there holds for none."""
        rows = self.state["tables"].get(ask.body["table"], [])
        filters = [(one["column"], one["operator"], [str(v) for v in one["value"]]) for one in ask.body["filters"]]
        hit = [row for row in rows if all(holds(row.get(name), how, values) for name, how, values in filters)]
        id = f"purge-{token()}"
        purge = {"table": ask.body["table"], "rows": hit, "status": "pending", "at": ask.now.timestamp()}
        self.state["purges"][id] = purge
        return Answer(202, {"operationId": id})

    def do_purge_status(self, ask: Ask) -> Answer:
        purge = self.state["purges"].get(ask.params["purge"])
        if purge is None:
            return self.error(404, "NotFound", "no such purge")
        if self.finish_after is not None and ask.now.timestamp() - purge["at"] >= self.finish_after:
            self._finish(purge)
        return Answer(200, {"status": purge["status"]})

    def do_service_properties(self, ask: Ask) -> Answer:
        days = self.state["soft_delete"]
        policy = f"<Enabled>{str(days > 0).lower()}</Enabled>" + (f"<Days>{days}</Days>" if days else "")
        policy += f"<AllowPermanentDelete>{str(self.state['permanent']).lower()}</AllowPermanentDelete>"
        inner = f"<DeleteRetentionPolicy>{policy}</DeleteRetentionPolicy>"
        return Answer(200, _xml(f"<StorageServiceProperties>{inner}</StorageServiceProperties>"), XML)

    def do_list_blobs(self, ask: Ask) -> Answer:
        if ask.query["comp"] == "blobs":
            return self._found(ask)
        include, prefix = ask.query.get("include", "").split(","), ask.query.get("prefix", "")
        rows = [blob for blob in self._in(ask.params["container"]) if blob["name"].startswith(prefix)]
        rows = [blob for blob in rows if _shown(blob, include)]
        shown = partial(_blob_xml, tags="tags" in include)
        return self._listing(ask, sorted(rows, key=lambda blob: (blob["name"], blob["version"])), shown)

    def _found(self, ask: Ask) -> Answer:
        """What is deleted is not found by its tags, an older version only if asked for."""
        tag, _, value = ask.query["where"].partition(" = ")
        wanted = (tag.strip('"'), value.strip("'").replace("''", "'"))
        include = ask.query.get("include", "").split(",")
        rows = [blob for blob in self._in(ask.params["container"]) if _shown(blob, include)]
        return self._listing(ask, [blob for blob in rows if wanted in blob["tags"].items()], _found_xml)

    def do_delete_blob(self, ask: Ask) -> Answer:
        name, version = ask.params["name"], ask.query.get("versionid")
        blobs = [blob for blob in self._in(ask.params["container"]) if blob["name"] == name]
        for blob in blobs:
            if version and blob["version"] == version:
                return self._delete_version(blob, ask.query.get("deletetype"))
            if not version and blob["current"] and not blob["deleted"]:
                return self._delete_base(blob)
        return _refused(404, "BlobNotFound")

    def do_blob_properties(self, ask: Ask) -> Answer:
        name, version = ask.params["name"], ask.query.get("versionid")
        for blob in self._in(ask.params["container"]):
            if blob["name"] == name and (blob["version"] == version if version else blob["current"]):
                until = {"x-ms-immutability-policy-until-date": _rfc(blob["until"])} if blob["until"] else {}
                held = {"x-ms-legal-hold": "true"} if blob["held"] else {}
                return Answer(200, blob["body"].encode(), {"Last-Modified": _rfc(blob["made"]), **until, **held})
        return _refused(404, "BlobNotFound")

    def _delete_base(self, blob: dict[str, Any]) -> Answer:
        if blob["held"] or blob["until"]:
            return _refused(409, "BlobImmutableDueToLegalHold" if blob["held"] else "BlobImmutableDueToPolicy")
        if self.state["versioning"]:
            blob["current"] = False
        else:
            self._drop(blob)
        return Answer(202)

    def _delete_version(self, blob: dict[str, Any], kind: str | None) -> Answer:
        if blob["current"]:
            return _refused(400, "OperationNotAllowedOnRootBlob")
        if kind == "Permanent" and not (blob["deleted"] and self.state["permanent"]):
            return _refused(409, "PermanentDeleteNotAllowed")
        if blob["deleted"] and kind != "Permanent":
            return _refused(404, "BlobNotFound")
        if kind == "Permanent":
            self.state["blobs"].remove(blob)
        else:
            self._drop(blob)
        return Answer(202)

    def _drop(self, blob: dict[str, Any]) -> None:
        if self.state["soft_delete"]:
            blob["deleted"] = self.state["soft_delete"]  # the days it stays
        else:
            self.state["blobs"].remove(blob)

    def _in(self, container: str) -> list[dict[str, Any]]:
        return [blob for blob in self.state["blobs"] if blob["container"] == container]

    def _listing(self, ask: Ask, rows: list[dict[str, Any]], shown: Any) -> Answer:
        start = int(ask.query.get("marker") or 0)
        end = start + self.state["page_size"]
        marker = f"<NextMarker>{end}</NextMarker>" if end < len(rows) else "<NextMarker />"
        inner = "".join(map(shown, rows[start:end]))
        return Answer(200, _xml(f"<EnumerationResults><Blobs>{inner}</Blobs>{marker}</EnumerationResults>"), XML)

    def _put(self, record: Mapping[str, Any], now: datetime) -> None:
        base = {"body": "hello", "tags": {}, "made": stamp(now), "held": False, "until": "", **record}
        for blob in self._in(base["container"]):
            if blob["name"] == base["name"] and blob["current"]:
                blob["current"] = False
        number = f"2026-01-01T00:00:00.{self.new_number():07d}Z"
        self.state["blobs"].append({**base, "version": number, "current": True, "deleted": 0})

    def _finish(self, purge: dict[str, Any]) -> None:
        rows = self.state["tables"].get(purge["table"], [])
        self.state["tables"][purge["table"]] = [row for row in rows if row not in purge["rows"]]
        purge |= {"status": "completed", "rows": []}


def _shown(blob: Mapping[str, Any], include: Iterable[str]) -> bool:
    if blob["deleted"]:
        return "deleted" in include
    return bool(blob["current"]) or "versions" in include


def _blob_xml(blob: Mapping[str, Any], *, tags: bool) -> str:
    current = "<IsCurrentVersion>true</IsCurrentVersion>" if blob["current"] else ""
    deleted = "<Deleted>true</Deleted>" if blob["deleted"] else ""
    left = f"<RemainingRetentionDays>{blob['deleted']}</RemainingRetentionDays>" if blob["deleted"] else ""
    made = _rfc(blob["made"])
    size = f"<Content-Length>{len(blob['body'])}</Content-Length><BlobType>BlockBlob</BlobType>"
    times = f"<Creation-Time>{made}</Creation-Time><Last-Modified>{made}</Last-Modified><Etag>0x1</Etag>"
    name = f"<Name>{escape(blob['name'])}</Name>{deleted}<VersionId>{blob['version']}</VersionId>{current}"
    pairs = (f"<Tag><Key>{escape(k)}</Key><Value>{escape(v)}</Value></Tag>" for k, v in blob["tags"].items())
    tagged = f"<Tags><TagSet>{''.join(pairs)}</TagSet></Tags>" if tags and blob["tags"] else ""
    return f"<Blob>{name}<Properties>{times}{size}{left}</Properties>{tagged}</Blob>"


def _found_xml(blob: Mapping[str, Any]) -> str:
    return f"<Blob><Name>{escape(blob['name'])}</Name><ContainerName>{quote(blob['container'])}</ContainerName></Blob>"


def _rfc(time: str) -> str:
    return datetime.fromisoformat(time).strftime("%a, %d %b %Y %H:%M:%S GMT")


def _refused(status: int, code: str) -> Answer:
    return Answer(status, None, {"x-ms-error-code": code})


def _xml(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>{inner}'.encode()
