"""What is peculiar to AWS: versions and markers, locks, tags, indexes that lag, logs that only expire."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aws_stand_in as stand_in
import pytest
import test_vendor_aws as vendor
from test_vendor_aws import JO, PLACES, WHO

from troth.systems.conformance import Subject
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, SystemProblem
from troth.systems.saas.aws.connector import Aws
from troth.systems.saas.aws.logs import quoted

SCENARIO = vendor.TestAws.scenario
LOCKED = "locked-uploads"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with stand_in.running() as address:
        yield address


@pytest.fixture
def it(address: str) -> Subject:
    subject = Subject(SCENARIO, address)
    subject.ask("reset")
    return subject


@pytest.fixture
def boto(address: str) -> Any:
    return stand_in.clients(address)


def only(it: Subject, **parts: Any) -> Any:
    """The connector with these parts alone."""
    none = {"buckets": [], "tables": [], "log_groups": [], "suppression": False}
    return it.made(**{**none, **parts})


def bucket(**how: Any) -> dict[str, Any]:
    return {"buckets": [{"bucket": stand_in.BUCKET, **how}]}


def done(outcome: object) -> Done:
    assert isinstance(outcome, Done)
    return outcome


class TestObjects:
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


class TestTables:
    TABLE = {
        "table": stand_in.TABLE,
        "key": {"pk": "USER#{account}"},
        "fields": {"full-name": "name", "email": "email"},
    }

    def test_what_a_batch_leaves_undone_is_done(self, it: Subject) -> None:
        rows = [{"pk": "USER#acct-7", "sk": str(n)} for n in range(4)]
        it.ask("seed", records=rows, leaves=2)
        assert done(only(it, tables=[self.TABLE]).erase(WHO, key="e")).evidence["items"] == 4
        assert it.records() == []

    def test_what_an_index_still_shows_is_gone_all_the_same(self, it: Subject) -> None:
        ghost = {"pk": "USER#acct-7", "sk": "profile", "email": JO}
        it.ask("seed", ghosts=[ghost])
        system = only(it, tables=[{"table": stand_in.TABLE, "index": "by-email", "key": {"email": "{email}"}}])
        assert system.find(WHO).findings == ()
        assert done(system.erase(WHO, key="e")).evidence["items"] == 0

    def test_a_correction_never_brings_an_item_back_nor_adds_what_it_never_had(self, it: Subject) -> None:
        it.ask("seed", records=[{"pk": "USER#acct-7", "sk": "a", "name": "Jo"}, {"pk": "USER#acct-7", "sk": "b"}])
        outcome = only(it, tables=[self.TABLE]).rectify(WHO, {"full-name": "X", "email": "new@example.org"}, key="r")
        assert done(outcome).evidence == {"items": 1}
        assert [row.get("name") for row in it.records()] == ["X", None]
        assert not any("email" in row for row in it.records())

    def test_a_key_cannot_be_corrected_in_place(self, it: Subject) -> None:
        it.ask("seed", records=[{"pk": "USER#acct-7", "sk": "a", "name": "Jo"}])
        table = {**self.TABLE, "fields": {"full-name": "name", "account": "pk"}}
        with pytest.raises(SystemProblem, match="part of the key") as caught:
            only(it, tables=[table]).rectify(WHO, {"full-name": "X", "account": "USER#9"}, key="r")
        assert caught.value.consequence == "stop"
        assert it.records()[0]["name"] == "Jo"

    def test_a_past_that_can_be_restored_is_told(self, it: Subject, boto: Any) -> None:
        how = {"PointInTimeRecoveryEnabled": True}
        boto["dynamodb"].update_continuous_backups(TableName=stand_in.TABLE, PointInTimeRecoverySpecification=how)
        (past,) = done(only(it, tables=[self.TABLE]).erase(WHO, key="e")).remains
        assert isinstance(past, Expires)
        assert past.setting == f"point-in-time recovery of table {stand_in.TABLE}"

    def test_a_number_for_a_key(self, it: Subject, boto: Any) -> None:
        schema, kinds = [{"AttributeName": "n", "KeyType": "HASH"}], [{"AttributeName": "n", "AttributeType": "N"}]
        boto["dynamodb"].create_table(
            TableName="numbers", KeySchema=schema, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST"
        )
        boto["dynamodb"].put_item(TableName="numbers", Item={"n": {"N": "7"}, "bytes": {"B": b"\x00"}})
        system = only(it, tables=[{"table": "numbers", "key": {"n": "{account}"}}])
        assert system.find(Identifiers(account=("seven",))).findings == ()
        (finding,) = system.find(Identifiers(account=("7",))).findings
        assert json.loads(json.dumps(finding.values)) == {"n": 7, "bytes": "AA=="}

    def test_a_key_that_is_none_asks_for_settings(self, it: Subject) -> None:
        with pytest.raises(SystemProblem, match="nickname is no key") as caught:
            only(it, tables=[{"table": stand_in.TABLE, "key": {"nickname": "{account}"}}]).find(WHO)
        assert caught.value.consequence == "fix settings"

    def test_the_age_of_items_is_not_told(self, it: Subject) -> None:
        assert isinstance(only(it, tables=[self.TABLE]).oldest(), NotOffered)
        both = done(only(it, tables=[self.TABLE], **bucket(keys=["users/{account}/"])).oldest())
        assert both.evidence["not_looked_at"] == [f"table {stand_in.TABLE}"]


class TestLogs:
    GROUPS = {"log_groups": [{"group": stand_in.GROUP}]}
    MESSAGES = (
        f"login of {JO}",
        f"mail to ban{JO}",
        f"mail to {JO}.au",
        f"GET /?email={quote(JO, safe='')}&x",
        "acct-7",
        "acct-77",
    )

    @pytest.fixture
    def written(self, it: Subject, boto: Any) -> None:  # after its reset
        now = int(time.time() * 1000) - 60_000
        events = [{"timestamp": now + n, "message": message} for n, message in enumerate(self.MESSAGES)]
        boto["logs"].put_log_events(logGroupName=stand_in.GROUP, logStreamName="s", logEvents=events)

    @pytest.mark.usefixtures("written")
    def test_only_events_that_mention_the_person_themselves(self, it: Subject) -> None:
        found = only(it, **self.GROUPS).find(WHO).findings
        assert {finding.values["message"] for finding in found} == {self.MESSAGES[at] for at in (0, 3, 4)}

    @pytest.mark.usefixtures("written")
    def test_all_pages_of_events(self, it: Subject) -> None:
        it.ask("seed", page_size=1)
        assert len(only(it, **self.GROUPS).find(WHO).findings) == 3

    def test_a_term_is_quoted(self) -> None:
        assert quoted('a" ?"b\\') == '"a\\" ?\\"b\\\\"'

    def test_events_go_by_their_retention(self, it: Subject, boto: Any) -> None:
        boto["logs"].put_retention_policy(logGroupName=stand_in.GROUP, retentionInDays=30)
        expires = Expires(on="30 days after an event was logged", setting=f"retention of log group {stand_in.GROUP}")
        assert only(it, **self.GROUPS).erase(WHO, key="e") == expires
        assert expires in done(it.made(**self.GROUPS).erase(WHO, key="e")).remains

    def test_a_group_that_keeps_for_ever_says_what_to_set(self, it: Subject) -> None:
        outcome = only(it, **self.GROUPS).erase(WHO, key="e")
        assert isinstance(outcome, NotOffered)
        assert "put-retention-policy" in outcome.manual_steps

    def test_a_group_of_that_name_alone(self, it: Subject, boto: Any) -> None:
        boto["logs"].create_log_group(logGroupName=f"{stand_in.GROUP}/more")
        with pytest.raises(SystemProblem, match="no log group /app/w;") as caught:
            only(it, log_groups=[{"group": "/app/w"}]).erase(WHO, key="e")
        assert caught.value.consequence == "fix settings"

    @pytest.mark.usefixtures("written")
    def test_events_that_go_by_themselves_are_no_leftovers_of_an_erasure(self, it: Subject, boto: Any) -> None:
        assert len(only(it, **self.GROUPS).find(WHO).left) == 3, "kept for ever: somebody must see to that"
        boto["logs"].put_retention_policy(logGroupName=stand_in.GROUP, retentionInDays=30)
        found = only(it, **self.GROUPS).find(WHO)
        assert (len(found.findings), found.left) == (3, ())

    @pytest.mark.usefixtures("written")
    def test_the_oldest_event(self, it: Subject) -> None:
        told = done(only(it, **self.GROUPS).oldest()).evidence["oldest"]
        assert datetime.now(UTC) - datetime.fromisoformat(told) < timedelta(minutes=5)


class TestMail:
    def test_a_list_the_account_does_not_heed_is_no_suppression(self, it: Subject) -> None:
        it.ask("seed", heeded=[])
        with pytest.raises(SystemProblem, match="suppression list of the account is off") as caught:
            it.suppress()
        assert caught.value.consequence == "fix settings"
        assert it.ask("state")["suppressed"] == []

    def test_the_reason_is_one_the_account_heeds(self, it: Subject) -> None:
        it.ask("seed", heeded=["BOUNCE"])
        it.suppress()
        assert [entry["reason"] for entry in it.ask("state")["suppressed"]] == ["BOUNCE"]

    def test_a_suppression_outlives_an_erasure_and_that_is_told(self, it: Subject) -> None:
        it.suppress()
        assert done(it.erase()).remains == ()  # nobody's to do by hand, either
        assert [entry["address"] for entry in it.ask("state")["suppressed"]] == [JO]
        assert "suppression list" in it.connector().LIMITS["erase"]

    def test_switched_off_it_says_so(self, it: Subject) -> None:
        assert isinstance(it.made(suppression=False).suppress(WHO, key="s"), NotOffered)


class TestSettings:
    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ({"secret_access_key": None}, "belong together"),
            ({"buckets": [], "tables": [], "suppression": False}, "nothing to do"),
            ({"buckets": [{"bucket": "abc"}]}, "needs keys or tags"),
            ({"buckets": [{"bucket": "abc", "keys": ["users/"]}]}, "must name at least one of"),
            ({"buckets": [{"bucket": "abc", "keys": ["users/{name}/"]}]}, "must name at least one of"),
            ({"region": "Frankfurt"}, "region"),
        ],
    )
    def test_what_cannot_work_is_told_at_once(self, wrong: dict[str, Any], told: str) -> None:
        given = {name: value for name, value in {**PLACES, **wrong}.items() if value is not None}
        with pytest.raises(SystemProblem, match=told) as caught:
            Aws.from_config("aws", given, Path("/nowhere"))
        assert caught.value.consequence == "fix settings"

    def test_a_region_is_address_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing leaves this machine: the credentials of the environment are looked for first, and there are none."""
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
        monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
        given = {name: value for name, value in PLACES.items() if "key" not in name}
        with pytest.raises(SystemProblem, match="NoCredentialsError") as caught:
            Aws.from_config("aws", given, Path("/nowhere")).find(WHO)
        assert caught.value.consequence == "fix settings"

    def test_a_role_is_taken_on_and_its_keys_sign(self, it: Subject) -> None:
        it.seed()
        role = "arn:aws:iam::123456789012:role/troth"
        assert len(only(it, **bucket(keys=["users/{account}/"]), role=role).find(WHO).findings) == 2
        assert it.operations()[0] == "AssumeRole"
        (taken,) = stand_in._roles()
        assert (taken.role_arn, taken.session_name) == (role, "troth")

    def test_a_role_without_keys_asks_for_settings(self, it: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
        given = {name: value for name, value in PLACES.items() if "key" not in name}
        system = Aws.from_config("aws", {**given, "role": "arn:aws:iam::123456789012:role/troth"}, Path("/nowhere"))
        with pytest.raises(SystemProblem, match="no keys that could take on the role") as caught:
            system.test()
        assert caught.value.consequence == "fix settings"

    def test_the_kit_of_aws_is_an_extra(self, it: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "botocore.session", None)
        with pytest.raises(SystemProblem, match=r"install troth\[aws\]") as caught:
            it.made().find(WHO)
        assert caught.value.consequence == "fix settings"


@pytest.mark.parametrize(
    ("status", "code", "consequence"),
    [
        (400, "ThrottlingException", "wait"),
        (400, "ProvisionedThroughputExceededException", "wait"),
        (503, "SlowDown", "wait"),
        (403, "AccessDenied", "fix settings"),
        (404, "NoSuchBucket", "fix settings"),
        (400, "ResourceNotFoundException", "fix settings"),
        (500, "InternalError", "retry"),
        (400, "ValidationException", "stop"),
    ],
)
def test_what_an_error_asks_of_us(status: int, code: str, consequence: str) -> None:
    from botocore.exceptions import ClientError

    from troth.systems.saas.aws.problems import told

    reply = {"Error": {"Code": code, "Message": f"cannot serve {JO}"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    problem = told("aws: find", ClientError(reply, "Query"))
    assert problem is not None
    assert (problem.consequence, JO in str(problem)) == (consequence, False)
