"""The consent ledger on a real PostgreSQL."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from people_kit import NOW, evidence_kinds, published, someone, together

from troth.consent import queries, rules, services
from troth.people import queries as people
from troth.people import services as people_services
from troth.versions.values import Version

pytestmark = pytest.mark.django_db


def _say(person: UUID, version: Version, kind: str, *purposes: str, touchpoint: str = "demo") -> services.Recorded:
    return services.record_event(
        person_id=person,
        kind=kind,
        touchpoint=touchpoint,
        purposes=purposes or ["news"],
        version_id=version.id,
        language="en",
        text_digest="ab" * 32,
        how="control",
        now=NOW,
    )


def test_never_asked_asked_and_refused_are_three_things() -> None:
    person, version = someone(), published()
    assert queries.state(person) == {}
    _say(person, version, "shown")
    assert queries.state(person) == {("demo", "news"): "shown"}
    _say(person, version, "refused")
    _say(person, version, "shown")
    assert queries.state(person) == {("demo", "news"): "refused"}


def test_withdrawal_closes_what_was_given_once_and_leaves_the_rest() -> None:
    person, version = someone(), published()
    _say(person, version, "given", "news", "events")
    _say(person, version, "given", touchpoint="event")
    _say(person, version, "refused", "survey")
    closed = services.withdraw_events(person, ["news"], how="mail link", now=NOW)
    assert closed == [("demo", "news"), ("event", "news")]
    assert services.withdraw_events(person, ["news"], how="mail link", now=NOW) == []
    assert services.withdraw_events(person, touchpoint="elsewhere", how="mail link", now=NOW) == []
    assert services.withdraw_events(person, how="mail link", now=NOW) == [("demo", "events")]
    assert set(queries.state(person).values()) == {"withdrawn", "refused"}
    assert queries.state(person)["demo", "survey"] == "refused"
    assert evidence_kinds().count("consent.withdrawn") == 3


def test_the_states_of_many_take_one_statement_and_equal_the_fold(django_assert_num_queries) -> None:
    version = published()
    ids = [someone(f"p{n}@mail.example") for n in range(4)]
    for turn, kind in enumerate(["shown", "given", "withdrawn", "shown", "refused", "given", "expired", "superseded"]):
        for person in ids[: turn % 4 + 1]:
            _say(person, version, kind, "news", "events", touchpoint="demo" if turn % 2 else "event")
    nobody = uuid4()
    with django_assert_num_queries(1):
        found = queries.states([*ids, nobody])
    assert found == {person: rules.fold(queries.events(person)) for person in ids} | {nobody: {}}


def test_the_gate_is_told_of_consent_and_of_the_person() -> None:
    person, version = someone(), published()
    _say(person, version, "given")
    state = queries.person_state(person, recorded_at=NOW)
    assert dict(state.consents) == {("demo", "news"): "given"}
    assert (state.restricted, state.age, state.recorded_at) == (False, None, NOW)
    with pytest.raises(people.NoSuchPerson):
        queries.person_state(uuid4())


@pytest.mark.parametrize("act", ["update consent_event set kind = 'given'", "delete from consent_event"])
def test_the_ledger_only_grows(act: str) -> None:
    _say(someone(), published(), "refused")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


def test_an_erasure_takes_the_events_along_and_closes_the_door_behind_it() -> None:
    ada, bob, version = someone(), someone("bob@mail.example"), published()
    _say(ada, version, "given")
    _say(bob, version, "given")
    people_services.erase(ada, now=NOW)
    assert queries.events(ada) == []
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from consent_event")  # the same transaction as the erasure
    assert len(queries.events(bob)) == 1


def test_nonsense_is_refused_and_leaves_no_evidence() -> None:
    person, version = someone(), published()
    with pytest.raises(ValueError, match="no consent event is of kind"):
        _say(person, version, "nodded")
    with pytest.raises(ValueError, match="at least one purpose"):
        services.record_event(
            person_id=person,
            kind="given",
            touchpoint="demo",
            purposes=[],
            version_id=version.id,
            language="en",
            text_digest="",
            how="api",
            now=NOW,
        )
    with pytest.raises(people_services.PersonGone):
        _say(uuid4(), version, "given")
    assert not [kind for kind in evidence_kinds() if kind.startswith("consent")]


def test_an_act_is_one_entry_of_evidence_and_a_row_a_purpose() -> None:
    person, version = someone(), published()
    recorded = _say(person, version, "given", "news", "events", "news")
    assert [(e.act, e.purpose, e.text_digest) for e in queries.events(person)] == [
        (recorded.act, "events", "ab" * 32),
        (recorded.act, "news", "ab" * 32),
    ]
    assert evidence_kinds().count("consent.given") == 1


@pytest.mark.django_db(transaction=True)
def test_withdrawals_at_once_close_a_consent_once() -> None:
    person, version = someone(), published()
    _say(person, version, "given", "news", "events")
    found = together(*[lambda: services.withdraw_events(person, how="control", now=NOW)] * 4)
    assert sorted(len(pairs) for pairs in found) == [0, 0, 0, 2]
