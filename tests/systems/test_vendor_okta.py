"""Okta: the suite every vendor passes, and what is peculiar to it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from troth.systems.conformance.scenario import Scenario
from troth.systems.conformance.subject import Subject
from troth.systems.conformance.suite import Conformance
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, Pending, SystemProblem
from troth.systems.saas.okta.accounts import literal
from troth.systems.sandbox.server import running

JO = "jo.o'neil+x@example.org"
OLDEST = "2020-01-02T03:04:05.000Z"
WHO = Identifiers(email=(JO,))
LISTS = "an empty list is how Okta says that there is nothing"
ROLE = {"id": "r1", "type": "SUPER_ADMIN", "status": "ACTIVE"}


def user(email: str, **more: Any) -> dict[str, Any]:
    profile = {"email": email, "firstName": "Joanna", "lastName": "Neil", **more.pop("profile", {})}
    return {"kind": "user", "profile": profile, **more}


SMS = {"id": "sms1", "factorType": "sms", "status": "ACTIVE", "profile": {"phoneNumber": "+33102030405"}}
PEOPLE = [
    user(JO, created=OLDEST, factors=[SMS], groups=["00gEveryone", "00gPortal"]),
    user(
        "jo@work.example",
        profile={"secondEmail": JO.upper()},
        status="DEPROVISIONED",
        created="2021-01-01T00:00:00.000Z",
    ),
    user("ann@example.org", profile={"firstName": "Ann"}, created="2022-01-01T00:00:00.000Z"),
]
LOG = [{"kind": "log", "actor": JO, "days_ago": days} for days in (1, 30, 89)]
SEED: dict[str, Any] = {"records": [*PEOPLE, *LOG, {"kind": "log", "actor": "ann@example.org"}]}


def mine(record: Mapping[str, Any]) -> bool:
    return JO in json.dumps(record).lower()


def scenario(**more: Any) -> Scenario:
    given: dict[str, Any] = {
        "vendor": "okta",
        "settings": {"token": "sandbox-token", "poll_seconds": 0.01, "groups": ["00gPortal"]},
        "secret": "token",
        "person": WHO,
        "seed": SEED,
        "mine": mine,
        "findings": 8,
        "crowd": ({"records": [user(JO, profile={"login": f"jo-{n}"}) for n in range(7)], "page_size": 3}, 14),
        "changes": {"full-name": "Joanna Right Name", "role": "Reseller"},
        "rectified": lambda record: (record["profile"].get("firstName"), record["profile"].get("userType")) == RIGHT,
        "outgoing": Outgoing("rec-1", "t", "row", ("portal",), {"email": JO, "full-name": "Jo Neil"}, False),
        "oldest": OLDEST,
        "in_urls": {
            "read_log": "the System Log is filtered through the URL only",
            "list_users": "Okta searches users through the URL only",
            "get_user": "a login is looked at by its own address, since the index of its search lags",
        },
        "unread": dict.fromkeys(("list_users", "list_groups", "list_roles", "list_factors", "read_log"), LISTS),
        "custom": ({"attributes": ["shoe"]}, "shoe"),
    }
    return Scenario(**{**given, **more})


RIGHT = ("Joanna Right", "Reseller")


class TestOkta(Conformance):
    scenario = scenario()


@pytest.fixture
def it() -> Iterator[Subject]:
    with running() as address:
        subject = Subject(scenario(), address)
        yield subject
        assert subject.broken_contracts() == []


def only(subject: Subject) -> dict[str, Any]:
    (found,) = subject.mine()
    return dict(found)


def test_find_shows_groups_factors_and_the_log_as_far_back_as_it_goes(it: Subject) -> None:
    it.seed()
    kinds = [one.kind for one in it.find().findings]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "user": 1, "group membership": 2, "sign-in factor": 1, "log entry": 3, "second address of another account": 1,
    }  # fmt: skip
    assert any(one.values.get("phoneNumber") == "+33102030405" for one in it.find().findings)
    it.system = it.made(log=False)
    assert "log entry" not in {one.kind for one in it.find().findings}


def test_log_entries_outlive_the_account_and_are_no_leftover(it: Subject) -> None:
    it.seed()
    it.erase()
    found = it.find()
    assert [one.kind for one in found.findings] == ["log entry"] * 3
    assert found.left == ()


def test_a_sign_in_that_failed_under_the_address_is_found(it: Subject) -> None:
    it.ask("seed", records=[{"kind": "log", "actor": JO}])
    assert [one.kind for one in it.find().findings] == ["log entry"]


def test_what_an_admin_did_to_the_account_is_shown_without_where_the_admin_was(it: Subject) -> None:
    it.ask("seed", records=[PEOPLE[0], {"kind": "log", "actor": "admin@example.org", "target": JO}])
    (entry,) = [one for one in it.find().findings if one.kind == "log entry"]
    assert entry.values["by_somebody_else"] is True
    assert not {"ip_address", "browser", "city", "country"} & set(entry.values)
    assert "203.0.113.9" not in str(entry.values)


def test_log_entries_of_an_address_that_okta_reads_otherwise_are_not_taken_for_the_persons(it: Subject) -> None:
    it.ask("seed", records=[{"kind": "log", "actor": "ab@example.org"}])
    assert it.find(Identifiers(email=("a\nb@example.org",))).findings == ()


def test_what_the_log_holds_is_told_though_there_is_no_account(it: Subject) -> None:
    for records, left in (([], 0), ([{"kind": "log", "actor": JO}], 1)):
        it.ask("seed", records=records)
        outcome = it.erase()
        assert isinstance(outcome, Done)
        assert [type(one) for one in outcome.remains] == [Expires] * left


def test_who_becomes_an_admin_while_being_erased_is_not_deleted(it: Subject) -> None:
    it.ask("seed", records=[{**PEOPLE[0], "status": "SUSPENDED"}])
    begun = it.system.erase(WHO, key="e")
    assert isinstance(begun, Pending)
    it.ask("advance")
    it.ask("seed", promote=JO)
    with pytest.raises(SystemProblem, match="meanwhile") as caught:
        it.system.check(begun.token)
    assert caught.value.consequence == "stop"
    assert only(it)["status"] == "DEPROVISIONED"


def test_a_list_that_is_none_is_never_an_empty_one(it: Subject) -> None:
    it.seed()
    bodies: tuple[Any, ...] = ({}, "no", {"users": []})
    for body in bodies:
        it.ask("fail", operation="list_users", body=body, count=20)
        with pytest.raises(SystemProblem) as caught:
            it.made(patience=0).find(WHO)
        assert caught.value.consequence == "retry"
        it.ask("heal")


def test_erasure_takes_two_deletes_and_is_followed_until_nobody_is_there(it: Subject) -> None:
    it.ask("seed", records=[PEOPLE[0]])
    outcome = it.system.erase(WHO, key="e")
    statuses = []
    while isinstance(outcome, Pending):
        assert JO not in outcome.token
        it.ask("advance")
        statuses += [record["status"] for record in it.records()]
        outcome = it.system.check(outcome.token)
    assert statuses == ["DEPROVISIONED"]
    assert isinstance(outcome, Done)
    assert [type(left) for left in outcome.remains] == [Expires]
    deletes = [call for call in it.ask("calls") if call["operation"] == "delete_user"]
    assert [call["path"].partition("?")[2] for call in deletes] == ["sendEmail=false"] * 2


def test_a_user_on_the_way_is_not_deleted_twice(it: Subject) -> None:
    it.ask("seed", records=[PEOPLE[0]])
    outcome = it.system.erase(WHO, key="e")
    for _ in range(3):
        assert isinstance(outcome, Pending)
        outcome = it.system.check(outcome.token)
    assert [call["operation"] for call in it.ask("calls")].count("delete_user") == 1


def test_search_that_still_shows_who_was_deleted_is_not_believed(it: Subject) -> None:
    it.ask("seed", **SEED, search_lag=50)
    assert isinstance(it.erase(), Done)
    assert it.find().left == ()


@pytest.mark.parametrize("more", [{"roles": [ROLE]}, {"groups": ["00gGlass"]}])
def test_admins_and_protected_accounts_are_never_erased_changed_or_filled_in(it: Subject, more: dict[str, Any]) -> None:
    it.ask("seed", groups={"00gGlass": "Break glass"}, records=[{**PEOPLE[0], **more}])
    it.system = it.made(protected_groups=["00gGlass"])
    before = it.records()
    for outcome in (it.system.erase(WHO, key="e"), it.rectify()):
        assert isinstance(outcome, NotOffered)
    with pytest.raises(SystemProblem, match="protected") as caught:
        it.system.deliver(it.outgoing(), key="d")
    assert caught.value.consequence == "stop"
    assert it.records() == before


def test_the_other_account_of_an_admin_is_erased_and_the_admins_told(it: Subject) -> None:
    it.ask("seed", records=[{**PEOPLE[0], "roles": [ROLE]}, user(JO, profile={"login": "jneil"})])
    outcome = it.erase()
    assert isinstance(outcome, Done)
    assert [type(left) for left in outcome.remains] == [Expires, NotOffered]
    assert only(it)["roles"] == [ROLE]


def test_an_account_that_has_the_address_only_to_recover_it_may_be_somebody_elses(it: Subject) -> None:
    shared = user("team@work.example", profile={"secondEmail": JO.upper(), "firstName": "Team", "mobilePhone": "+33 9"})
    it.ask("seed", records=[shared])
    (found,) = it.find().findings
    assert (found.kind, found.values) == ("second address of another account", {"secondEmail": JO.upper()})
    it.system.rectify(WHO, {"email": "right@example.org", "first-name": "Jo"}, key="r")
    (held,) = it.records()
    assert (held["profile"]["secondEmail"], held["profile"]["email"]) == ("right@example.org", "team@work.example")
    assert held["profile"]["firstName"] == "Team"
    outcome = it.erase(Identifiers(email=("right@example.org",)))
    assert isinstance(outcome, Done)
    assert outcome.evidence == {"users": 0, "second_addresses": 1}
    assert ["second one" in left.reason for left in outcome.remains if isinstance(left, NotOffered)] == [True]
    (held,) = it.records()
    assert (held["status"], held["profile"]["secondEmail"]) == ("ACTIVE", None)


def test_a_refusal_is_told_with_oktas_code(it: Subject) -> None:
    it.ask("expire")
    with pytest.raises(SystemProblem, match="401 E0000011"):
        it.find()


def test_an_account_is_provisioned_staged_and_in_its_groups_and_found_there(it: Subject) -> None:
    first = it.deliver()
    assert first.evidence["created"] is True
    made = only(it)
    assert (made["status"], made["groups"]) == ("STAGED", ["00gEveryone", "00gPortal"])
    assert made["profile"]["login"] == JO
    assert (made["profile"]["firstName"], made["profile"]["lastName"]) == ("Jo", "Neil")
    assert {one.kind for one in it.find().findings} == {"user", "group membership"}


def test_an_account_that_no_search_shows_yet_is_found_and_filled_once(it: Subject) -> None:
    it.ask("seed", unindexed=True)
    it.deliver()
    before = it.records()
    assert it.deliver().evidence["created"] is False
    assert it.records() == before
    assert it.find().evidence["users"] == 1
    it.erase()
    assert it.mine() == []


def test_activation_is_asked_for_only_where_it_is_said(it: Subject) -> None:
    it.made(activate=True).deliver(it.outgoing(), key="d")
    assert only(it)["status"] == "PROVISIONED"


def test_an_account_that_is_there_keeps_what_it_holds_and_gets_what_it_lacks(it: Subject) -> None:
    it.ask("seed", records=[user(JO, profile={"userType": "Partner"})])
    done = it.deliver(key="d-2", role="Customer", phone="+33 1 0203")
    assert (done.evidence["created"], done.evidence["fields"]) == (False, ["displayName", "mobilePhone"])
    held = only(it)
    assert (held["profile"]["userType"], held["profile"]["mobilePhone"]) == ("Partner", "+33 1 0203")
    assert "00gPortal" in held["groups"]


def test_a_login_corrected_after_the_delivery_makes_no_second_account(it: Subject) -> None:
    it.deliver()
    it.system.rectify(WHO, {"email": "right@example.org"}, key="r")
    assert it.deliver().evidence["created"] is False
    (held,) = it.records()
    assert (held["profile"]["login"], held["profile"]["email"]) == ("right@example.org", "right@example.org")
    assert (held["profile"]["firstName"], held["profile"]["lastName"]) == ("Jo", "Neil")


def test_a_login_of_its_own_is_left_when_the_address_is_corrected(it: Subject) -> None:
    it.ask("seed", records=[user(JO, profile={"login": "jneil"})])
    it.system.rectify(WHO, {"email": "right@example.org"}, key="r")
    assert it.records()[0]["profile"]["login"] == "jneil"


def test_a_deactivated_account_is_not_brought_back_by_a_delivery(it: Subject) -> None:
    it.ask("seed", records=[user(JO, status="DEPROVISIONED")])
    with pytest.raises(SystemProblem, match="deactivated"):
        it.deliver()
    assert only(it)["status"] == "DEPROVISIONED"


def test_an_attribute_okta_does_not_know_asks_for_settings(it: Subject) -> None:
    with pytest.raises(SystemProblem, match="no_such_key") as caught:
        it.made(key_attribute="no_such_key").deliver(it.outgoing(), key="d")
    assert caught.value.consequence == "fix settings"
    assert it.records() == []


def test_the_account_attribute_finds_only_where_it_is_said(it: Subject) -> None:
    it.ask("seed", records=[user("x@example.org", profile={"employeeNumber": "acc-7"})])
    who = Identifiers(account=("acc-7",))
    assert it.find(who).findings == ()
    it.system = it.made(account_attribute="employeeNumber")
    assert it.find(who).evidence["users"] == 1


def test_a_service_app_signs_in_with_its_key(it: Subject) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    it.ask("seed", **SEED, public_key=public.decode())
    app = {"token": None, "client_id": "sandbox-app", "private_key": private.decode(), "key_id": "k1"}
    it.system = it.made(**app)
    assert it.find().evidence["users"] == 1
    it.ask("expire")
    assert it.find().evidence["users"] == 1
    with pytest.raises(SystemProblem) as caught:
        it.made(**{**app, "client_id": "another-app"}).find(WHO)
    assert caught.value.consequence == "fix settings"
    with pytest.raises(SystemProblem, match="PEM"):
        it.made(**{**app, "private_key": "no key"}).find(WHO)


def test_one_way_to_sign_in_must_be_given(it: Subject) -> None:
    with pytest.raises(SystemProblem, match="token, or client_id"):
        it.made(token=None)


def test_a_record_without_an_address_is_refused(it: Subject) -> None:
    with pytest.raises(SystemProblem, match="no e-mail"):
        it.deliver(email=" ")


@pytest.mark.parametrize("token", ["", "{}", "[]", "3", '{"users": 3, "protected": 0, "second": 0}'])
def test_a_token_of_somebody_else_is_refused(it: Subject, token: str) -> None:
    with pytest.raises(SystemProblem, match="token"):
        it.system.check(token)


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", '"a"'), ('a" or id pr or "', '"a\\" or id pr or \\""'), ("a\\", '"a\\\\"'), ("a\nb", '"ab"')],
)
def test_a_literal_ends_where_it_ends(value: str, text: str) -> None:
    assert literal(value) == text
