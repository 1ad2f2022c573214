"""What may leave, to whom, with which items: on values only."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

from troth.policy.load import load
from troth.policy.model import Policy
from troth.policy.permits import PersonState
from troth.sharing import rules

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HELD = ("full-name", "email", "phone", "job-title", "company", "country", "city", "region")
ADULT = PersonState(age="adult", recorded_at=NOW)


@cache
def quali() -> Policy:
    policy = load(Path(__file__).parents[2] / "policies" / "quali").policy
    assert policy is not None
    return policy


def leaving(recipient: str, person: PersonState = ADULT, row: str = "main", **asked: object) -> rules.Leaving:
    given: dict[str, object] = {"touchpoint": "schedule-demo", "held": HELD, "at": NOW, **asked}
    return rules.leaving(quali(), row=row, recipient=recipient, person=person, **given)  # type: ignore[arg-type]


def test_each_recipient_gets_only_what_it_needs_of_what_there_is() -> None:
    assert leaving("salesforce").items == HELD
    assert leaving("hubspot").items == ("full-name", "email", "company", "country")
    assert leaving("hubspot", held=("email", "phone")).items == ("email",)
    assert leaving("hubspot").bases == ("pre-contract", "pre-contract")


def test_who_is_not_named_gets_nothing() -> None:
    assert leaving("zoom").code == "not-declared"


def test_a_record_without_what_the_recipient_needs_does_not_leave() -> None:
    assert leaving("hubspot", held=("phone",)).code == "nothing-needed"


def test_marketing_leaves_only_with_consent_that_is_given_now() -> None:
    said = ("schedule-demo", "send-marketing")
    for state in ("refused", "withdrawn", "expired", "shown"):
        person = PersonState(age="adult", recorded_at=NOW, consents={said: state})
        assert leaving("hubspot", person, row="marketing").code == "no-basis", state
    person = PersonState(age="adult", recorded_at=NOW, consents={said: "given"})
    assert leaving("hubspot", person, row="marketing").purposes == ("send-marketing",)


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (PersonState(age="minor", recorded_at=NOW), "under-age"),
        (PersonState(age="adult", recorded_at=NOW, restricted=True), "restricted"),
        (PersonState(age="adult", recorded_at=NOW, erased_at=NOW), "erased"),
    ],
)
def test_the_gate_is_asked_of_the_person_as_they_are(person: PersonState, code: str) -> None:
    assert leaving("salesforce", person).code == code


def test_nothing_leaves_for_a_country_without_a_mechanism_in_force() -> None:
    plain = quali().model_dump(mode="json")
    plain["recipients"]["hubspot"]["mechanisms"][0]["until"] = "2026-11-23"
    policy = Policy.model_validate(plain)
    asked = {"touchpoint": "schedule-demo", "row": "main", "held": HELD, "person": ADULT}
    assert rules.leaving(policy, recipient="hubspot", at=NOW, **asked).code == "no-transfer"  # type: ignore[arg-type]
    before = NOW - timedelta(days=1)
    assert rules.leaving(policy, recipient="hubspot", at=before, **asked).items  # type: ignore[arg-type]


def test_secrets_and_files_go_only_to_whom_names_them() -> None:
    row = quali().touchpoints["service-account"].row("main")
    named = {r.recipient: "password" in rules.needed(quali(), row, r) for r in row.receivers}
    assert [name for name, gets in named.items() if gets] == ["okta"]


def test_a_withdrawal_reaches_those_who_got_a_row_for_that_purpose() -> None:
    version = uuid4()
    sent = [
        (version, "schedule-demo", "main", "salesforce"),
        (version, "schedule-demo", "main", "hubspot"),
        (version, "schedule-demo", "marketing", "hubspot"),
        (version, "newsletter", "main", "salesforce"),
    ]
    told = rules.told_of({version: quali()}, sent, [("schedule-demo", "send-marketing")])
    assert told == {"hubspot": ("send-marketing",)}
    told = rules.told_of({version: quali()}, sent, [("newsletter", "send-newsletters"), ("newsletter", "nothing")])
    assert told == {"salesforce": ("send-newsletters",)}


def test_a_problem_is_tried_again_for_half_a_day_and_then_seen() -> None:
    for consequence in ("retry", "wait"):
        assert rules.after(consequence, timedelta(hours=11)) is None
        assert rules.after(consequence, timedelta(hours=12)) == "unreachable"
    assert rules.after("fix settings", timedelta()) == "fix-settings"
    assert rules.after("stop", timedelta()) == "stop"


def later(**rows: object) -> Policy:
    """The policy with the first row of the demo form replaced in part: the version in force, beside the record's."""
    plain = quali().model_dump(mode="json")
    plain["touchpoints"]["schedule-demo"]["rows"][0] |= rows
    return Policy.model_validate(plain)


def test_what_the_policy_in_force_has_given_up_does_not_leave() -> None:
    gone = later(recipients=[{"recipient": "salesforce", "items": ["full-name", "email"]}])
    assert leaving("hubspot", in_force=gone).code == "not-declared"
    assert leaving("salesforce", in_force=gone).items == ("full-name", "email")


def test_what_was_not_declared_then_does_not_leave_now() -> None:
    more = later(recipients=[{"recipient": "zoom", "items": ["email"]}])
    assert leaving("zoom", in_force=more).code == "not-declared"
