"""Superset: the suite, and what is peculiar to it: owners, accounts that cannot be deleted, case, the missing API."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from troth.systems.conformance import Conformance, Record, Scenario, Subject
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, NotOffered
from troth.systems.saas.superset.rison import listing, matching, text
from troth.systems.sandbox.server import running

JO, OTHER = "jo.o'neil+x@example.org", "other@example.org"
USERS = [
    {"kind": "user", "email": JO, "first_name": "Jo", "last_name": "Neil", "created_on": "2020-01-02T03:04:05.000001"},
    {"kind": "user", "email": OTHER, "first_name": "Other", "last_name": "Person", "username": "other"},
    {"kind": "user", "email": f"x{JO}", "first_name": "Near", "last_name": "Miss"},
]
LOG = [{"kind": "log", "user": JO, "action": "welcome", "json": "{}"}, {"kind": "log", "user": OTHER, "action": "x"}]
OUTGOING = Outgoing("rec-1", "row", "row", ("work",), {"email": JO, "first-name": "Joanne"}, False)


def hers(record: Record) -> bool:
    """The account, or something that names it (it is the first one made)."""
    return str(record.get("email")).lower() == JO or record.get("user") == 1 or 1 in record.get("owners", ())


SCENARIO = Scenario(
    vendor="superset",
    settings={"username": "sandbox", "password": "sandbox-password", "roles": [3], "new_owner": 2},
    secret="password",
    person=Identifiers(email=(JO,)),
    seed={"records": [*USERS, *LOG, {"kind": "dashboard", "dashboard_title": "Sales", "owners": [JO, OTHER]}]},
    mine=hers,
    findings=3,
    crowd=({"records": [*USERS, *LOG * 4], "page_size": 2}, 5),
    changes={"last-name": "O'Neil", "first-name": "Joanna"},
    rectified=lambda record: (record.get("last_name"), record.get("first_name")) == ("O'Neil", "Joanna"),
    outgoing=OUTGOING,
    oldest="2020-01-02T03:04:05",
    in_urls={"users": "the security API searches by query string only"},
    custom=({}, "username"),
)


class TestSuperset(Conformance):
    scenario = SCENARIO


@pytest.fixture
def superset() -> Iterator[Subject]:
    with running() as address:
        it = Subject(SCENARIO, address)
        yield it
        assert it.broken_contracts() == []


def test_an_owner_is_not_erased_before_somebody_takes_over(superset: Subject) -> None:
    superset.seed()
    before = superset.records()
    for nobody in (None, 1):
        superset.system = superset.made(new_owner=nobody)
        with superset.trouble("fix settings") as problem:
            superset.system.erase(SCENARIO.person, key="e1")
        assert "user 1 owns dashboard 6" in str(problem[0])
        assert "new_owner" in str(problem[0])
    assert superset.records() == before


def test_what_is_owned_goes_to_the_new_owner_beside_the_others(superset: Subject) -> None:
    third = {"kind": "user", "email": "third@example.org"}
    superset.ask(
        "seed", records=[*USERS, third, {"kind": "chart", "slice_name": "c", "owners": [JO, "third@example.org"]}]
    )
    outcome = superset.erase()
    assert isinstance(outcome, Done)
    assert (outcome.evidence["deleted"], outcome.evidence["handed_over"]) == ([1], 1)
    assert [row["owners"] for row in superset.records() if row["kind"] == "chart"] == [[4, 2]]


def test_an_account_that_made_something_is_overwritten_and_switched_off(superset: Subject) -> None:
    """The database's foreign keys hold the row back, and the API cannot change who made a thing."""
    superset.ask("seed", records=[*USERS, {"kind": "saved_query", "label": "mine", "created_by": JO}])
    outcome = superset.erase()
    assert isinstance(outcome, Done)
    assert (outcome.evidence["deleted"], outcome.evidence["overwritten"]) == ([], [1])
    assert any("overwritten" in rest.reason for rest in outcome.remains if isinstance(rest, NotOffered))
    (row,) = [row for row in superset.records() if row["kind"] == "user" and row["id"] == 1]
    assert row["active"] is False
    assert not [word for word in (JO, "Jo", "Neil") if word in json.dumps(row)]
    assert superset.find().findings == ()
    again = superset.erase()
    assert isinstance(again, Done)
    assert again.evidence["overwritten"] == []


def test_the_action_log_is_told_to_remain(superset: Subject) -> None:
    superset.seed()
    outcome = superset.erase()
    assert isinstance(outcome, Done)
    assert [
        rest.manual_steps for rest in outcome.remains if isinstance(rest, NotOffered) and "prune" in rest.manual_steps
    ]
    lines = [row for row in superset.records() if row["kind"] == "log"]
    assert [line["user"] for line in lines] == [None, 2]


def test_an_address_is_found_in_any_case_and_never_by_a_part_of_it(superset: Subject) -> None:
    superset.seed()
    for address in (JO.upper(), JO.title()):
        assert len(superset.find(Identifiers(email=(address,))).findings) == 3
    for part in ("jo", "example.org", "%", "_", "o'neil", JO[1:]):
        assert superset.find(Identifiers(email=(part,))).findings == ()


def test_findings_hold_nothing_of_colleagues(superset: Subject) -> None:
    superset.seed()
    values = json.dumps([dict(one.values) for one in superset.find().findings])
    assert "Other" not in values
    assert "owners" not in values


def test_a_user_name_that_is_the_address_follows_it(superset: Subject) -> None:
    superset.seed()
    superset.system.rectify(SCENARIO.person, {"email": "jo@new.example"}, key="r1")
    superset.system.rectify(Identifiers(email=(OTHER,)), {"email": "o@new.example"}, key="r2")
    named = [(row["email"], row["username"]) for row in superset.records() if row["kind"] == "user"]
    assert named[:2] == [("jo@new.example", "jo@new.example"), ("o@new.example", "other")]


def test_the_missing_security_api_says_what_to_set(superset: Subject) -> None:
    superset.ask("seed", security_api=False)
    with superset.trouble("fix settings") as problem:
        superset.system.test()
    assert "FAB_ADD_SECURITY_API" in str(problem[0])


def test_a_token_that_ran_out_is_renewed_without_the_password(superset: Subject) -> None:
    for renewable, words in ((True, ["login", "refresh"]), (False, ["login", "refresh", "login"])):
        superset.ask("reset")
        superset.system = superset.made()
        superset.system.test()
        superset.ask("expire")
        if not renewable:
            superset.ask("seed", renewals=[])
        superset.system.test()
        called = [call["operation"] for call in superset.ask("calls")]
        assert [word for word in called if word in ("login", "refresh")] == words


def test_a_delivery_needs_roles_and_an_address(superset: Subject) -> None:
    superset.system = superset.made(roles=[])
    with superset.trouble("fix settings") as problem:
        superset.deliver()
    assert "roles" in str(problem[0])
    superset.system = superset.made()
    with superset.trouble("stop"):
        superset.deliver(email=" ")
    assert superset.records() == []


def test_new_accounts_get_a_password_nobody_knows(superset: Subject) -> None:
    superset.deliver()
    superset.system.deliver(replace(OUTGOING, values={"email": OTHER}), key="d2")
    passwords = [row["password"] for row in superset.records()]
    assert len(set(passwords)) == 2
    assert all(len(one) >= 32 for one in passwords)


@pytest.mark.parametrize("value", ["'", "!", "!'", "'))),(", "a!!b", "(col:x)"])
def test_rison_text_cannot_end_early(value: str) -> None:
    written = text(value)
    inside = written[1:-1].replace("!!", "").replace("!'", "")
    assert written[0] == written[-1] == "'"
    assert "'" not in inside
    assert "!" not in inside
    asked = listing(matching("email", "ct", written), 0, 1)
    assert asked == f"(filters:!((col:email,opr:ct,value:{written})),page:0,page_size:1)"
