"""What is peculiar to DynamoDB: batches left undone, indexes that lag, keys of every type, a past that comes back."""

import json
from typing import Any

import aws_stand_in as stand_in
import pytest
from aws_parts import Parts, bucket, done, only
from test_vendor_aws import JO, WHO

from troth.systems.conformance import Subject
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, NotOffered, SystemProblem


class TestTables(Parts):
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

    def test_an_item_that_an_index_still_shows_as_theirs_is_somebody_elses(self, it: Subject) -> None:
        item = {"pk": "USER#acct-8", "sk": "profile", "name": "Other", "email": "other@example.org"}
        it.ask("seed", records=[item], ghosts=[{**item, "email": JO}])
        table = {"table": stand_in.TABLE, "index": "by-email", "key": {"email": "{email}"}, "fields": {"name": "name"}}
        system = only(it, tables=[table])
        assert system.find(WHO).findings == ()
        assert done(system.rectify(WHO, {"name": "X"}, key="r")).evidence == {"items": 0}
        assert done(system.erase(WHO, key="e")).evidence["items"] == 0
        assert it.records() == [item]

    @pytest.mark.parametrize(
        ("lookup", "told"),
        [
            ({"key": {"email": "{email}"}}, "email is no key of table people"),
            ({"index": "by-phone", "key": {"email": "{email}"}}, "no index by-phone of table people"),
            ({"index": "by-email", "key": {"pk": "{account}"}}, "pk is no key of index by-email"),
            ({"key": {"sk": "{account}"}}, "pk, its partition key, is not in the key of table people"),
        ],
    )
    def test_a_lookup_that_is_none_is_told_before_anything_is_asked(
        self, it: Subject, lookup: dict[str, Any], told: str
    ) -> None:
        with pytest.raises(SystemProblem, match=told) as caught:
            only(it, tables=[{"table": stand_in.TABLE, **lookup}]).find(WHO)
        assert caught.value.consequence == "fix settings"
