"""AWS on this machine: moto for S3, DynamoDB and CloudWatch Logs, our double for SES and STS, behind one address.

It is the sandbox with one vendor more: the same failures on demand, the same notes of calls. Signatures are checked.
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from aws_signing import SECRET, claim_of, signed
from moto.backends import get_backend
from moto.moto_api._internal import moto_api_backend
from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import EnvironBuilder, run_wsgi_app

from troth.systems.saas.aws.double import ACCOUNT, KEY_ID
from troth.systems.sandbox.app import Sandbox, _json
from troth.systems.sandbox.contract import Operation

REGION = "eu-central-1"
BUCKET, TABLE, GROUP = "uploads", "people", "/app/web"
OLD = datetime(2020, 1, 2, 3, 4, 5)  # moto keeps times without a zone
_S3 = {
    ("GET", "versions"): "list_object_versions",
    ("GET", "uploads"): "list_multipart_uploads",
    ("POST", "delete"): "delete_objects",
    ("GET", "tagging"): "get_object_tagging",
    ("DELETE", "uploadId"): "abort_multipart_upload",
    ("HEAD", ""): "head_object",
    ("GET", ""): "get_object",
}
_app = cache(create_backend_app)  # by service, as the signature names it: moto would look through all of its own


class AwsStandIn(Sandbox):
    """The sandbox, with moto where the double of AWS ends."""

    page_size: int | None = None
    leaves: int = 0  # so many batches of deletions are done only in part
    ghosts: tuple[Mapping[str, str], ...] = ()  # items that indexes still show

    def _vendor(self, request: Request, vendor: str, path: str) -> Response:
        claim = claim_of(request)
        if vendor != "aws" or not claim:
            return super()._vendor(request, vendor, path)
        operation = _operation(claim["service"], request)
        if not signed(request, claim):
            refusal = _refusal(claim["service"], 403, "SignatureDoesNotMatch")
            self._note(vendor, request, operation, 403, [])
            return refusal
        if claim["service"] == "ses" or (claim["service"] == "sts" and b"GetCallerIdentity" in request.get_data()):
            return super()._vendor(request, vendor, path)
        planned = self._failures[vendor].next(operation.id)
        response = planned.response() if planned else None
        if response is not None:
            self._note(vendor, request, operation, response.status_code, ["failure asked for"])
            return response
        with self._lock:
            expired = self._double(vendor).state["expired"]
            response = (
                _refusal(claim["service"], 400, "ExpiredToken")
                if expired
                else self._moto(request, operation, claim["service"])
            )
        if planned:
            planned.spoil(response)
        self._note(vendor, request, operation, response.status_code, [])
        return response

    def _moto(self, request: Request, operation: Operation, service: str) -> Response:
        target = request.environ["REQUEST_URI"].removeprefix("/aws")
        body = request.get_data()
        if self.page_size and operation.id in ("query", "filter_log_events"):
            limit = "Limit" if operation.id == "query" else "limit"
            body = json.dumps({limit: self.page_size, **json.loads(body)}).encode()
        body, undone = self._cut(operation, body)
        headers = [(name, value) for name, value in request.headers if name.lower() != "content-length"]
        builder = EnvironBuilder(path="/", method=request.method, headers=headers, data=body)
        environ = builder.get_environ()
        parts = urlsplit(target)
        environ["PATH_INFO"] = Request.from_values(path=parts.path).path
        environ |= {"QUERY_STRING": parts.query, "RAW_URI": target, "REQUEST_URI": target}
        content, status, told = run_wsgi_app(_app(service), environ, buffered=True)
        response = Response(b"".join(content), status=status, headers=told)
        if undone or (self.ghosts and b'"IndexName"' in body):
            reply = json.loads(response.get_data())
            reply["UnprocessedItems"] = undone
            reply["Items"] = [*reply.get("Items", ()), *map(_typed, self.ghosts)]
            response = _json(200, reply)
        return response

    def _cut(self, operation: Operation, body: bytes) -> tuple[bytes, dict[str, Any]]:
        """A batch of deletions that DynamoDB does only in part: what it does, and what it leaves."""
        if operation.id != "batch_write_item" or not self.leaves:
            return body, {}
        self.leaves -= 1
        ((table, orders),) = json.loads(body)["RequestItems"].items()
        return json.dumps({"RequestItems": {table: orders[:1]}}).encode(), {table: orders[1:]} if orders[1:] else {}

    def _reset(self, vendor: str, given: Mapping[str, Any]) -> int:
        self.page_size, self.leaves, self.ghosts = None, 0, ()
        os.environ.pop("MOTO_S3_DEFAULT_MAX_KEYS", None)
        moto_api_backend.reset()
        _make_places()
        return super()._reset(vendor, given)

    def _seed(self, vendor: str, given: Mapping[str, Any]) -> int:
        if "page_size" in given:
            self.page_size = given["page_size"]
            os.environ["MOTO_S3_DEFAULT_MAX_KEYS"] = str(self.page_size)
        self.leaves, self.ghosts = given.get("leaves", 0), tuple(given.get("ghosts", ()))
        for row in given.get("records", ()):
            _put(row)
        return super()._seed(vendor, {name: value for name, value in given.items() if name != "records"})

    def _admin(self, request: Request, vendor: str, act: str) -> Response:
        if act == "state":
            with self._lock:
                return _json(200, {**self._double(vendor).dump(), "records": list(_records())})
        return super()._admin(request, vendor, act)


@contextmanager
def running() -> Iterator[str]:
    """The address of a stand-in that serves in a thread."""

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

        def log(self, type: str, message: str, *args: Any) -> None:
            pass

    serving = make_server("127.0.0.1", 0, AwsStandIn(None, None), threaded=True, request_handler=Quiet)
    serving.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=serving.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{serving.server_port}"
    finally:
        serving.shutdown()
        thread.join()
        serving.server_close()


def clients(address: str) -> Mapping[str, Any]:
    """boto3's own clients, to arrange and to look at what the connector is to find."""
    keys = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET, "region_name": REGION}
    return {
        name: boto3.client(
            name,
            endpoint_url=f"{address}/aws",
            config=boto3.session.Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
            **keys,
        )
        for name in ("s3", "dynamodb", "logs")
    }


def _make_places() -> None:
    s3 = get_backend("s3")[ACCOUNT]["aws"]
    s3.create_bucket(BUCKET, REGION)
    s3.put_bucket_versioning(BUCKET, "Enabled")
    get_backend("logs")[ACCOUNT][REGION].create_log_group(GROUP, {})
    get_backend("logs")[ACCOUNT][REGION].create_log_stream(GROUP, "s")
    schema = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
    index = {"IndexName": "by-email", "KeySchema": [{"AttributeName": "email", "KeyType": "HASH"}]}
    get_backend("dynamodb")[ACCOUNT][REGION].create_table(
        TABLE,
        schema=schema,
        throughput=None,
        attr=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "email")],
        global_indexes=[{**index, "Projection": {"ProjectionType": "KEYS_ONLY"}}],
        indexes=[],
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=None,
        tags=[],
        deletion_protection_enabled=False,
        warm_throughput=None,
    )


def _put(row: Mapping[str, Any]) -> None:
    if "key" in row:
        made = get_backend("s3")[ACCOUNT]["aws"].put_object(BUCKET, row["key"], row.get("body", "hello").encode())
        made.last_modified = OLD if row.get("old") else made.last_modified
        return
    get_backend("dynamodb")[ACCOUNT][REGION].put_item(TABLE, _typed(row))


def _typed(row: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in row.items()}


def _records() -> Iterator[dict[str, Any]]:
    bucket = get_backend("s3")[ACCOUNT]["aws"].get_bucket(BUCKET)
    for _, versions in bucket.keys.iterlists():
        yield from ({"key": version.name, "version": str(version.version_id)} for version in versions)
    yield from ({"key": upload.key_name, "upload": upload.id} for upload in bucket.multiparts.values())
    for item in get_backend("dynamodb")[ACCOUNT][REGION].get_table(TABLE).all_items():
        yield {name: next(iter(value.values())) for name, value in item.to_json()["Attributes"].items()}


def _operation(service: str, request: Request) -> Operation:
    """The operation by the name botocore gives it."""
    target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
    name = "".join(f"_{one.lower()}" if one.isupper() else one for one in target).lstrip("_")
    if service == "sts":
        name = dict(parse_qsl(request.get_data(as_text=True))).get("Action", "")
    if service == "s3":
        queried = {key for key, _ in parse_qsl(urlsplit(request.environ["REQUEST_URI"]).query, keep_blank_values=True)}
        marks = [mark for method, mark in _S3 if method == request.method and mark in queried]
        name = _S3.get((request.method, marks[0] if marks else ""), request.method.lower())
    return Operation(name or request.path, {}, frozenset(), True, False)


def _refusal(service: str, status: int, code: str) -> Response:
    if service in ("s3", "sts"):
        return Response(f"<Error><Code>{code}</Code><Message>no</Message></Error>", status, mimetype="application/xml")
    return _json(status, {"__type": code, "message": "no"})
