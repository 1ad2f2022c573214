"""What is peculiar to CloudWatch Logs and SES, to credentials and settings of AWS, and what its errors ask of us."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aws_signing
import aws_stand_in as stand_in
import pytest
from aws_parts import Parts, bucket, done, only
from test_vendor_aws import JO, PLACES, WHO

from troth.systems.conformance import Subject
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, NotOffered, SystemProblem
from troth.systems.saas.aws.connector import Aws
from troth.systems.saas.aws.logs import quoted


class TestLogs(Parts):
    GROUPS = {"log_groups": [{"group": stand_in.GROUP}]}
    MESSAGES = (
        f"login of {JO}",
        f"mail to ban{JO}",
        f"mail to {JO}.au",
        f"GET /?email={quote(JO, safe='')}&x",
        "acct-7",
        "acct-77",
        f'{{"msg":"from\\n{JO}"}}',
        f'{{"from":"\\u003c{JO}\\u003e"}}',
        f"next=%2Fa%3Femail%3D{JO}",
        f"AzureAD\\n{JO} signed in",
        f'{{"user":"AzureAD\\\\n{JO}"}}',
    )
    ON = "30 days after an event was logged; AWS may take 72 hours more"

    @pytest.fixture
    def written(self, it: Subject, boto: Any) -> None:  # after its reset
        now = int(time.time() * 1000) - 60_000
        events = [{"timestamp": now + n, "message": message} for n, message in enumerate(self.MESSAGES)]
        boto["logs"].put_log_events(logGroupName=stand_in.GROUP, logStreamName="s", logEvents=events)

    @pytest.mark.usefixtures("written")
    def test_only_events_that_mention_the_person_themselves(self, it: Subject) -> None:
        found = only(it, **self.GROUPS).find(WHO).findings
        assert {finding.values["message"] for finding in found} == {self.MESSAGES[at] for at in (0, 3, 4, 6, 7, 8)}

    @pytest.mark.usefixtures("written")
    def test_all_pages_of_events(self, it: Subject) -> None:
        it.ask("seed", page_size=1)
        assert len(only(it, **self.GROUPS).find(WHO).findings) == 6

    def test_a_term_is_quoted(self) -> None:
        assert quoted('a" ?"b\\') == '"a\\" ?\\"b\\\\"'

    def test_events_go_by_their_retention(self, it: Subject, boto: Any) -> None:
        boto["logs"].put_retention_policy(logGroupName=stand_in.GROUP, retentionInDays=30)
        expires = Expires(on=self.ON, setting=f"retention of log group {stand_in.GROUP}")
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
        assert len(only(it, **self.GROUPS).find(WHO).left) == 6, "kept for ever: somebody must see to that"
        boto["logs"].put_retention_policy(logGroupName=stand_in.GROUP, retentionInDays=30)
        found = only(it, **self.GROUPS).find(WHO)
        assert (len(found.findings), found.left) == (6, ())

    @pytest.mark.usefixtures("written")
    def test_the_oldest_event(self, it: Subject) -> None:
        told = done(only(it, **self.GROUPS).oldest()).evidence["oldest"]
        assert datetime.now(UTC) - datetime.fromisoformat(told) < timedelta(minutes=5)


class TestMail(Parts):
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

    def test_an_entry_of_the_list_is_shown_and_is_no_leftover(self, it: Subject) -> None:
        it.ask("seed", suppressed=[JO, "other@example.org"])
        found = only(it, suppression=True).find(WHO)
        (entry,) = found.findings
        assert (entry.values["address"], entry.values["reason"]) == (JO, "COMPLAINT")
        assert found.left == ()

    def test_an_address_goes_on_the_list_as_ses_sends_to_it(self, it: Subject) -> None:
        who = Identifiers(email=("jo@xn--bcher-kva.example", "JO@bücher.example", "é@x.example", "no address", "@"))
        assert done(only(it, suppression=True).suppress(who, key="s")).evidence == {"addresses": 2}
        assert {entry["address"] for entry in it.ask("state")["suppressed"]} == {"jo@xn--bcher-kva.example"}

    def test_switched_off_it_says_so(self, it: Subject) -> None:
        assert isinstance(it.made(suppression=False).suppress(WHO, key="s"), NotOffered)


class TestSettings(Parts):
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
        (taken,) = aws_signing.roles()
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
