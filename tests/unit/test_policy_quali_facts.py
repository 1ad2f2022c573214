"""The reference policy against a second, separate transcription of the published tables."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from troth.policy.load import load_policy
from troth.policy.mechanisms import CHECKS, EXECUTORS
from troth.policy.model import Policy, Row, Touchpoint
from troth.policy.model.promises import RightKind
from troth.policy.permits import PersonState, permits
from troth.systems.saas import manifest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "policies" / "quali"
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "cases" / "quali_rows.yaml").read_text("utf-8"))

SOURCE_LAST_LINE = 889
HEADINGS = {34, 38, 816, 822, 831, 836, 854, 858, 862, 866, 875, 879, 883, 887}
"""Lines of the published text from 5 on that only head what follows."""
IDENTITY = {"email", "full-name", "first-name", "last-name", "phone", "user-id", "user-name", "social-handle"}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(FOLDER)


def rows(policy: Policy) -> Iterator[tuple[str, Touchpoint, Row]]:
    for tid, touchpoint in policy.touchpoints.items():
        for row in touchpoint.rows:
            yield tid, touchpoint, row


def published_name(policy: Policy, recipient: str) -> str:
    party = policy.recipients[recipient]
    return (party.published_as or party.name).casefold()


def test_every_touchpoint_in_the_published_order(policy: Policy) -> None:
    assert [(tid, t.title) for tid, t in policy.touchpoints.items()] == [(c["id"], c["title"]) for c in CASES]
    assert len(policy.touchpoints) == 26


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_rows_say_what_was_published(policy: Policy, case: dict[str, Any]) -> None:
    found = policy.touchpoints[case["id"]]
    assert len(found.rows) == len(case["rows"])
    for row, wanted in zip(found.rows, case["rows"], strict=True):
        assert row.marketing is wanted["marketing"]
        assert [policy.item_label(case["id"], row.id, i.item) for i in row.items] == wanted["data"]
        assert len(row.purposes) == wanted["purposes"]
        assert set(row.bases) == set(wanted["bases"])
        assert len(row.bases) == len(wanted["bases"])
        assert [policy.retention[r.rule].short for r in row.retention] == wanted["retention"]
        assert len(row.without) == wanted["without"]
        if wanted["recipients"] == "not stated":
            assert row.recipients is None
        else:
            names = [] if wanted["recipients"] == "none" else wanted["recipients"]
            assert row.recipients is not None
            assert [published_name(policy, r.recipient) for r in row.recipients] == [n.casefold() for n in names]


def test_eleven_marketing_rows_each_on_consent_alone(policy: Policy) -> None:
    marketing = [row for _, _, row in rows(policy) if row.marketing]
    assert len(marketing) == 11
    for row in marketing:
        assert row.bases == ("consent",)
        assert all(policy.purposes[p.purpose].marketing and p.relies_on == "consent" for p in row.purposes)


def test_marketing_never_relies_on_anything_but_consent(policy: Policy) -> None:
    for tid, _, row in rows(policy):
        for purpose in row.purposes:
            if policy.purposes[purpose.purpose].marketing:
                assert purpose.relies_on == "consent", tid


def test_twenty_recipients_each_covered_and_each_used(policy: Policy) -> None:
    assert len(policy.recipients) == 20
    used = {r.recipient for _, _, row in rows(policy) for r in row.receivers}
    assert used == set(policy.recipients)
    for rid, recipient in policy.recipients.items():
        assert {m.country for m in recipient.mechanisms} == set(recipient.countries), rid
        assert not {m.kind for m in recipient.mechanisms} & {"eu-us-dpf", "swiss-us-dpf"}, rid
    spelled = {r.name: r.published_as for r in policy.recipients.values() if r.published_as}
    assert spelled == {
        "Apollo": "Appollo",
        "Cloudflare": "CloudFlare",
        "LinkedIn": "Linkedin",
        "Okta": "OKTA",
        "Opsgenie": "Opsgeneie",
    }
    connected = {rid: r.connector for rid, r in policy.recipients.items() if r.connector}
    own = ("salesforce", "hubspot", "zendesk", "okta", "posthog", "aws", "azure", "superset", "files-com")
    assert connected == {rid: rid for rid in own} | {"google": "google-analytics"}
    assert set(connected.values()) <= set(manifest.connectors())


def test_every_name_resolves_and_nothing_in_the_catalogues_is_idle(policy: Policy) -> None:
    items, purposes, rules, groups, sites = (set[str]() for _ in range(5))
    for _, touchpoint, row in rows(policy):
        groups.add(touchpoint.group)
        sites.update(touchpoint.sites)
        items |= row.item_ids
        purposes |= {p.purpose for p in row.purposes}
        rules |= {r.rule for r in row.retention}
    assert items == set(policy.data)
    assert purposes == set(policy.purposes)
    assert rules == set(policy.retention)
    assert groups == set(policy.groups)
    assert sites <= set(policy.sites)
    for cookie in policy.cookies.values():
        assert cookie.setter == "self" or cookie.setter in policy.recipients
        assert "cookies" in policy.touchpoints[cookie.touchpoint].channels


def test_each_recipient_gets_named_items_of_its_row_only(policy: Policy) -> None:
    for tid, _, row in rows(policy):
        for receiver in row.receivers:
            assert receiver.items, f"{tid}: {receiver.recipient}"
            assert set(receiver.items) <= row.item_ids, f"{tid}: {receiver.recipient}"


def test_secrets_files_and_recordings_go_where_they_are_named_only(policy: Policy) -> None:
    got: dict[str, set[str]] = {"password": set(), "cv": set(), "user-list": set(), "session-recordings": set()}
    attachments: set[str] = set()
    for _, _, row in rows(policy):
        for receiver in row.receivers:
            for item in got.keys() & set(receiver.items):
                got[item].add(receiver.recipient)
            if "attachments" in receiver.items:
                attachments.add(receiver.recipient)
    assert got == {
        "password": {"okta"},
        "cv": {"dueto"},
        "user-list": {"files-com"},
        "session-recordings": {"posthog"},
    }
    assert attachments == set()


def test_analytics_tools_never_get_what_identifies(policy: Policy) -> None:
    never = policy.never["analytics-joined-to-identity"]
    assert set(never.recipients) == {"google", "posthog"}
    assert set(never.items) >= IDENTITY
    for tid, _, row in rows(policy):
        for receiver in row.receivers:
            if receiver.recipient in never.recipients:
                assert not set(receiver.items) & set(never.items), tid


def test_no_declared_flow_breaks_a_negative_promise(policy: Policy) -> None:
    for nid, never in policy.never.items():
        if not (never.items or never.recipients or never.purposes):
            continue
        for tid, _, row in rows(policy):
            for receiver in row.receivers:
                hits_recipient = not never.recipients or receiver.recipient in never.recipients
                hits_item = not never.items or bool(set(receiver.items) & set(never.items))
                assert not (hits_recipient and hits_item), f"{nid} in {tid}"


def test_a_choice_among_several_bases_is_marked_as_an_assumption(policy: Policy) -> None:
    for tid, _, row in rows(policy):
        for purpose in row.purposes:
            open_choice = len(row.purpose_bases(purpose)) > 1
            assert (purpose.assumption is not None) is open_choice, f"{tid}: {purpose.purpose}"
        if "legitimate interest" in row.bases:
            assert row.interest, tid


def test_dated_periods(policy: Policy) -> None:
    periods = {rid: r.short for rid, r in policy.retention.items() if r.period}
    assert periods == {
        "website-logs": "P60D after recorded",
        "torque-logs": "P360D after recorded",
        "session-recordings": "P30D after recorded",
    }
    assert all(r.assumption for r in policy.retention.values() if r.until), "a review interval is not in the text"


def test_support_uploads_are_a_processors(policy: Policy) -> None:
    assert [tid for tid, t in policy.touchpoints.items() if t.role == "processor"] == ["cloudshell-support"]


def test_the_introduction_and_the_clauses_around_the_table(policy: Policy) -> None:
    assert str(policy.effective) == "2024-06-02"
    assert policy.controller.contact == "privacy@quali.com"
    assert policy.controller.group[0].certificates == ("eu-us-dpf", "swiss-us-dpf")
    assert policy.children is not None
    assert policy.children.minimum_age == 18
    assert policy.signals is not None
    assert policy.signals.dnt == "ignore"
    assert {right.kind for right in policy.rights.values()} == set(get_args(RightKind))
    assert {e.basis for e in policy.retention_exceptions.values()} == {
        "legal obligation",
        "legitimate interest",
        "legal claims",
    }
    assert {s.recipient for s in policy.storage} == {"aws", "azure"}
    assert policy.transfers is not None
    assert policy.transfers.principles_prevail


def test_every_line_that_promises_stands_in_the_register(policy: Policy) -> None:
    covered = {line for clause in policy.clauses for line in clause.lines}
    # The blank lines between the blocks of sections 1 to 13; inside a block a clause names the lines it is about.
    blank = {29, 31, 33, 35, 37, 813, 815, 817, 819, 821, 823, 825, 837, 839, 849, 851, 853, 855, 857, 859, 861, 863}
    blank |= {865, 867, 869, 871, 876, 878, 880, 882, 884, 886, 888}
    assert set(range(5, SOURCE_LAST_LINE + 1)) - covered == blank | HEADINGS
    assert max(covered) == SOURCE_LAST_LINE


def test_each_clause_is_one_and_names_what_exists(policy: Policy) -> None:
    assert [cid for cid, n in Counter(c.id for c in policy.clauses).items() if n > 1] == []
    for clause in policy.clauses:
        assert set(clause.executed_by) <= set(EXECUTORS), clause.id
        assert set(clause.checked_by) <= set(CHECKS), clause.id
    named = {c.id for c in policy.clauses}
    assert set(policy.touchpoints) <= named


def assumed(value: object) -> Iterator[str]:
    """Every assumption named anywhere in a dumped policy."""
    if isinstance(value, dict):
        if isinstance(value.get("assumption"), str):
            yield value["assumption"]
        for part in value.values():
            yield from assumed(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from assumed(part)


def test_assumptions_all_exist_all_apply_and_cite_the_text(policy: Policy) -> None:
    assert set(assumed(policy.model_dump())) == set(policy.assumptions)
    for aid, assumption in policy.assumptions.items():
        assert assumption.lines, aid
        assert min(assumption.lines) >= 5, aid
        assert max(assumption.lines) <= SOURCE_LAST_LINE, aid


def test_the_gate_lets_every_declared_flow_pass_and_no_marketing_without_consent(policy: Policy) -> None:
    day = datetime(2026, 10, 1, tzinfo=UTC)
    for tid, _, row in rows(policy):
        for purpose in row.purposes:
            given = PersonState(age="adult", consents={(tid, purpose.purpose): "given"})
            for receiver in row.receivers:
                for person, allowed in ((given, True), (PersonState(), purpose.relies_on != "consent")):
                    decision = permits(
                        policy,
                        touchpoint=tid,
                        items=frozenset(receiver.items),
                        purpose=purpose.purpose,
                        recipient=receiver.recipient,
                        person=replace(person, age="adult"),
                        at=day,
                    )
                    assert decision.allowed is allowed, f"{tid}: {purpose.purpose} to {receiver.recipient}"
