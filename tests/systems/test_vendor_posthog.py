"""PostHog: the suite every vendor passes, and what is peculiar to it."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from troth import ground
from troth.systems.conformance.scenario import Scenario
from troth.systems.conformance.subject import Subject
from troth.systems.conformance.suite import Conformance
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, NotOffered, Pending, SystemProblem
from troth.systems.sandbox.server import running

DEVICE = "0190a1b2-cookie-of-jo's-browser"
PHONE = "0190a1b2-phone-of-jo"
OTHER = "0190ffff-somebody-else"
JO = "jo.o'neil+x@example.org"
OLDEST = "2020-01-02T03:04:05.000Z"
WHO = Identifiers(device=(DEVICE,))
BOTH = Identifiers(device=(DEVICE,), email=(JO,))


def person(*ids: str, **properties: str) -> dict[str, Any]:
    return {"kind": "person", "distinct_ids": list(ids), "properties": properties, "created_at": "2020-02-01T00:00:00Z"}


def event(of: str, **more: Any) -> dict[str, Any]:
    return {"kind": "event", "distinct_id": of, "timestamp": "2021-01-01T00:00:00.000Z", **more}


PEOPLE = [person(DEVICE, PHONE, country="Frnce", **{"$initial_browser": "Firefox"}), person(OTHER, country="Norway")]
TRAIL = [
    event(DEVICE, timestamp=OLDEST),
    event(PHONE, event="clicked", properties={"$device": PHONE}),
    event(OTHER),
    {"kind": "recording", "distinct_id": DEVICE, "session_id": "s-1"},
    {"kind": "recording", "distinct_id": OTHER, "session_id": "s-2"},
]
SEED = {"records": [*PEOPLE, *TRAIL]}


def mine(record: Mapping[str, Any]) -> bool:
    return DEVICE in json.dumps(record) or PHONE in json.dumps(record) or JO in json.dumps(record)


SETTINGS = {
    "project_id": "7", "token": "sandbox-token", "poll_seconds": 0.01, "project_key": "phc_sandbox",
    "device_item": "device-id",
}  # fmt: skip


USE = {"device-id": DEVICE, "usage-pattern": "each morning"}
KNOWN = person("u-1", DEVICE, email=JO.upper(), country="Frnce")


def scenario(**more: Any) -> Scenario:
    given: dict[str, Any] = {
        "vendor": "posthog",
        "settings": SETTINGS,
        "urls": {"capture_url": ""},
        "secret": "token",
        "person": WHO,
        "seed": SEED,
        "mine": mine,
        "findings": 4,
        "crowd": ({"records": [PEOPLE[0], *[event(DEVICE) for _ in range(7)]], "page_size": 3}, 8),
        "changes": {"country": "France"},
        "rectified": lambda record: record.get("properties", {}).get("country") == "France",
        "outgoing": Outgoing(
            "rec-1", "t", "row", ("use",), {"device-id": DEVICE, "usage-pattern": "each morning"}, False
        ),
        "oldest": OLDEST,
        "custom": ({}, "shoe"),
    }
    return Scenario(**{**given, **more})


class TestPostHog(Conformance):
    """By device only: how it comes."""

    scenario = scenario()

    def test_a_repeated_delivery_never_undoes_a_correction(self, it: Subject) -> None:
        # a delivery makes a profile without properties, and a device's profile is given none: so one has to be there
        it.ask("seed", records=[PEOPLE[0]])
        it.deliver()
        it.rectify()
        corrected = it.mine()
        it.deliver()
        assert it.mine() == corrected
        assert any(map(scenario().rectified, corrected))  # type: ignore[arg-type]


class TestPostHogIdentified(Conformance):
    """Where the policy allows joining analytics to people."""

    scenario = scenario(
        settings={**SETTINGS, "identified": True, "device_item": ""},
        person=Identifiers(email=(JO,)),
        seed={
            "records": [
                person("u-1", DEVICE, email=JO.upper(), country="Frnce"),
                person(OTHER),
                event("u-1"),
                event(OTHER),
            ]
        },
        mine=lambda record: mine(record) or JO in json.dumps(record).lower() or "u-1" in json.dumps(record),
        findings=2,
        crowd=({"records": [person(JO), *[event(JO) for _ in range(7)]], "page_size": 3}, 8),
        outgoing=Outgoing("rec-1", "t", "row", ("use",), {"email": JO, "country": "Frnce"}, False),
        oldest="2020-02-01",
    )


@pytest.fixture
def it() -> Iterator[Subject]:
    with running() as address:
        subject = Subject(scenario(), address)
        yield subject
        assert subject.broken_contracts() == []
        assert subject.telling_urls() == []


def begun(it: Subject) -> str:
    """The token of an erasure whose first step is done."""
    outcome = it.system.erase(WHO, key="e")
    assert isinstance(outcome, Pending)
    outcome = it.system.check(outcome.token)
    assert isinstance(outcome, Pending)
    return outcome.token


def test_find_shows_the_person_every_event_of_all_its_ids_and_recordings(it: Subject) -> None:
    it.seed()
    found = it.find()
    assert [one.kind for one in found.findings] == ["person", "event", "event", "recording"]
    assert found.findings[0].items == {"country": "country"}
    assert found.findings[0].values["distinct_ids"] == [DEVICE, PHONE]


def test_analytics_are_never_joined_to_a_known_person_unless_it_is_said(it: Subject) -> None:
    it.ask("seed", records=[person(JO, email=JO), event(JO)])
    known = Identifiers(email=(JO,), account=(JO,), phone=(JO,))
    assert it.find(known).findings == ()
    assert isinstance(it.erase(known), Done)
    assert isinstance(it.system.rectify(known, {"country": "France"}, key="r"), Done)
    assert it.ask("calls") == []
    assert len(it.mine()) == 2
    for renamed in ({}, {"fields": {"email": "contact", "full-name": "label"}}):
        it.system = it.made(**renamed)
        for item in ("email", "full-name", "phone", "user-id"):
            with pytest.raises(SystemProblem, match="join") as caught:
                it.deliver(key=f"d-{item}", **{item: JO})
            assert caught.value.consequence == "fix settings"


def test_a_name_is_never_added_to_the_profile_of_a_device(it: Subject) -> None:
    it.seed()
    outcome = it.system.rectify(WHO, {"full-name": "Jo Neil", "country": "France"}, key="r")
    assert isinstance(outcome, Done)
    assert outcome.evidence["properties"] == 1
    assert "Jo Neil" not in json.dumps(it.records())


def test_a_delivery_that_names_no_device_is_an_event_of_nobody(it: Subject) -> None:
    done = it.made(device_item="").deliver(Outgoing("r", "t", "row", (), {"usage-pattern": "weekly"}, False), key="d")
    assert isinstance(done, Done)
    assert done.evidence["of_somebody"] is False
    (only,) = it.records()
    assert only["kind"] == "event"
    assert only["distinct_id"] == done.evidence["id"]
    assert only["properties"]["$process_person_profile"] is False


def test_events_are_deleted_later_and_done_is_said_only_then(it: Subject) -> None:
    it.seed()
    outcome = it.system.erase(WHO, key="e")
    assert isinstance(outcome, Pending)
    assert len(it.mine()) == 4  # nothing is done before it is noted
    assert isinstance(it.system.check(outcome.token), Pending)
    assert [record["kind"] for record in it.mine()] == ["event", "event"]  # persons and recordings go first
    assert isinstance(it.system.check(outcome.token), Pending)
    it.ask("advance")
    assert isinstance(it.system.check(outcome.token), Done)


def test_an_answer_kept_from_before_is_not_believed(it: Subject) -> None:
    it.seed()
    assert it.find().evidence["events"] == 2
    it.ask("seed", records=[event(DEVICE)])
    assert it.find().evidence["events"] == 3


def test_events_of_nobody_are_found_and_named_as_what_remains(it: Subject) -> None:
    it.ask("seed", records=[event(DEVICE), event(DEVICE), event(OTHER)])
    assert it.find().evidence == {"persons": 0, "events": 2, "recordings": 0}
    outcome = it.erase()
    assert isinstance(outcome, Done)
    (left,) = outcome.remains
    assert isinstance(left, NotOffered)
    assert left.reason.startswith("2 events")
    assert len(it.mine()) == 2
    assert len(it.find().findings) == 2
    assert it.find().left == ()  # what goes by itself does not speak against an erasure


def test_events_on_their_way_out_are_not_taken_for_events_of_nobody(it: Subject) -> None:
    it.seed()
    begun(it)
    assert len(it.find().left) == 1  # the profile is gone, the event of this id not yet


def test_a_recording_of_nobody_is_deleted_all_the_same(it: Subject) -> None:
    it.ask("seed", records=[{"kind": "recording", "distinct_id": DEVICE, "session_id": "s-9"}])
    assert isinstance(it.erase(), Done)
    assert it.mine() == []
    assert it.find().findings == ()


def test_what_comes_after_the_request_is_no_part_of_it(it: Subject) -> None:
    it.seed()
    token = begun(it)
    it.ask("seed", records=[event(DEVICE, timestamp="2999-01-01T00:00:00.000Z")])
    it.ask("advance")
    assert isinstance(it.system.check(token), Done)
    assert it.find().evidence["events"] == 1


def test_a_device_that_came_back_meanwhile_keeps_its_profile(it: Subject) -> None:
    it.seed()
    token = begun(it)
    back = {**person(DEVICE, country="Spain"), "created_at": "2999-01-01T00:00:00Z"}
    it.ask("seed", records=[back])  # PostHog gives it the id it had before
    it.ask("advance")
    assert isinstance(it.system.check(token), Done)
    assert [record["kind"] for record in it.mine()] == ["person"]


def test_a_profile_made_by_a_device_whose_clock_is_wrong_is_deleted_too(it: Subject) -> None:
    it.ask("seed", records=[{**PEOPLE[0], "created_at": "2999-01-01T00:00:00Z"}])
    assert isinstance(it.erase(), Done)
    assert it.mine() == []


def test_events_since_an_earlier_deletion_are_told_and_no_absence_is_claimed(
    it: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    it.seed()
    token = begun(it)
    it.ask("advance")
    assert isinstance(it.system.check(token), Done)
    it.ask("seed", records=[event(DEVICE, timestamp="2999-01-01T00:00:00.000Z")])  # of nobody: the id is dead
    monkeypatch.setattr(ground, "clock", lambda: datetime(3000, 1, 1, tzinfo=UTC))
    outcome = it.erase()
    assert isinstance(outcome, Done)
    assert [left.reason[:8] for left in outcome.remains if isinstance(left, NotOffered)] == ["1 events"]
    assert it.find().evidence["events"] == 1
    assert it.find().left == ()


def test_events_that_the_deletion_in_the_queue_does_not_reach_are_told(
    it: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    it.seed()
    begun(it)
    back = {**person(DEVICE), "created_at": "2999-01-01T00:00:00Z"}
    it.ask("seed", records=[back, event(DEVICE, timestamp="2999-01-01T00:00:00.000Z")])
    monkeypatch.setattr(ground, "clock", lambda: datetime(3000, 1, 1, tzinfo=UTC))
    token = begun(it)  # queues nothing, since the first deletion still waits
    it.ask("advance")
    outcome = it.system.check(token)
    assert isinstance(outcome, Done)
    assert [left.reason[:8] for left in outcome.remains if isinstance(left, NotOffered)] == ["1 events"]
    assert [record["kind"] for record in it.mine()] == ["event"]


def test_a_deleted_device_that_comes_back_can_be_erased_again(it: Subject) -> None:
    it.seed()
    it.erase()
    it.deliver(key="come-back")
    assert [record["kind"] for record in it.mine()] == ["person", "event"]
    assert isinstance(it.erase(), Done)
    assert it.mine() == []


def test_persons_that_cannot_be_deleted_are_a_failure(it: Subject) -> None:
    it.ask("seed", **SEED, broken=True)
    with pytest.raises(SystemProblem, match="1 persons") as caught:
        begun(it)
    assert caught.value.consequence == "retry"


def test_a_delivery_needs_a_door_and_a_key(it: Subject) -> None:
    for missing in ("capture_url", "project_key"):
        with pytest.raises(SystemProblem, match="capture_url and project_key") as caught:
            it.made(**{missing: ""}).deliver(it.outgoing(), key="d")
        assert caught.value.consequence == "fix settings"
    with pytest.raises(SystemProblem, match="credentials"):
        it.made(project_key="phc_wrong").deliver(it.outgoing(), key="d")


def test_the_oldest_of_nothing_is_nothing(it: Subject) -> None:
    outcome = it.oldest()
    assert isinstance(outcome, Done)
    assert outcome.evidence == {"oldest": None, "by_kind": {}}


@pytest.mark.parametrize(
    "token", ["", "{}", "[]", "3", '{"persons": {"x": ""}, "sessions": [], "personless": 0, "at": "2026-01-01"}']
)
def test_a_token_of_somebody_else_is_refused(it: Subject, token: str) -> None:
    with pytest.raises(SystemProblem, match="token"):
        it.system.check(token)
