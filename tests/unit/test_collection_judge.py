"""What a submission may hold, on values only: the reference policy and small ones."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from troth.collection import rules
from troth.collection.rules import Reason, Submission, judge
from troth.policy.load import load
from troth.policy.model import Policy
from troth.policy.permits import PersonState

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DEMO = {"full-name": "Ada Lovelace", "email": "ada@mail.example"}


@cache
def quali() -> Policy:
    policy = load(Path(__file__).parents[2] / "policies" / "quali").policy
    assert policy is not None
    return policy


def changed(policy: Policy, touchpoint: str, **row: object) -> Policy:
    """The policy with parts of a touchpoint's first row replaced."""
    plain = policy.model_dump(mode="json")
    plain["touchpoints"][touchpoint]["rows"][0] |= row
    return Policy.model_validate(plain)


def reasons(touchpoint: str, values: dict[str, str], *agreed: str, of_age: bool = True) -> set[tuple[str, str]]:
    found = judge(quali(), Submission(touchpoint, values, frozenset(agreed), of_age), NOW).reasons
    return {(reason.code, reason.field) for reason in found}


def test_a_good_submission_takes_the_main_row_and_refuses_marketing() -> None:
    found = judge(quali(), Submission("schedule-demo", {**DEMO, "phone": " +49 30 1234 "}, of_age=True), NOW)
    assert found.reasons == ()
    assert [row.row for row in found.rows] == ["main"]
    assert found.rows[0].values["phone"] == "+49 30 1234"
    assert found.choices == (rules.Choice("marketing", ("send-marketing",), False),)


def test_a_ticked_marketing_row_takes_only_its_own_items() -> None:
    sent = Submission("schedule-demo", {**DEMO, "company": "Acme"}, frozenset({"marketing"}), of_age=True)
    found = judge(quali(), sent, NOW)
    assert {row.row: set(row.values) for row in found.rows} == {
        "main": {"full-name", "email", "company"},
        "marketing": {"full-name", "email"},
    }
    assert found.choices[0].given


def test_every_reason_is_given_at_once() -> None:
    sent = {"email": "no address", "shoe-size": "43", "phone": "call me", "full-name": "\x00"}
    assert reasons("schedule-demo", sent, "newsletter", of_age=False) == {
        ("not-declared", "shoe-size"),
        ("wrong-format", "email"),
        ("wrong-format", "phone"),
        ("wrong-format", "full-name"),
        ("not-asked", "agreed.newsletter"),
        ("under-age", "of_age"),
    }


def test_white_space_is_nothing() -> None:
    assert reasons("schedule-demo", {**DEMO, "full-name": "  \r\n "}) == {("missing", "full-name")}


@pytest.mark.parametrize("touchpoint", ["newsletter", "survey"])
def test_a_row_that_rests_on_consent_alone_needs_its_tick(touchpoint: str) -> None:
    assert reasons(touchpoint, DEMO if touchpoint == "survey" else {"email": DEMO["email"]}) == {
        ("consent-needed", "agreed.main")
    }
    assert reasons(touchpoint, DEMO if touchpoint == "survey" else {"email": DEMO["email"]}, "main") == set()


def test_marketing_is_never_a_condition() -> None:
    for name, touchpoint in quali().touchpoints.items():
        for row in touchpoint.rows:
            assert not (row.marketing and rules.needs_consent(row)), name


def test_an_observed_or_derived_item_cannot_be_sent() -> None:
    values = {**DEMO, "usage-pattern": "often", "session-recordings": "x"}
    assert reasons("torque-account", values) == {
        ("not-declared", "usage-pattern"),
        ("not-declared", "session-recordings"),
    }


def test_a_file_is_not_taken_and_never_makes_a_form_impossible() -> None:
    items = [{"item": "email", "required": True}, {"item": "cv", "required": True}]
    policy = changed(quali(), "apply-job", items=items, recipients=[], assumed_recipients=[])
    sent = {"email": "ada@mail.example"}
    assert judge(policy, Submission("apply-job", sent, of_age=True), NOW).reasons == ()
    refused = judge(policy, Submission("apply-job", {**sent, "cv": "JVBERi0="}, of_age=True), NOW).reasons
    assert [(r.code, r.field) for r in refused] == [("not-declared", "cv")]


def test_a_secret_that_a_recipient_keeps_is_neither_asked_nor_taken() -> None:
    touchpoint = quali().touchpoints["service-account"]
    assert "password" not in rules.asked(quali(), touchpoint)
    assert rules.place_of(quali(), touchpoint, "password") == "provider"
    values = {**DEMO, "user-id": "ada", "password": "correct horse"}
    assert ("not-declared", "password") in reasons("service-account", values)


def test_a_secret_nobody_else_keeps_is_asked() -> None:
    touchpoint = quali().touchpoints["torque-community"]
    assert "password" in rules.asked(quali(), touchpoint)


@pytest.mark.parametrize(
    "address",
    [
        "ada@mail",
        "a b@mail.example",
        "ada@mail..example",
        "ada@-mail.example",
        "ada@mail.example,eve@mail.example",
        "Ada <ada@mail.example>",
        "ada@mail.example\nBcc: eve@mail.example",
        "ada@[10.0.0.1]",
        "@mail.example",
        "x" * 65 + "@mail.example",
    ],
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    assert ("wrong-format", "email") in reasons("schedule-demo", {**DEMO, "email": address})


@pytest.mark.parametrize("address", ["ada+x@mail.example", "o'neil@mail.example", "ada@bücher.example", "a@b.co"])
def test_a_real_address_is_taken(address: str) -> None:
    assert reasons("schedule-demo", {**DEMO, "email": address}) == set()


def test_too_long_says_how_long_and_never_what() -> None:
    found = judge(quali(), Submission("contact", {"email": DEMO["email"], "message": "secret" * 900}), NOW).reasons
    (reason,) = [r for r in found if r.code == "too-long"]
    assert "5400 characters" in reason.message
    assert "secret" not in reason.message


def test_names_that_are_not_ours_come_back_printable_and_cut() -> None:
    name = "<script>\x00\ud800" + "x" * 500
    (reason,) = judge(quali(), Submission("schedule-demo", {**DEMO, name: "1"}, of_age=True), NOW).reasons
    assert reason.field.startswith("<script>\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}x")
    assert len(reason.field) == 65


def test_a_typing_error_is_met_with_the_name_that_was_meant() -> None:
    (reason,) = judge(quali(), Submission("schedule-demo", {**DEMO, "job-titel": "x"}, of_age=True), NOW).reasons
    assert "did you mean `job-title`" in reason.message
    (reason,) = judge(quali(), Submission("schedule-dmo", DEMO), NOW).reasons
    assert reason == Reason("unknown-touchpoint", "", "the policy has no such touchpoint; did you mean `schedule-demo`")


def test_who_is_known_to_be_a_child_is_not_believed_otherwise() -> None:
    sent = Submission("schedule-demo", DEMO, of_age=True)
    assert judge(quali(), sent, NOW, PersonState(age="minor")).reasons[0].code == "under-age"
    assert judge(quali(), sent, NOW, PersonState(age="adult")).reasons == ()


def test_a_restriction_lets_a_fresh_submission_be_kept() -> None:
    assert judge(quali(), Submission("schedule-demo", DEMO, of_age=True), NOW, PersonState(restricted=True)).rows


def test_a_negative_promise_stops_the_intake_too() -> None:
    plain = quali().model_dump(mode="json")
    plain["never"]["no-city"] = {"label": "no city", "text": "We never keep your city.", "items": ["city"]}
    policy = Policy.model_validate(plain)
    sent = Submission("schedule-demo", {**DEMO, "city": "London"}, of_age=True)
    assert [(r.code, r.field) for r in judge(policy, sent, NOW).reasons] == [("never", "agreed.main")]


def test_the_words_agreed_to_name_who_and_what_for_and_their_digest_changes_with_them() -> None:
    text = rules.consent_text(quali(), "schedule-demo", "marketing")
    assert text == "Yes, QualiSystems Ltd. may use these data to send you marketing communications"
    first = rules.consent_digest(quali(), "schedule-demo", "marketing")
    assert first != rules.consent_digest(quali(), "newsletter", "main")
    assert len(first) == 64


def test_what_is_sent_shows_in_no_repr() -> None:
    sent = Submission("schedule-demo", DEMO, of_age=True)
    assert "ada" not in repr(sent)
    assert "ada" not in repr(judge(quali(), sent, NOW))
