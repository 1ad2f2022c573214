"""A double of Salesforce: people, what hangs on them, a Recycle Bin that a delete fills and a hard delete empties."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from troth.systems.saas.salesforce import double_soql as soql
from troth.systems.saas.salesforce.double_facts import CLIENT, FIELDS, GO_ALONG, NEEDED, ORG, PREFIX, SEEDED, vouched
from troth.systems.sandbox.double import Answer, Ask, Double, stamp, token


class Salesforce(Double):
    """`seed` takes records ({"kind": "Lead", …fields}; an Id may be given), custom_fields, page_size, hard_delete
    (the permission), individuals (whether Data Protection and Privacy is on), certificate (of the JWT flow, PEM)."""

    vendor: ClassVar[str] = "salesforce"

    def fresh(self) -> dict[str, Any]:
        custom = {**{kind: [] for kind in FIELDS}, "Lead": ["Troth_Record__c"]}
        rows: dict[str, Any] = {kind: {} for kind in FIELDS}
        settings = {"page_size": 2000, "hard_delete": True, "individuals": True, "certificate": None, "custom": custom}
        return {"next": 1, "rows": rows, "jobs": {}, "cursors": {}, "tokens": [], **settings}

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization", "").removeprefix("Bearer ") in self.state["tokens"]

    def refusal(self, status: int, code: str, message: str) -> Any:
        return [{"message": message, "errorCode": code}]

    def expire(self) -> None:
        self.state["tokens"] = []

    def seed(self, given: Mapping[str, Any], now: datetime) -> None:
        for kind in ("Lead", "Contact"):
            self.state["custom"][kind] += [n for n in given.get("custom_fields", ()) if n not in self.fields(kind)]
        self.state |= {key: given[key] for key in SEEDED if key in given}
        for record in given.get("records", ()):
            fields = dict(record)
            self._insert(fields.pop("kind"), fields, now)

    def dump(self) -> dict[str, Any]:
        records = [{"kind": kind, **row} for kind, rows in self.state["rows"].items() for row in rows.values()]
        return {"records": records, "jobs": list(self.state["jobs"].values())}

    def fields(self, kind: str) -> list[str]:
        names = [*FIELDS[kind], *self.state["custom"][kind]]
        return names if self.state["individuals"] else [name for name in names if name != "IndividualId"]

    def advance(self) -> int:
        waiting = [job for job in self.state["jobs"].values() if job["state"] == "UploadComplete"]
        for job in waiting:
            self._finish(job)
        return len(waiting)

    def do_token(self, ask: Ask) -> Answer:
        if "assertion" in ask.body:
            if not vouched(ask.body["assertion"], self.state["certificate"]):
                return Answer(400, {"error": "invalid_grant", "error_description": "invalid assertion"})
        elif (ask.body.get("client_id"), ask.body.get("client_secret")) != CLIENT:
            return Answer(400, {"error": "invalid_client", "error_description": "invalid client credentials"})
        made = token()
        self.state["tokens"].append(made)
        issued = str(int(ask.now.timestamp() * 1000))
        return Answer(
            200, {"access_token": made, "instance_url": ask.base_url, "token_type": "Bearer", "issued_at": issued}
        )

    def do_describe(self, ask: Ask) -> Answer:
        kind = ask.params["kind"]
        fields = [
            {"name": name, "type": "boolean" if name[:3] in ("IsD", "Has") else "string"} for name in self.fields(kind)
        ]
        return Answer(200, {"name": kind, "fields": fields})

    def do_composite(self, ask: Ask) -> Answer:
        answers = []
        for one in ask.body["compositeRequest"]:
            answer = self._query(one["url"])
            told = {"body": answer.body, "httpHeaders": {}, "httpStatusCode": answer.status}
            answers.append({**told, "referenceId": one["referenceId"]})
        return Answer(200, {"compositeResponse": answers})

    def _query(self, url: str) -> Answer:
        parts = urlsplit(url)
        try:
            query = soql.parse(parse_qs(parts.query)["q"][0])
        except soql.Malformed as error:
            return self.error(400, "MALFORMED_QUERY", str(error))
        if query.kind == "Organization":
            return self._page([self._shown("Organization", ORG)], 0, None)
        if query.kind not in FIELDS or (query.kind == "Individual" and not self.state["individuals"]):
            return self.error(400, "INVALID_TYPE", f"sObject type {query.kind} is not supported")
        known = self.fields(query.kind)
        if any(name not in known for name in (*query.columns, query.field or "Id", query.order or "Id")):
            return self.error(400, "INVALID_FIELD", "no such column")
        with_deleted = parts.path.endswith("/queryAll")
        rows = [row for row in self.state["rows"][query.kind].values() if with_deleted or not row["IsDeleted"]]
        return self._page([self._shown(query.kind, row) for row in query.run(rows)], 0, None)

    def do_query_more(self, ask: Ask) -> Answer:
        cursor, _, start = ask.params["cursor"].partition("-")
        rows = self.state["cursors"].get(cursor)
        if rows is None or int(start) >= len(rows):
            return self.error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(rows, int(start), cursor)

    def _page(self, rows: list[Any], start: int, cursor: str | None) -> Answer:
        end = start + self.state["page_size"]
        body = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
        if end < len(rows):
            cursor = cursor or self._id("Cursor")
            self.state["cursors"][cursor] = rows
            body["nextRecordsUrl"] = f"/services/data/v60.0/query/{cursor}-{end}"
        return Answer(200, body)

    def do_by_key(self, ask: Ask) -> Answer:
        row = self._by_key(ask)
        if row is None:
            return self.error(404, "NOT_FOUND", "the requested resource does not exist")
        wanted = {*ask.query.get("fields", "Id").split(","), "Id"}
        return Answer(200, self._shown("Lead", {k: v for k, v in row.items() if k in wanted}))

    def do_upsert(self, ask: Ask) -> Answer:
        fault = self._fault("Lead", ask.body)
        if fault:
            return fault
        row = self._by_key(ask)
        if row is not None:
            row |= {**ask.body, "LastModifiedDate": stamp(ask.now)}
            return Answer(200, {"id": row["Id"], "success": True, "errors": [], "created": False})
        missing = [name for name in NEEDED["Lead"] if not ask.body.get(name)]
        if missing:
            return self.error(400, "REQUIRED_FIELD_MISSING", f"Required fields are missing: {missing}")
        made = self._insert("Lead", {**ask.body, ask.params["field"]: ask.params["key"]}, ask.now)
        return Answer(201, {"id": made, "success": True, "errors": [], "created": True})

    def do_update(self, ask: Ask) -> Answer:
        row = self.state["rows"][ask.params["kind"]].get(ask.params["id"])
        if row is None or row["IsDeleted"]:
            return self.error(404, "ENTITY_IS_DELETED" if row else "NOT_FOUND", "entity is deleted")
        if row.get("IsConverted"):
            return self.error(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        fault = self._fault(ask.params["kind"], ask.body)
        if fault:
            return fault
        row |= {**ask.body, "LastModifiedDate": stamp(ask.now)}
        return Answer(204)

    def do_delete(self, ask: Ask) -> Answer:
        row = self.state["rows"][ask.params["kind"]].get(ask.params["id"])
        if row is None or row["IsDeleted"]:
            return self.error(404, "ENTITY_IS_DELETED" if row else "NOT_FOUND", "entity is deleted")
        if any(case["ContactId"] == row["Id"] and not case["IsDeleted"] for case in self._all("Case")):
            return self.error(400, "DELETE_FAILED", "it is associated with cases")
        self._bin(ask.params["kind"], row)
        return Answer(204)

    def _bin(self, kind: str, row: dict[str, Any]) -> None:
        """Into the Recycle Bin, with what goes along: all fields stay, for 15 days."""
        row["IsDeleted"] = True
        for other in ("Task", "Event", "CampaignMember", "EmailMessage"):
            for hanging in self._all(other):
                if any(hanging.get(field) == row["Id"] for field in GO_ALONG.get(kind, ())):
                    hanging["IsDeleted"] = True

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return list(self.state["rows"][kind].values())

    def do_create_job(self, ask: Ask) -> Answer:
        if not self.state["hard_delete"]:
            return self.error(400, "FEATURENOTENABLED", "hardDelete operation requires special user profile permission")
        job = {"id": self._id("Job"), "operation": ask.body["operation"], "object": ask.body["object"], "state": "Open"}
        job |= {"createdDate": stamp(ask.now), "contentType": "CSV", "apiVersion": 60.0}
        self.state["jobs"][job["id"]] = {**job, "_rows": []}
        return Answer(200, job)

    def do_upload(self, ask: Ask) -> Answer:
        job = self.state["jobs"].get(ask.params["job"])
        if job is None or job["state"] != "Open":
            return self.error(400, "INVALIDJOBSTATE", "the job takes no data")
        job["_rows"] += ask.body.split()[1:]
        return Answer(201)

    def do_close_job(self, ask: Ask) -> Answer:
        job = self.state["jobs"].get(ask.params["job"])
        if job is None or job["state"] != "Open":
            return self.error(400, "INVALIDJOBSTATE", "the job is not open")
        job |= {"state": ask.body["state"], "_closed": ask.now.timestamp()}
        return Answer(200, _told(job))

    def do_job(self, ask: Ask) -> Answer:
        job = self.state["jobs"].get(ask.params["job"])
        if job is None:
            return self.error(404, "NOT_FOUND", "no such job")
        if job["state"] == "UploadComplete" and self.finish_after is not None:
            ripe = datetime.fromtimestamp(job["_closed"], ask.now.tzinfo) + timedelta(seconds=self.finish_after)
            if ask.now >= ripe:
                self._finish(job)
        return Answer(200, _told(job))

    def _finish(self, job: dict[str, Any]) -> None:
        gone = [self.state["rows"][job["object"]].pop(row, None) for row in job["_rows"]]
        job |= {"state": "JobComplete", "numberRecordsProcessed": len(gone), "numberRecordsFailed": gone.count(None)}

    def _fault(self, kind: str, body: Mapping[str, Any]) -> Answer | None:
        unknown = [name for name in body if name not in self.fields(kind)]
        return self.error(400, "INVALID_FIELD", f"No such column {unknown[0]} on {kind}") if unknown else None

    def _by_key(self, ask: Ask) -> dict[str, Any] | None:
        field, key = ask.params["field"], ask.params["key"]
        rows: list[dict[str, Any]] = list(self.state["rows"]["Lead"].values())
        return next((row for row in rows if row.get(field) == key and not row["IsDeleted"]), None)

    def _insert(self, kind: str, fields: Mapping[str, Any], now: datetime) -> str:
        made = str(fields.get("Id") or self._id(kind))
        flags = {name: False for name in FIELDS[kind] if name.startswith(("Is", "HasOptedOut"))}
        times = {"CreatedDate": stamp(now), "LastModifiedDate": stamp(now)}
        self.state["rows"][kind][made] = {**dict.fromkeys(FIELDS[kind]), **flags, **times, **fields, "Id": made}
        return made

    def _id(self, kind: str) -> str:
        return f"{PREFIX[kind]}{self.new_number():015d}"

    def _shown(self, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
        made = row.get("Id") or ""
        return {"attributes": {"type": kind, "url": f"/services/data/v60.0/sobjects/{kind}/{made}"}, **row, "Id": made}


def _told(job: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in job.items() if not key.startswith("_")}
