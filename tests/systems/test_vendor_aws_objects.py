"""What is peculiar to S3: versions and markers, locks, tags, unfinished uploads, labels of encodings."""

import gzip
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import aws_stand_in as stand_in
import pytest
from aws_parts import Parts, bucket, done, only
from test_vendor_aws import WHO

from troth.systems.conformance import Subject
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, NotOffered

LOCKED = "locked-uploads"
PACKED = gzip.compress(b"hello", mtime=0)
FOLDER = bucket(keys=["users/{account}/"])


class TestObjects(Parts):
    def test_every_version_and_marker_goes_and_nothing_comes_back_to_light(self, it: Subject, boto: Any) -> None:
        s3, key = boto["s3"], "users/acct-7/a.txt"
        for body in (b"1", b"2"):
            s3.put_object(Bucket=stand_in.BUCKET, Key=key, Body=body)
        s3.delete_object(Bucket=stand_in.BUCKET, Key=key)
        system = only(it, **bucket(keys=["users/{account}/"]))
        kinds = sorted(finding.kind for finding in system.find(WHO).findings)
        assert kinds == ["delete marker", "older version of an object", "older version of an object"]
        assert done(system.erase(WHO, key="e")).evidence["versions"] == 3
        assert it.records() == []

    def test_a_bucket_without_versions(self, it: Subject, boto: Any) -> None:
        boto["s3"].create_bucket(
            Bucket="plain-bucket", CreateBucketConfiguration={"LocationConstraint": stand_in.REGION}
        )
        boto["s3"].put_object(Bucket="plain-bucket", Key="users/acct-7/a", Body=b"1")
        system = only(it, buckets=[{"bucket": "plain-bucket", "keys": ["users/{account}/"]}])
        assert done(system.erase(WHO, key="e")).evidence["versions"] == 1
        assert "Contents" not in boto["s3"].list_objects_v2(Bucket="plain-bucket")

    def test_unfinished_uploads_are_found_and_aborted(self, it: Subject, boto: Any) -> None:
        for key in ("users/acct-7/film", "users/acct-8/film"):
            boto["s3"].create_multipart_upload(Bucket=stand_in.BUCKET, Key=key)
        system = only(it, **bucket(keys=["users/{account}/"]))
        assert [finding.kind for finding in system.find(WHO).findings] == ["unfinished upload"]
        assert done(system.erase(WHO, key="e")).evidence["uploads"] == 1
        assert [record["key"] for record in it.records()] == ["users/acct-8/film"]

    def test_a_folder_of_one_is_never_reached_through_the_account_of_another(self, it: Subject) -> None:
        it.ask("seed", records=[{"key": "users/victim/docs/a"}, {"key": "users/acct-7x/a"}, {"key": "users/acct-/a"}])
        system = only(it, **bucket(keys=["users/{account}/"]))
        for account in ("victim/docs", "acct-7", "acct", "", "/", "victim/"):
            assert system.find(Identifiers(account=(account,))).findings == ()

    def test_a_content_is_read_only_up_to_the_limit(self, it: Subject) -> None:
        it.ask(
            "seed", records=[{"key": "users/acct-7/a", "body": "x" * 10}, {"key": "users/acct-7/b", "body": "y" * 11}]
        )
        found = only(it, **bucket(keys=["users/{account}/"]), content_bytes=10).find(WHO).findings
        assert {finding.values["key"]: finding.values.get("content") for finding in found} == {
            "users/acct-7/a": "x" * 10,
            "users/acct-7/b": None,
        }
        assert [call["operation"] for call in it.ask("calls")].count("get_object") == 1

    def test_objects_by_tag(self, it: Subject, boto: Any) -> None:
        s3 = boto["s3"]
        for key, owner in (("in/1", "acct-7"), ("in/2", "acct-8"), ("in/3", "acct-7"), ("out/4", "acct-7")):
            s3.put_object(Bucket=stand_in.BUCKET, Key=key, Body=b"1", Tagging=f"owner={owner}")
        s3.put_object(Bucket=stand_in.BUCKET, Key="in/3", Body=b"2", Tagging="owner=acct-8")
        for key in ("in/1", "in/3"):
            s3.delete_object(Bucket=stand_in.BUCKET, Key=key)
        system = only(it, **bucket(tags={"owner": "{account}"}, below="in/"))
        assert sorted(finding.values["key"] for finding in system.find(WHO).findings) == ["in/1", "in/1", "in/3"]
        system.erase(WHO, key="e")
        left = s3.list_object_versions(Bucket=stand_in.BUCKET, Prefix="in/")
        assert [row["Key"] for row in left["Versions"]] == ["in/2", "in/3"]
        assert [row["Key"] for row in left["DeleteMarkers"]] == ["in/3"], "somebody else's object came back to light"

    @pytest.fixture
    def locked(self, it: Subject, boto: Any) -> dict[str, Any]:
        where = {"LocationConstraint": stand_in.REGION}
        boto["s3"].create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True, CreateBucketConfiguration=where)
        return {"buckets": [{"bucket": LOCKED, "keys": ["users/{account}/"]}]}

    def test_what_a_legal_hold_keeps_is_told_and_the_rest_goes(self, it: Subject, boto: Any, locked: Any) -> None:
        for key in ("users/acct-7/held", "users/acct-7/free"):
            boto["s3"].put_object(Bucket=LOCKED, Key=key, Body=b"1")
        boto["s3"].put_object_legal_hold(Bucket=LOCKED, Key="users/acct-7/held", LegalHold={"Status": "ON"})
        outcome = done(only(it, **locked).erase(WHO, key="e"))
        assert outcome.evidence["versions"] == 1
        (stays,) = outcome.remains
        assert isinstance(stays, NotOffered)
        assert "legal hold" in stays.reason
        assert "acct-7" not in repr(outcome)

    def test_a_marker_over_a_locked_version_stays_on_it(self, it: Subject, boto: Any, locked: Any) -> None:
        key = "users/acct-7/held"
        boto["s3"].put_object(Bucket=LOCKED, Key=key, Body=b"1")
        boto["s3"].put_object_legal_hold(Bucket=LOCKED, Key=key, LegalHold={"Status": "ON"})
        boto["s3"].delete_object(Bucket=LOCKED, Key=key)
        assert len(done(only(it, **locked).erase(WHO, key="e")).remains) == 1
        assert "Contents" not in boto["s3"].list_objects_v2(Bucket=LOCKED), "it came back to light"

    def test_what_a_retention_keeps_is_told_with_its_day(self, it: Subject, boto: Any, locked: Any) -> None:
        until = datetime.now(UTC) + timedelta(days=30)
        lock = {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": until}
        boto["s3"].put_object(Bucket=LOCKED, Key="users/acct-7/kept", Body=b"1", **lock)
        (stays,) = done(only(it, **locked).erase(WHO, key="e")).remains
        assert stays == Expires(on=until.date().isoformat(), setting=f"object lock (compliance) in bucket {LOCKED}")

    @pytest.mark.parametrize(
        ("label", "body", "told"),
        [
            ("gzip", PACKED, {"content (base64)": b64encode(PACKED).decode()}),
            ("gzip", b"no gzip at all", {"content": "no gzip at all"}),
            ("br", b"hello", {"content": "hello"}),
        ],
    )
    def test_an_encoding_is_a_label_of_whoever_put_the_object(
        self, it: Subject, boto: Any, label: str, body: bytes, told: dict[str, str]
    ) -> None:
        place = {"Bucket": stand_in.BUCKET, "Key": "users/acct-7/a"}
        boto["s3"].put_object(**place, Body=body, ContentEncoding=label)
        (found,) = only(it, **FOLDER, content_bytes=100).find(WHO).findings
        assert told.items() <= found.values.items()
        assert only(it, **FOLDER).calls.call("look", "s3", "head_object", **place)["ETag"]

    @pytest.mark.parametrize("key", [f"users/acct-7/{rest}" for rest in ("../acct-8/a", "./a", "/a", "?#", "%2F", "é")])
    def test_a_key_is_asked_for_letter_by_letter(self, it: Subject, key: str) -> None:
        it.ask("seed", records=[{"key": key, "body": "mine"}, {"key": "users/acct-8/a", "body": "somebody else's"}])
        (found,) = only(it, **FOLDER, content_bytes=100).find(WHO).findings
        assert (found.values["key"], found.values["content"]) == (key, "mine")
        only(it, **FOLDER).erase(WHO, key="e")
        assert [record["key"] for record in it.records()] == ["users/acct-8/a"]

    def test_an_object_that_goes_while_tags_are_read_is_nobodys(
        self, it: Subject, boto: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for key in ("in/1", "in/2"):
            boto["s3"].put_object(Bucket=stand_in.BUCKET, Key=key, Body=b"1", Tagging="owner=acct-7")
        system = only(it, **bucket(tags={"owner": "{account}"}, below="in/"))
        ask = system.calls.call

        def meanwhile(act: str, service: str, operation: str, **given: Any) -> Any:
            if operation == "get_object_tagging" and given["Key"] == "in/1":
                boto["s3"].delete_object(Bucket=stand_in.BUCKET, Key="in/1", VersionId=given["VersionId"])
            return ask(act, service, operation, **given)

        monkeypatch.setattr(system.calls, "call", meanwhile)
        assert [finding.values["key"] for finding in system.find(WHO).findings] == ["in/2"]

    def test_uploads_of_one_key_end_with_that_key(self, it: Subject, boto: Any) -> None:
        """A short key is the beginning of many others, whose uploads are nobody's business."""
        for key in ("a", *(f"a{n}" for n in range(5))):
            boto["s3"].create_multipart_upload(Bucket=stand_in.BUCKET, Key=key)
        found = only(it, **bucket(keys=["{account}"])).find(Identifiers(account=("a",))).findings
        assert [finding.values["key"] for finding in found] == ["a"]
