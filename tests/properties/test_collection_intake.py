"""Whatever is sent: refused and nothing stored, or taken and only what is declared stored."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from troth.collection import rules, services
from troth.people import queries as people
from troth.people.normalise import NotAnIdentifier, normalise
from troth.people.rules import kept_by_others
from troth.policy.load import load
from troth.policy.model import Policy
from troth.systems.kit.identifiers import Identifiers
from troth.versions import services as versions

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@cache
def quali() -> Policy:
    policy = load(Path(__file__).parents[2] / "policies" / "quali").policy
    assert policy is not None
    return policy


ITEMS = sorted(quali().data)
ROWS = sorted({row.id for touchpoint in quali().touchpoints.values() for row in touchpoint.rows})
TEXTS = st.one_of(
    st.sampled_from(["ada@mail.example", "Ada", "+44 20 7946 0000", "https://ada.example", "", " "]),
    st.text(max_size=40),
)
SUBMISSIONS = st.builds(
    rules.Submission,
    touchpoint=st.sampled_from(sorted(quali().touchpoints)) | st.text(max_size=10),
    values=st.dictionaries(st.sampled_from(ITEMS) | st.text(max_size=20), TEXTS, max_size=12),
    agreed=st.frozensets(st.sampled_from(ROWS) | st.text(max_size=10), max_size=3),
    of_age=st.booleans(),
)


@st.composite
def nearly_right(draw: st.DrawFn) -> rules.Submission:
    """All that is needed, then one thing changed or nothing: most of these are taken."""
    name = draw(st.sampled_from(sorted(quali().touchpoints)))
    touchpoint = quali().touchpoints[name]
    good = {"email": "ada@mail.example", "phone": "+44 20 7946 0000", "url": "https://ada.example"}
    items = draw(st.sets(st.sampled_from(ITEMS))) | {i.item for r in touchpoint.rows for i in r.items if i.required}
    values = {i: good.get(quali().data[i].format, "something") for i in items & set(rules.asked(quali(), touchpoint))}
    values |= draw(st.dictionaries(st.sampled_from(ITEMS), TEXTS, max_size=1))
    agreed = draw(st.frozensets(st.sampled_from([row.id for row in touchpoint.rows])))
    return rules.Submission(name, values, agreed, draw(st.booleans()))


@settings(max_examples=400, deadline=None)
@given(SUBMISSIONS | nearly_right())
def test_no_judgement_refuses_and_takes_and_only_declared_items_are_taken(sent: rules.Submission) -> None:
    found = rules.judge(quali(), sent, NOW)
    if found.reasons:
        touched = {row.row for row in found.rows}
        assert not touched or all(reason.code in ("never", "no-basis") for reason in found.reasons)
        return
    touchpoint = quali().touchpoints[sent.touchpoint]
    declared = rules.asked(quali(), touchpoint)
    assert {name for name, text in sent.values.items() if text.strip()} <= set(declared)
    for taken in found.rows:
        row = touchpoint.row(taken.row)
        assert taken.values.keys() <= row.item_ids & set(declared)
        assert not row.marketing or row.id in sent.agreed
    said = {choice.row: choice.given for choice in found.choices}
    assert said == {row.id: row.id in sent.agreed for row in touchpoint.rows if rules.consent_purposes(row)}


@settings(max_examples=300, deadline=None)
@given(SUBMISSIONS | nearly_right())
def test_a_reason_never_repeats_a_value(sent: rules.Submission) -> None:
    values = {text.strip() for text in sent.values.values() if len(text.strip()) > 6} - {*ITEMS, "something"}
    for reason in rules.judge(quali(), sent, NOW).reasons:
        assert not any(value in reason.message for value in values)
        assert reason.field.isprintable()
        assert len(reason.field) <= 80


@settings(max_examples=300, deadline=None)
@given(st.emails() | st.text(max_size=60).map(lambda text: f"{text}@mail.example"))
def test_an_address_the_intake_takes_can_be_written_to(address: str) -> None:
    from troth.messages.rules import check

    found = rules.judge(quali(), rules.Submission("newsletter", {"email": address}, frozenset({"main"}), True), NOW)
    if found.reasons:
        return
    try:
        normalise("email", address)
    except NotAnIdentifier:
        return  # refused by the service, with its field
    check(found.rows[0].values["email"], "subject", "text")


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=SUBMISSIONS | nearly_right())
@example(sent=rules.Submission("\0", {}))
@example(sent=rules.Submission("\ud800", {}))
def test_a_submission_is_stored_as_declared_or_leaves_the_database_as_it_was(sent: rules.Submission) -> None:
    with transaction.atomic():
        versions.publish(quali(), {}, now=NOW)
        before = _counts()
        try:
            receipt = services.submit(sent, notice_version=1, idempotency_key="12345678", now=NOW)
        except services.Refused:
            assert _counts() == before
        else:
            _as_declared(sent)
            after = _counts()
            assert services.submit(sent, notice_version=1, idempotency_key="12345678", now=NOW).submission_id == (
                receipt.submission_id
            )
            assert _counts() == after
        transaction.set_rollback(True)


def _as_declared(sent: rules.Submission) -> None:
    who = people.find(Identifiers(email=("ada@mail.example",), account=tuple(filter(None, sent.values.values()))))
    assert who is not None
    for record in people.records(who):
        row = quali().touchpoints[sent.touchpoint].row(record.row)
        held = {*record.values, *record.hashed}
        expected = {i for i in row.item_ids if sent.values.get(i, "").strip()} - kept_by_others(quali(), row)
        assert held == expected
        assert all(text == rules.clean(sent.values[item]) for item, text in record.values.items())


def _counts() -> dict[str, int]:
    tables = ("people_person", "people_identifier", "people_record", "people_value", "consent_event", "evidence_entry")
    tables += ("collection_submission", "sharing_delivery", "mail_message", "procrastinate_jobs")
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f"select count(*) from {table}")
            found[table] = cursor.fetchone()[0]
        return found
