"""A real S3 interface (moto, over HTTP): buckets with and without versions, conditional writes, what is left behind."""

import gzip
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from troth import ground
from troth.systems.files import s3 as s3_module
from troth.systems.files.ages import CouldNotTell
from troth.systems.files.system import FilesSystem
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Found, SystemProblem

NOW = ground.clock().replace(microsecond=0)
BEFORE = NOW - timedelta(days=60)
OLD, YOUNG = BEFORE - timedelta(days=1), BEFORE + timedelta(days=1)
ANN = Identifiers(email=("ann@x.org",))
CLASSES = {
    "app": {
        "pattern": "app/**/*.jsonl*",
        "by": "line",
        "time": '"at": ?"([^"]+)"',
        "lines": "json lines",
        "holds": {"email": ["mail"]},
        "items": {"mail": "email-address"},
    },
    "recordings": {"pattern": "recordings/{email}/*.json", "by": "day"},
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(address: str) -> Iterator[Any]:
    client = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id="k", aws_secret_access_key="s", region_name="us-east-1"
    )
    yield client
    for bucket in client.list_buckets()["Buckets"]:
        for part in ("Versions", "DeleteMarkers"):
            for one in client.list_object_versions(Bucket=bucket["Name"]).get(part, []):
                client.delete_object(Bucket=bucket["Name"], Key=one["Key"], VersionId=one["VersionId"])
        client.delete_bucket(Bucket=bucket["Name"])


@pytest.fixture(params=["versioned", "plain"])
def bucket(request: pytest.FixtureRequest, aws: Any) -> str:
    aws.create_bucket(Bucket="logs-bucket")
    if request.param == "versioned":
        aws.put_bucket_versioning(Bucket="logs-bucket", VersioningConfiguration={"Status": "Enabled"})
    return "logs-bucket"


@pytest.fixture
def make(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., FilesSystem]:
    def made(folder: str, **store: Any) -> FilesSystem:
        monkeypatch.setenv("LOG_SECRET", "s")
        given = {"endpoint": address, "key": "k", "secret": "env:LOG_SECRET", "allow_private": True, **store}
        entry = {"folder": folder, "store": given, "classes": CLASSES, "title": "Logs"}
        return FilesSystem.from_config("logs", entry, tmp_path)

    return made


def _line(mail: str, at: datetime = YOUNG) -> bytes:
    return json.dumps({"at": at.isoformat(), "mail": mail}).encode() + b"\n"


def _all(aws: Any, bucket: str) -> list[str]:
    """Everything the bucket keeps, versions and delete markers too."""
    told = aws.list_object_versions(Bucket=bucket)
    return [one["Key"] for part in ("Versions", "DeleteMarkers") for one in told.get(part, [])]


def _contents(aws: Any, bucket: str) -> list[bytes]:
    versions = aws.list_object_versions(Bucket=bucket).get("Versions", [])
    return [
        aws.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])["Body"].read() for one in versions
    ]


def test_the_person_is_gone_from_every_version_and_the_rest_is_the_same_bytes(
    aws: Any, bucket: str, make: Callable[..., FilesSystem]
) -> None:
    keep = _line("bo@x.org") + _line("joann@x.org")
    for content in (_line("ann@x.org"), _line("ann@x.org") + keep):
        aws.put_object(
            Bucket=bucket, Key="logs/app/1/a.jsonl", Body=content, Metadata={"team": "web"}, ContentType="text/x"
        )
    aws.put_object(Bucket=bucket, Key="logs/app/b.jsonl.gz", Body=gzip.compress(keep))
    aws.put_object(Bucket=bucket, Key="logs/other/a.jsonl", Body=_line("ann@x.org"))
    aws.put_object(Bucket=bucket, Key="logs2/app/a.jsonl", Body=_line("ann@x.org"))
    system = make(f"s3://{bucket}/logs")
    found = system.find(ANN)
    assert isinstance(found, Found)
    assert {one.id for one in found.findings} >= {"app/1/a.jsonl:1"}
    assert dict(found.findings[0].items) == {"mail": "email-address"}
    done = system.erase(ANN, key="1")
    assert isinstance(done, Done)
    assert not done.remains
    assert done.evidence["rows"] == 1  # what was replaced goes with the file that replaced it, uncounted
    after = system.find(ANN)
    assert isinstance(after, Found)
    assert not after.findings
    assert not after.remains
    assert aws.get_object(Bucket=bucket, Key="logs/app/1/a.jsonl")["Body"].read() == keep
    head = aws.head_object(Bucket=bucket, Key="logs/app/1/a.jsonl")
    assert (head["Metadata"], head["ContentType"]) == ({"team": "web"}, "text/x")
    assert _all(aws, bucket).count("logs/app/1/a.jsonl") == 1
    assert _all(aws, bucket).count("logs/other/a.jsonl") == _all(aws, bucket).count("logs2/app/a.jsonl") == 1
    before = sorted(_all(aws, bucket)), sorted(_contents(aws, bucket))
    again = system.erase(ANN, key="1")
    assert isinstance(again, Done)
    assert again.evidence["rows"] == 0
    assert (sorted(_all(aws, bucket)), sorted(_contents(aws, bucket))) == before


def test_a_file_of_one_person_goes_with_its_versions_and_markers(
    aws: Any, bucket: str, make: Callable[..., FilesSystem]
) -> None:
    for _ in range(2):
        aws.put_object(Bucket=bucket, Key="app/a.jsonl", Body=_line("ann@x.org"))
        aws.put_object(Bucket=bucket, Key="recordings/ann@x.org/1.json", Body=b"{}")
    aws.put_object(Bucket=bucket, Key="recordings/joann@x.org/1.json", Body=b"{}")
    aws.put_object(Bucket=bucket, Key="app/deleted.jsonl", Body=_line("ann@x.org"))
    aws.delete_object(Bucket=bucket, Key="app/deleted.jsonl")  # where versions are kept, its lines are still there
    system = make(f"s3://{bucket}")
    found = system.find(ANN)
    assert isinstance(found, Found)
    kept = [one.id for one in found.findings if "older version" in one.id]
    assert len(kept) == (3 if len(_all(aws, bucket)) > 3 else 0)
    assert isinstance(system.erase(ANN, key="1"), Done)
    assert _all(aws, bucket) == ["recordings/joann@x.org/1.json"]


def test_an_old_version_left_by_a_killed_rewrite_is_found_and_removed(
    aws: Any, make: Callable[..., FilesSystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.create_bucket(Bucket="logs-bucket")
    aws.put_bucket_versioning(Bucket="logs-bucket", VersioningConfiguration={"Status": "Enabled"})
    aws.put_object(Bucket="logs-bucket", Key="app/a.jsonl", Body=_line("ann@x.org") + _line("bo@x.org"))

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    system = make("s3://logs-bucket")
    monkeypatch.setattr(s3_module.S3Store, "_drop", die)
    with pytest.raises(Killed):
        system.erase(ANN, key="1")
    monkeypatch.undo()
    assert len(_all(aws, "logs-bucket")) == 2
    monkeypatch.setenv("LOG_SECRET", "s")
    assert isinstance(system.erase(ANN, key="1"), Done)
    assert _contents(aws, "logs-bucket") == [_line("bo@x.org")]


def test_an_object_replaced_meanwhile_is_not_overwritten(
    aws: Any, bucket: str, make: Callable[..., FilesSystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.put_object(Bucket=bucket, Key="app/a.jsonl", Body=_line("ann@x.org") + _line("bo@x.org"))
    unchanged = s3_module.S3Store._unchanged

    def then_replaced(self: s3_module.S3Store, item: Any) -> None:
        unchanged(self, item)
        aws.put_object(Bucket=bucket, Key="app/a.jsonl", Body=_line("ann@x.org") + _line("cy@x.org"))

    with monkeypatch.context() as patch:
        patch.setattr(s3_module.S3Store, "_unchanged", then_replaced)
        with pytest.raises(SystemProblem, match="still written to") as problem:
            make(f"s3://{bucket}").erase(ANN, key="1")
    assert problem.value.consequence == "wait"  # and is done then
    assert aws.get_object(Bucket=bucket, Key="app/a.jsonl")["Body"].read() == _line("ann@x.org") + _line("cy@x.org")


def test_sweeps_by_line_and_by_day_leave_no_version(aws: Any, bucket: str, make: Callable[..., FilesSystem]) -> None:
    aws.put_object(Bucket=bucket, Key="app/a.jsonl", Body=_line("a@x.org", OLD) + _line("b@x.org"))
    aws.put_object(Bucket=bucket, Key="app/past.jsonl", Body=_line("a@x.org", OLD))
    aws.put_object(Bucket=bucket, Key=f"recordings/ann@x.org/{OLD:%Y-%m-%d}.json", Body=b"{}")
    system = make(f"s3://{bucket}")
    assert system.oldest("app") == OLD
    swept = system.sweep("app", BEFORE, dry_run=True)
    assert (swept.lines_erased, swept.files_rewritten, swept.files_erased) == (2, 1, 1)
    swept = system.sweep("app", BEFORE)
    assert (swept.lines_erased, swept.files_rewritten, swept.files_erased) == (2, 1, 1)
    assert swept.complete
    assert system.sweep("recordings", BEFORE).files_erased == 1
    assert _contents(aws, bucket) == [_line("b@x.org")]
    assert system.sweep("app", BEFORE).lines_erased == 0


def test_a_large_object_goes_up_in_parts(
    aws: Any, bucket: str, make: Callable[..., FilesSystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = b"".join(_line(f"b{n}@x.org") for n in range(150_000))
    aws.put_object(Bucket=bucket, Key="app/a.jsonl", Body=_line("ann@x.org") + keep)
    monkeypatch.setattr(s3_module, "_PART", 5 << 20)
    done = make(f"s3://{bucket}").erase(ANN, key="1")
    assert isinstance(done, Done)
    assert not done.remains
    assert aws.get_object(Bucket=bucket, Key="app/a.jsonl")["Body"].read() == keep
    assert _all(aws, bucket) == ["app/a.jsonl"]


def test_what_cannot_be_read_is_said_with_the_answer(aws: Any, bucket: str, make: Callable[..., FilesSystem]) -> None:
    aws.put_object(Bucket=bucket, Key="app/a.jsonl.gz", Body=gzip.compress(_line("ann@x.org") * 99)[:-9])
    aws.put_object(Bucket=bucket, Key="app/cold.jsonl", Body=_line("ann@x.org"), StorageClass="GLACIER")
    system = make(f"s3://{bucket}")
    found = system.find(ANN)
    assert isinstance(found, Found)
    told = " ".join(getattr(one, "reason", "") for one in found.remains)
    assert "app/a.jsonl.gz (cut off or corrupt)" in told
    assert "app/cold.jsonl (in an archive class" in told
    assert isinstance(system.oldest("app", thorough=True), CouldNotTell)


def test_connection_is_tested_and_problems_name_what_to_do(
    aws: Any, bucket: str, make: Callable[..., FilesSystem]
) -> None:
    aws.put_object(Bucket=bucket, Key="app/a.jsonl", Body=b"")
    tested = make(f"s3://{bucket}").test()
    assert dict(tested.evidence) == {"account": f"s3://{bucket}", "files": {"app": 1, "recordings": 0}}
    with pytest.raises(SystemProblem) as problem:
        make("s3://no-such-bucket").test()
    assert problem.value.consequence == "fix settings"
    for refused in ({"allow_private": False}, {"allow_private": False, "endpoint": "https://127.0.0.1:1"}):
        with pytest.raises(SystemProblem, match="allow_private") as problem:
            make(f"s3://{bucket}", **refused).test()
        assert problem.value.consequence == "fix settings"


def test_a_store_that_does_not_answer_or_is_overloaded_is_asked_again_later(
    make: Callable[..., FilesSystem], monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs.core  # type: ignore[import-untyped]

    monkeypatch.setattr(s3fs.core.S3FileSystem, "retries", 1)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with _overloaded() as busy:
        for endpoint, said in (("http://127.0.0.1:9", "does not answer"), (busy, "HTTP 503")):
            with pytest.raises(SystemProblem, match=said) as problem:
                make("s3://logs-bucket", endpoint=endpoint).test()
            assert problem.value.consequence == "retry"


@contextmanager
def _overloaded() -> Iterator[str]:
    class Busy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<Error><Code>SlowDown</Code><Message>slow down</Message></Error>"
            self.send_response(503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("kept", [b"", _line("bo@x.org")], ids=["nothing kept", "a line kept"])
def test_what_somebody_puts_there_while_versions_are_removed_stays(
    aws: Any, make: Callable[..., FilesSystem], monkeypatch: pytest.MonkeyPatch, kept: bytes
) -> None:
    aws.create_bucket(Bucket="logs-bucket")
    aws.put_bucket_versioning(Bucket="logs-bucket", VersioningConfiguration={"Status": "Enabled"})
    for content in (_line("ann@x.org"), _line("ann@x.org") + kept):
        aws.put_object(Bucket="logs-bucket", Key="app/a.jsonl", Body=content)
    drop = s3_module.S3Store._drop

    def then_put(self: s3_module.S3Store, *given: Any, **more: Any) -> None:
        aws.put_object(Bucket="logs-bucket", Key="app/a.jsonl", Body=_line("cy@x.org"))
        drop(self, *given, **more)

    monkeypatch.setattr(s3_module.S3Store, "_drop", then_put)
    assert isinstance(make("s3://logs-bucket").erase(ANN, key="1"), Done)
    assert sorted(_contents(aws, "logs-bucket")) == sorted([one for one in (kept, _line("cy@x.org")) if one])
