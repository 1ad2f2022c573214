"""The kit without a network: settings, secrets, fields, pace, pages, queries, vendors."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.systems.kit.base import Outgoing, System
from troth.systems.kit.fields import items_of, to_fields
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Finding, Found, NotOffered, SystemProblem
from troth.systems.kit.pace import Pace, retry_after
from troth.systems.kit.paging import Page, in_batches, pages
from troth.systems.kit.rates import LONGEST
from troth.systems.kit.settings import ConnectorSettings, Secret, SecretText, read
from troth.systems.saas import manifest
from troth.systems.saas.salesforce import double_soql, erasure, soql

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Settings(ConnectorSettings):
    token: SecretText


def test_a_secret_is_read_late_and_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    given_ = {"url": "https://x.example", "token": "file:token"}
    settings = read(Settings, "x", given_, tmp_path)
    assert settings.token.reveal() == "s3cret"
    (tmp_path / "token").write_text("rotated")
    assert settings.token.reveal() == "rotated"
    literal = read(Settings, "x", {**given_, "token": "p4ss:word"}, tmp_path)
    assert literal.token.reveal() == "p4ss:word"
    monkeypatch.setenv("TROTH_TEST_TOKEN", "from-env")
    assert Secret("env:TROTH_TEST_TOKEN", tmp_path).reveal() == "from-env"
    assert "p4ss" not in repr(literal) + str(literal) + repr(literal.token)


def test_all_faults_of_settings_are_told_at_once_without_their_values() -> None:
    wrong = {"url": "ftp://hidden.example", "token": "", "timeout": -1, "nonsense": "hidden"}
    with pytest.raises(SystemProblem) as caught:
        read(Settings, "crm", wrong, Path())
    text = str(caught.value)
    assert all(name in text for name in ("crm", "url", "token", "timeout", "nonsense"))
    assert "hidden" not in text
    assert caught.value.__suppress_context__


def test_nothing_personal_in_a_repr() -> None:
    jo = "jo@example.org"
    shown = repr(Identifiers(email=(jo,))) + repr(Finding("Lead", jo, {"Email": jo}))
    shown += repr(Found({"n": 1}, (Finding("Lead", jo, {"Email": jo}),)))
    shown += repr(Outgoing("r", "t", "row", (), {"email": jo}, False))
    assert jo not in shown


def test_identifiers_join_without_repeats() -> None:
    both = Identifiers(email=("a", "b")) | Identifiers(email=("b", "c"), phone=("1",))
    assert both == Identifiers(email=("a", "b", "c"), phone=("1",))
    assert both
    assert not Identifiers()


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_fields_carry_every_item_or_refuse(values: dict[str, str]) -> None:
    mapping = {item: f"F_{item}" for item in values}
    fields = to_fields("crm", mapping, values)
    assert {field: fields[field] for field in fields} == {mapping[item]: value for item, value in values.items()}
    assert items_of(mapping, fields) == {mapping[item]: item for item in values}
    if values:
        with pytest.raises(SystemProblem):
            to_fields("crm", {}, values)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("5", 5), ("0", 0), ("-3", 0), ("Thu, 01 Jan 2026 00:00:30 GMT", 30), ("Wed, 31 Dec 2025 00:00:00 GMT", 0),
     (None, 10), ("soon", 10), ("nan", 10), ("1e400", 10), ("99999999999", 86400)],
)  # fmt: skip
def test_retry_after_in_all_its_forms(header: str | None, seconds: int) -> None:
    assert retry_after(header, NOW) == timedelta(seconds=seconds)


@given(st.text())
def test_retry_after_never_fails_and_stays_in_bounds(header: str) -> None:
    assert timedelta(0) <= retry_after(header, NOW) <= LONGEST


def test_pace_holds_until_the_time_named() -> None:
    clock = [100.0]
    pace = Pace(clock=lambda: clock[0])
    assert not pace.left()
    pace.hold(timedelta(seconds=30))
    pace.hold(timedelta(seconds=5))  # a shorter wait does not shorten a longer one
    clock[0] = 110
    assert pace.left() == timedelta(seconds=20)
    clock[0] = 131
    assert not pace.left()


def test_pages_end_and_a_circle_is_refused() -> None:
    book: dict[str, Page] = {"a": {"rows": [2], "next": "b"}, "b": {"rows": [3]}}
    first: Page = {"rows": [1], "next": "a"}
    read_ = [row for page in pages(first, lambda p: p.get("next"), book.__getitem__) for row in page["rows"]]
    assert read_ == [1, 2, 3]
    with pytest.raises(SystemProblem, match="circle"):
        list(pages({"next": "a"}, lambda p: p.get("next"), lambda _: {"next": "a"}))


@given(st.lists(st.integers()), st.integers(1, 9))
def test_batches_hold_everything_in_order(things: list[int], size: int) -> None:
    batches = list(in_batches(things, size))
    assert [thing for batch in batches for thing in batch] == things
    assert all(len(batch) <= size for batch in batches)


@given(st.lists(st.text(), min_size=1))
def test_soql_literals_come_back_as_they_went_in(values: list[str]) -> None:
    query = double_soql.parse(soql.select("Lead", ["Id"], soql.one_of("Email", values)))
    assert query.values == frozenset(values)


@pytest.mark.parametrize(
    "text",
    ["", "SELECT", "SELECT Id FROM Lead WHERE", "SELECT Id FROM Lead WHERE Email IN ()", "SELECT Id FROM Lead; DROP",
     "SELECT Id FROM Lead WHERE Email IN ('a' OR 'b')", "SELECT Id FROM Lead WHERE Email IN ('a')) --", "DELETE Id"],
)  # fmt: skip
def test_soql_outside_the_subset_is_malformed(text: str) -> None:
    with pytest.raises(double_soql.Malformed):
        double_soql.parse(text)


def test_erasure_is_judged_by_what_is_left_not_by_the_jobs_word() -> None:
    poll = timedelta(seconds=1)
    done = {"id": "j", "state": "JobComplete", "numberRecordsFailed": 0}
    assert type(erasure.judge([{"state": "InProgress"}], 0, "t", poll)).__name__ == "Pending"
    assert type(erasure.judge([done], 0, "t", poll)).__name__ == "Done"
    lingering = erasure.judge([done], 2, "t", poll)
    assert type(lingering).__name__ == "Pending"
    for state in ({**done, "numberRecordsFailed": 1}, {"id": "j", "state": "Failed"}, {"id": "j", "state": "Aborted"}):
        with pytest.raises(SystemProblem, match="2 rows"):
            erasure.judge([state], 2, "t", poll)
    assert type(erasure.judge([{**done, "numberRecordsFailed": 1}], 0, "t", poll)).__name__ == "Done"


def test_a_verb_nobody_wrote_says_so() -> None:
    system = System("x", title="X")
    outcomes = [system.find(Identifiers()), system.erase(Identifiers(), key="k"), system.oldest(), system.check("t")]
    assert all(isinstance(outcome, NotOffered) and outcome.reason and outcome.source for outcome in outcomes)


def test_vendors_are_the_modules_of_the_folder() -> None:
    assert {"hubspot", "salesforce"} <= set(manifest.vendors())
    with pytest.raises(KeyError):
        manifest.connector("manifest")
