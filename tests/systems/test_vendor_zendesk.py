"""Zendesk: the suite every vendor passes, and what is peculiar to it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from zendesk_kit import (
    ANN,
    ANNS,
    ASKED,
    CLOSED,
    JO,
    MAIL,
    PEOPLE,
    PLAIN,
    SECOND,
    SECRETS,
    SEED,
    WHO,
    WRITTEN,
    scenario,
)

from troth.systems.conformance.subject import Subject
from troth.systems.conformance.suite import Conformance
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, NotOffered, Pending, SystemProblem
from troth.systems.saas.zendesk.redaction import redacted
from troth.systems.sandbox.server import running


class TestZendesk(Conformance):
    scenario = scenario()


class TestZendeskRedacting(Conformance):
    """Tickets stay, redacted; here their subjects say nothing of anybody. What was written in the help center goes."""

    scenario = scenario(
        settings={"token": "sandbox-token", "poll_seconds": 0.01, "tickets": "redact", "help_center": True},
        seed={"records": [*PEOPLE, ASKED, PLAIN, ANNS, MAIL, *WRITTEN]},
        findings=14,
        crowd=({"records": [*PEOPLE, *[{**CLOSED, "subject": f"Number {n}"} for n in range(7)]], "page_size": 3}, 8),
    )


@pytest.fixture
def it() -> Iterator[Subject]:
    with running() as address:
        subject = Subject(scenario(), address)
        yield subject
        assert subject.broken_contracts() == []


def kinds(subject: Subject) -> dict[str, int]:
    found = subject.find()
    return {str(kind): int(count) for kind, count in found.evidence.items()}


def test_find_shows_tickets_with_all_that_was_written_and_of_others_only_what_the_person_wrote(it: Subject) -> None:
    it.seed()
    assert kinds(it) == {
        "user": 1, "ticket": 2, "ticket (of another)": 1, "ticket comment": 3, "ticket comment (internal note)": 1,
        "suspended ticket": 1,
    }  # fmt: skip
    texts = [one.values["body"] for one in it.find().findings if "body" in one.values]
    assert "It is on fire" not in texts
    assert "We look into it" in texts
    files = [one.values["attachments"] for one in it.find().findings if "attachments" in one.values]
    assert [file["file_name"] for (file,) in files] == ["joanna.png"]


def test_a_person_is_found_by_any_of_their_addresses_whatever_its_case(it: Subject) -> None:
    it.seed()
    for address in (SECOND, SECOND.upper(), JO.upper()):
        assert it.find(Identifiers(email=(address,))).evidence["user"] == 1


def test_an_address_that_only_begins_like_another_is_another(it: Subject) -> None:
    it.ask("seed", records=[{"kind": "user", "email": f"x.{JO}.uk", "name": "Somebody", "notes": f"knows {JO}"}])
    assert it.find().findings == ()


def test_search_that_still_shows_who_was_deleted_is_not_believed(it: Subject) -> None:
    it.ask("seed", **SEED, search_lag=50)
    assert isinstance(it.erase(), Done)
    assert it.find().findings == ()


def test_a_user_deleted_by_hand_but_not_for_good_is_found_and_erased(it: Subject) -> None:
    it.ask("seed", records=PEOPLE)
    user = it.find().findings[0].id
    it.system.api.call("delete by hand", "DELETE", f"/api/v2/users/{user}")
    assert [one.kind for one in it.find().findings] == ["user (deleted, not yet for good)"]
    assert isinstance(it.erase(), Done)
    assert it.mine() == []


def test_archived_tickets_and_those_of_a_deleted_user_are_in_no_list_and_found_and_erased(it: Subject) -> None:
    it.ask("seed", records=[*PEOPLE, {**ASKED, "status": "closed"}, {**CLOSED, "archived": True}])
    assert kinds(it)["ticket"] == 2
    it.system.api.call("delete by hand", "DELETE", f"/api/v2/users/{it.find().findings[0].id}")
    assert kinds(it) == {
        "user (deleted, not yet for good)": 1, "ticket": 2, "ticket comment": 2, "ticket comment (internal note)": 1,
    }  # fmt: skip
    assert isinstance(it.erase(), Done)
    assert it.mine() == []


def test_what_was_written_in_tickets_of_others_is_found_and_redacted_without_being_in_copy(it: Subject) -> None:
    it.ask("seed", records=[*PEOPLE, {**ANNS, "cc": [], "status": "closed", "archived": True}])
    assert kinds(it) == {"user": 1, "ticket (of another)": 1, "ticket comment": 1}
    assert isinstance(it.erase(), Done)
    (ticket,) = [record for record in it.records() if record["kind"] == "ticket"]
    assert [comment["body"].strip("▇ ") for comment in ticket["comments"]] == ["It is on fire", ""]


@pytest.mark.parametrize(("locked", "told"), [("delete", "not deleted;"), ("purge", "not deleted for good")])
def test_tickets_that_zendesk_does_not_delete_are_told_and_not_tried_for_ever(
    it: Subject, locked: str, told: str
) -> None:
    it.ask("seed", **SEED, locked=[locked])
    with pytest.raises(SystemProblem, match=told) as caught:
        it.erase()
    assert caught.value.consequence == "stop"
    it.ask("seed", locked=[])
    assert isinstance(it.erase(), Done)
    assert it.mine() == []


def test_a_job_that_zendesk_has_forgotten_is_made_up_for_by_looking(it: Subject) -> None:
    it.ask("seed", **SEED, forgetful=True)
    assert isinstance(it.erase(), Done)
    assert it.mine() == []


def test_a_user_whose_address_went_with_the_first_deletion_is_still_deleted_for_good(it: Subject) -> None:
    it.ask("seed", records=PEOPLE, nameless=True)
    begun = it.system.erase(WHO, key="e")
    assert isinstance(begun, Pending)
    it.ask("fail", operation="purge_user", status=503, count=20)
    with pytest.raises(SystemProblem):
        it.made(patience=0).check(begun.token)
    it.ask("heal")
    assert it.find().findings == ()  # nobody could tell whose it is
    outcome: Any = it.made().check(begun.token)
    it.ask("advance")
    assert isinstance(it.system.check(outcome.token), Done)
    assert [record["name"] for record in it.records() if record["kind"] == "deleted user"] == [
        "Permanently Deleted User"
    ]


def test_photo_and_tags_are_shown(it: Subject) -> None:
    photo = {
        "id": 1,
        "file_name": "jo.png",
        "content_type": "image/png",
        "size": 9,
        "content_url": "https://x.example/1",
    }
    it.ask("seed", records=[{**PEOPLE[0], "tags": ["vip"], "photo": photo}])
    values = it.find().findings[0].values
    assert values["tags"] == ["vip"]
    assert values["photo"] == {"file_name": "jo.png", "content_type": "image/png", "size": 9}


def test_nothing_is_done_before_the_ids_of_the_tickets_are_kept(it: Subject) -> None:
    it.seed()
    begun = it.system.erase(WHO, key="e")
    assert isinstance(begun, Pending)
    assert len(json.loads(begun.token)["tickets"]) == 2
    assert [record["status"] for record in it.records() if record["kind"] == "ticket"] == ["open", "closed", "open"]


def test_tickets_deleted_by_a_run_that_broke_off_are_found_by_the_note_on_their_user(it: Subject) -> None:
    it.seed()
    begun = it.system.erase(WHO, key="e")
    assert isinstance(begun, Pending)
    it.system.check(begun.token)
    it.ask("advance")  # softly deleted now, in no list of the user, and the token is lost
    assert it.find().evidence.get("ticket", 0) == 0
    assert isinstance(it.erase(), Done)
    assert it.mine() == []


def test_an_erasure_needs_no_custom_field(it: Subject) -> None:
    it = Subject(scenario(settings={**SECRETS, "key_field": "no_such_field"}), it.address)
    it.seed()
    assert isinstance(it.erase(), Done)
    assert it.mine() == []


def test_softly_deleted_tickets_are_not_done(it: Subject) -> None:
    it.seed()
    outcome = it.system.erase(WHO, key="e")
    assert isinstance(outcome, Pending)
    outcome = it.system.check(outcome.token)
    it.ask("advance")
    assert [record["status"] for record in it.records() if record["kind"] == "ticket"] == ["deleted", "deleted", "open"]
    assert isinstance(outcome, Pending)
    assert isinstance(it.system.check(outcome.token), Pending)


def test_a_ticket_asked_for_meanwhile_goes_too(it: Subject) -> None:
    it.seed()
    outcome = it.system.erase(WHO, key="e")
    for step in range(12):
        if not isinstance(outcome, Pending):
            break
        it.ask("advance")
        if step == 2:
            it.ask("seed", records=[{**CLOSED, "subject": "Joanna again", "status": "new"}])
        outcome = it.system.check(outcome.token)
    assert isinstance(outcome, Done)
    assert it.mine() == []


def test_done_is_said_only_when_every_product_has_finished(it: Subject) -> None:
    it.ask("seed", records=PEOPLE, stuck=["chat"])
    outcome = it.system.erase(WHO, key="e")
    for _ in range(4):
        assert isinstance(outcome, Pending)
        it.ask("advance")
        outcome = it.system.check(outcome.token)
    it.ask("seed", stuck=[])
    it.ask("advance")
    assert isinstance(it.system.check(outcome.token), Done)  # type: ignore[union-attr]


def test_posts_others_answered_are_emptied_and_their_answers_stay(it: Subject) -> None:
    it.ask("seed", records=[*PEOPLE, *WRITTEN])
    it.system = it.made(help_center=True)
    outcome = it.erase()
    assert isinstance(outcome, Done)
    assert outcome.evidence["posts"] == 5
    posts = [(record["title"], record["details"]) for record in it.records() if record["kind"] == "post"]
    assert posts == [("(erased)", "(erased)"), ("Anybody?", "")]
    assert [record["kind"] for record in it.records()].count("post comment") == 2
    assert it.mine() == []


@pytest.mark.parametrize("role", ["agent", "admin"])
def test_staff_is_never_erased_nor_changed_nor_overwritten(it: Subject, role: str) -> None:
    it.ask("seed", records=[{**PEOPLE[0], "role": role}, PEOPLE[1], ANNS])
    before = it.records()
    for outcome in (it.erase(), it.rectify()):
        assert isinstance(outcome, NotOffered)
        assert "staff" in outcome.reason
    with pytest.raises(SystemProblem, match="admin's") as caught:
        it.system.deliver(it.outgoing(), key="d")
    assert caught.value.consequence == "stop"
    assert it.records() == before
    assert kinds(it) == {"user": 1}  # what is held about them is shown, what they worked on is about others


def test_an_end_user_is_erased_and_their_staff_account_is_told(it: Subject) -> None:
    it.ask("seed", records=[PEOPLE[0], {**PEOPLE[1], "role": "agent"}])
    outcome = it.erase(Identifiers(email=(JO, ANN)))
    assert isinstance(outcome, Done)
    assert ["staff" in left.reason for left in outcome.remains if isinstance(left, NotOffered)] == [True]
    assert [record["email"] for record in it.records() if record["kind"] == "user"] == [ANN]


def test_tickets_kept_need_a_reason_and_tell_it(it: Subject) -> None:
    with pytest.raises(SystemProblem, match="keep_reason") as caught:
        it.made(tickets="keep")
    assert caught.value.consequence == "fix settings"
    keep = {**SECRETS, "tickets": "keep", "keep_reason": "product liability, ten years"}
    it = Subject(scenario(settings=keep), it.address)
    it.seed()
    with pytest.raises(SystemProblem, match="not closed") as caught:
        it.system.erase(WHO, key="e")
    assert caught.value.consequence == "stop"
    assert kinds(it)["suspended ticket"] == 1  # nothing was touched before it was refused
    it.ask("reset")
    it.ask("seed", records=[*PEOPLE, PLAIN])
    outcome = it.erase()
    assert isinstance(outcome, Done)
    assert [left.reason for left in outcome.remains if isinstance(left, NotOffered)] == [
        "1 tickets stay, without their author: product liability, ten years"
    ]
    assert [record["subject"] for record in it.records() if record["kind"] == "ticket"] == ["An old one"]


def test_redaction_empties_what_the_person_wrote_and_leaves_the_answers(it: Subject) -> None:
    it.ask("seed", records=[*PEOPLE, {**ASKED, "custom_fields": [{"id": 7, "value": "Joanna's order"}]}, CLOSED, ANNS])
    it.system = it.made(tickets="redact")
    outcome = it.erase()
    assert isinstance(outcome, Done)
    assert outcome.evidence["redacted"] == 2
    assert "closed before" in str(outcome.remains)
    tickets = {record["subject"]: record for record in it.records() if record["kind"] == "ticket"}
    assert tickets["(redacted)"]["status"] == "closed"
    assert tickets["(redacted)"]["custom_fields"] == [{"id": 7, "value": None}]
    said = [comment["body"] for comment in tickets["(redacted)"]["comments"]]
    assert said[1:] == ["We look into it", "A difficult one"]
    assert set(said[0]) <= set("▇ ")
    assert "http://joanna.example" not in json.dumps(tickets["(redacted)"])


def test_redaction_without_the_agent_workspace_asks_for_settings(it: Subject) -> None:
    it.ask("seed", **SEED, workspace=False)
    with pytest.raises(SystemProblem, match="Agent Workspace") as caught:
        it.system.erase(WHO, key="e")
    assert caught.value.consequence == "fix settings"


def test_a_right_address_replaces_the_wrong_one_and_is_not_only_added(it: Subject) -> None:
    it.ask("seed", records=PEOPLE)
    it.system.rectify(WHO, {"email": "right@example.org"}, key="r")
    (user,) = it.find(Identifiers(email=("right@example.org",))).findings
    assert user.values["email"] == "right@example.org"
    assert {one["value"] for one in user.values["identities"]} == {"right@example.org", SECOND}


def test_a_user_field_that_is_not_there_is_told_before_anything_is_written(it: Subject) -> None:
    it.seed()
    before = it.records()
    with pytest.raises(SystemProblem, match="no_such") as caught:
        it.made(fields={"company": "user_fields.no_such"}).deliver(it.outgoing(), key="d")
    assert caught.value.consequence == "fix settings"
    with pytest.raises(SystemProblem, match="no_key"):
        it.made(key_field="no_key").deliver(it.outgoing(), key="d")
    assert it.records() == before


def test_what_a_person_says_makes_nobody_an_admin(it: Subject) -> None:
    it.seed()
    before = it.records()
    system = it.made(fields={"role": "role"})
    acts: list[Callable[[], object]] = [
        lambda: system.deliver(it.outgoing(role="admin"), key="d"),
        lambda: system.rectify(WHO, {"role": "admin"}, key="r"),
    ]
    for act in acts:
        with pytest.raises(SystemProblem, match="describes a user") as caught:
            act()
        assert caught.value.consequence == "fix settings"
    assert it.records() == before


def test_the_external_id_is_the_account_only_where_it_is_said(it: Subject) -> None:
    it.ask("seed", records=[{**PEOPLE[0], "external_id": "acc-1"}])
    account = Identifiers(account=("acc-1",))
    assert it.find(account).findings == ()
    it.system = it.made(account_is_external_id=True)
    assert len(it.find(account).findings) == 1
    it.system.rectify(account, {"email": "right@example.org"}, key="r")
    (user,) = it.find(account).findings
    assert [one["value"] for one in user.values["identities"]] == [SECOND, "right@example.org"]  # the primary was wrong
    with pytest.raises(SystemProblem, match="comma"):  # it would be two ids, and "nothing" a guess
        it.system.find(Identifiers(account=("acc-1,acc-2",)))


def test_a_record_without_an_address_is_refused(it: Subject) -> None:
    with pytest.raises(SystemProblem, match="no e-mail"):
        it.deliver(email=" ")


def test_an_anonymous_answer_is_no_working_connection(it: Subject) -> None:
    it.ask("seed", anonymous=True)
    with pytest.raises(SystemProblem, match="token") as caught:
        it.system.test()
    assert caught.value.consequence == "fix settings"


@pytest.mark.parametrize("token", ["", "{}", "[]", "3", '{"users": ["x"], "tickets": [], "jobs": []}'])
def test_a_token_of_somebody_else_is_refused(it: Subject, token: str) -> None:
    with pytest.raises(SystemProblem, match="token"):
        it.system.check(token)


@pytest.mark.parametrize(
    ("html", "marked"),
    [
        ("<p>Hi</p>", "<p><redact>Hi</redact></p>"),
        ('<a href="x">y</a>', '<a href="x" redact><redact>y</redact></a>'),
        ('<img src="x"/>', '<img src="x" redact/>'),
        ("a &amp; b", "<redact>a </redact><redact>&amp;</redact><redact> b</redact>"),
        ("<p> ▇▇ ▇ </p>", None),
        ("<p>&nbsp; </p>", None),
        ("", None),
    ],
)
def test_everything_written_is_marked(html: str, marked: str | None) -> None:
    assert redacted(html) == marked
