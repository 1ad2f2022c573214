"""What is peculiar to Azure: versions, soft delete, purges that end later, partial answers, words of Kusto."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import test_vendor_azure as vendor
from test_vendor_azure import JO, SETTINGS, WHO

from troth.systems.conformance import Subject
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, Pending, SystemProblem
from troth.systems.saas.azure import kql, tokens
from troth.systems.saas.azure.connector import LOOKS, Azure
from troth.systems.saas.azure.kept import lock, soft_delete
from troth.systems.sandbox.server import running


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture
def it(address: str) -> Iterator[Subject]:
    subject = Subject(vendor.TestAzure.scenario, address)
    subject.ask("reset")
    yield subject
    assert subject.broken_contracts() == []


def blob(**how: Any) -> dict[str, Any]:
    return {"container": "uploads", "name": "acct-7.json", **how}


def row(**how: Any) -> dict[str, Any]:
    return {"table": "AppEvents", "UserId": "acct-7", **how}


def done(outcome: object) -> Done:
    assert isinstance(outcome, Done)
    return outcome


class TestBlobs:
    def test_older_versions_go_and_so_does_the_one_deletion_makes(self, it: Subject) -> None:
        it.ask("seed", records=[blob(), blob(), blob()])
        assert sorted(finding.kind for finding in it.find().findings) == ["blob", *["older version of a blob"] * 2]
        assert done(it.erase()).remains == ()
        assert it.records() == []

    def test_what_soft_delete_keeps_is_told_and_not_found(self, it: Subject) -> None:
        it.ask("seed", records=[blob(), blob()], soft_delete=14)
        (kept,) = done(it.erase()).remains
        assert isinstance(kept, Expires)
        assert kept.on == "14 days after deletion"
        found = it.find()
        assert (found.findings, found.evidence["soft-deleted blobs"]) == ((), 2)
        assert done(it.erase()).remains == (kept,), "asked again, it still says what remains"

    def test_what_soft_delete_keeps_is_destroyed_where_the_account_allows_it(self, it: Subject) -> None:
        it.ask(
            "seed",
            records=[blob(), blob(), blob(name="tagged", tags={"owner": "acct-7"})],
            soft_delete=14,
            permanent=True,
        )
        assert done(it.erase()).remains == ()
        assert it.records() == []

    def test_a_blob_itself_cannot_be_destroyed(self, it: Subject) -> None:
        it.ask("seed", records=[blob()], soft_delete=14, permanent=True, versioning=False)
        (kept,) = done(it.erase()).remains
        assert isinstance(kept, Expires)

    def test_what_soft_delete_keeps_is_followed_through_a_purge(self, it: Subject) -> None:
        it.ask("seed", records=[blob(), row()], soft_delete=14)
        pending = it.system.erase(WHO, key="e")
        assert isinstance(pending, Pending)
        it.ask("advance")
        outcome = done(it.made().check(pending.token))
        assert [type(one) for one in outcome.remains] == [Expires]
        assert outcome.evidence["blobs"] == 2

    def test_why_a_blob_is_immutable(self) -> None:
        from datetime import UTC, datetime

        until = SimpleNamespace(expiry_time=datetime(2030, 1, 2, tzinfo=UTC))
        assert lock("c", SimpleNamespace(immutability_policy=until, has_legal_hold=False)) == Expires(
            on="2030-01-02", setting="immutability policy in container c"
        )
        held = lock("c", SimpleNamespace(immutability_policy=until, has_legal_hold=True))
        assert isinstance(held, NotOffered)

    def test_properties_that_are_none_are_no_setting(self) -> None:
        assert soft_delete("<html>Sorry</html>") is None

    @pytest.mark.parametrize("kept", [{"held": True}, {"until": "2030-01-02T00:00:00Z"}])
    def test_an_immutable_blob_stays_and_the_reason_is_told(self, it: Subject, kept: dict[str, Any]) -> None:
        it.ask("seed", records=[blob(**kept), blob(name=f"{JO}.png")], versioning=False)
        (remains,) = done(it.erase()).remains
        assert ("legal hold" if "held" in kept else "2030-01-02") in repr(remains)
        assert [record["name"] for record in it.records()] == ["acct-7.json"]

    def test_a_version_that_bears_anothers_tag_is_anothers(self, it: Subject) -> None:
        owners = [("a", "acct-8"), ("a", "acct-7"), ("b", "acct-7"), ("b", "acct-8")]
        it.ask("seed", records=[blob(name=name, tags={"owner": owner}) for name, owner in owners], soft_delete=9)
        assert sorted(finding.kind for finding in it.find().findings) == ["blob", "older version of a blob"]
        it.erase()
        left = [(record["name"], record["tags"]["owner"], bool(record["deleted"])) for record in it.records()]
        assert sorted(left) == sorted((name, owner, owner == "acct-7") for name, owner in owners)

    def test_a_name_that_leads_elsewhere_in_an_address_reaches_nobody(self, it: Subject) -> None:
        it.ask("seed", records=[blob(name="users/../acct-8.json"), blob(name="acct-8.json")])
        places = [{"container": "uploads", "names": ["users/{account}/"]}]
        system, who = it.made(containers=places), Identifiers(account=("..",))
        assert len(system.find(who).findings) == 1
        with it.trouble("stop"):
            system.erase(who, key="e")
        assert len(it.records()) == 2

    def test_what_an_earlier_setting_keeps_stays_as_long_as_that_one_said(self, it: Subject) -> None:
        it.ask("seed", records=[blob()], soft_delete=90)
        it.erase()
        it.ask("seed", soft_delete=7)
        (kept,) = done(it.erase()).remains
        assert isinstance(kept, Expires)
        assert kept.on == "90 days after deletion"


class TestPurges:
    def test_a_purge_is_followed_to_its_end_and_looked_after(self, it: Subject) -> None:
        it.ask("seed", records=[row(), row(UserId="acct-8")])
        pending = it.system.erase(WHO, key="e")
        assert isinstance(pending, Pending)
        assert isinstance(it.system.check(pending.token), Pending)
        it.ask("advance")
        assert len(done(it.system.check(pending.token)).evidence["purges"]) == 1
        assert [record["UserId"] for record in it.records()] == ["acct-8"]

    def test_no_purge_is_spent_where_there_is_nothing(self, it: Subject) -> None:
        it.ask("seed", records=[row(UserId="acct-8")])
        assert it.system.erase(WHO, key="e") == Done({"blobs": 0, "purges": []})
        assert "purge" not in it.operations()

    def test_all_identifiers_of_the_person_go_in_one_purge(self, it: Subject) -> None:
        it.ask("seed", records=[row(UserId=f"acct-{n}") for n in range(9)])
        who = Identifiers(account=tuple(f"acct-{n}" for n in range(8)))
        assert isinstance(it.system.erase(who, key="e"), Pending)
        assert [call["operation"] for call in it.ask("calls")].count("purge") == 1
        it.ask("advance")
        assert [record["UserId"] for record in it.records()] == ["acct-8"]

    def test_an_act_that_had_to_wait_half_way_asks_for_the_rest_only(self, it: Subject) -> None:
        it.ask("seed", records=[row(), row(UserId="", Email=JO)])
        it.system.workspace._management._pace._rates["purges"] = _one_an_hour()
        for _ in range(2):
            with it.trouble("wait"):
                it.system.erase(WHO, key="e")
        it.system.workspace._management._pace._rates.clear()
        assert isinstance(it.system.erase(WHO, key="e"), Pending)
        assert [call["operation"] for call in it.ask("calls")].count("purge") == 2

    def test_rows_that_stay_after_their_purge_are_not_taken_for_gone(self, it: Subject) -> None:
        it.ask("seed", records=[row(_ItemId="row-1")])
        pending = it.system.erase(WHO, key="e")
        assert isinstance(pending, Pending)
        it.ask("advance")
        it.ask("seed", records=[row(_ItemId="row-1")])
        told = it.system.check(pending.token)
        assert isinstance(told, Pending)
        assert tokens.read(told.token).looks == 1
        late = json.dumps({**json.loads(told.token), "looks": LOOKS})
        with it.trouble("stop") as problem:
            it.system.check(late)
        assert "support" in str(problem[0])

    @pytest.mark.parametrize("text", ["", "3", "[]", '{"purges": [["T", "../../x"]], "rows": {}}', '["x"]'])
    def test_a_token_that_is_none_of_ours(self, it: Subject, text: str) -> None:
        with it.trouble("stop"):
            it.system.check(text)

    def test_a_token_holds_nothing_of_the_person(self, it: Subject) -> None:
        it.ask("seed", records=[blob(), row(), row(Email=JO)], soft_delete=3)
        pending = it.system.erase(WHO, key="e")
        assert isinstance(pending, Pending)
        assert not it.personal_in(pending.token)


class TestQueries:
    def test_a_partial_answer_is_no_answer(self, it: Subject) -> None:
        partial = {
            "tables": [{"name": "PrimaryResult", "columns": [], "rows": []}],
            "error": {"code": "PartialError", "message": "there were some errors"},
        }
        it.ask("fail", operation="query", body=partial, count=50)
        with it.trouble("retry"):
            it.made(patience=0).find(WHO)

    @pytest.mark.parametrize("text", ["a'b", "a\\", "a\\' or 1==1 //", "a\nb", "'", '"', "a | take 1", "é"])
    def test_an_identifier_is_a_literal_whatever_it_holds(self, it: Subject, text: str) -> None:
        it.ask("seed", records=[row(UserId=text), row(UserId="other")])
        found = it.find(Identifiers(account=(text,))).findings
        assert [finding.values["UserId"] for finding in found] == [text]

    def test_accounts_are_told_apart_by_the_case_of_letters(self, it: Subject) -> None:
        guid = "0A1B2C3D-0000-4000-8000-00000000000F"
        it.ask("seed", records=[row(UserId=name) for name in ("aB7", "Ab7", guid.lower())])
        who = Identifiers(account=("aB7",))
        assert [finding.values["UserId"] for finding in it.find(who).findings] == ["aB7"]
        assert isinstance(it.system.erase(who, key="e"), Pending)
        it.ask("advance")
        assert sorted(record["UserId"] for record in it.records()) == [guid.lower(), "Ab7"]
        assert len(it.find(Identifiers(account=(guid,))).findings) == 1

    def test_a_literal(self) -> None:
        assert kql.literal("a'b\\c\nd") == "'a\\'b\\\\c\\nd'"

    @pytest.mark.parametrize("name", ["App Events", "T | take 1", "x']", ""])
    def test_names_in_settings_are_words(self, name: str) -> None:
        for table in ({"table": name, "columns": {"A": "{email}"}}, {"table": "T", "columns": {name: "{email}"}}):
            with pytest.raises(SystemProblem):
                Azure.from_config("azure", {**SETTINGS, "url": "https://x", "log_tables": [table]}, Path("/nowhere"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"containers": [], "log_tables": []}, "nothing to do"),
        ({"url": ""}, "need the url"),
        ({"workspace_id": ""}, "log_tables need"),
        ({"resource_group": "logs/../others"}, "resource_group"),
        ({"client_secret": None}, "give tenant_id, client_id and client_secret"),
        ({"containers": [{"container": "abc"}]}, "needs names or tags"),
        ({"containers": [{"container": "abc", "names": ["everything/"]}]}, "must name at least one of"),
    ],
)
def test_what_cannot_work_is_told_at_once(wrong: dict[str, Any], told: str) -> None:
    given = {"url": "https://acme.blob.core.windows.net", **SETTINGS, **wrong}
    with pytest.raises(SystemProblem, match=told) as caught:
        Azure.from_config("azure", {k: v for k, v in given.items() if v is not None}, Path("/nowhere"))
    assert caught.value.consequence == "fix settings"


def test_the_kit_of_azure_is_an_extra(it: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "azure.storage.blob", None)
    with pytest.raises(SystemProblem, match=r"install troth\[azure\]") as caught:
        it.made().find(WHO)
    assert caught.value.consequence == "fix settings"


def _one_an_hour() -> Any:
    from troth.systems.kit.rates import Rate

    return Rate(1, 3600, burst=1)
