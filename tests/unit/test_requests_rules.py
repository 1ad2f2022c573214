"""Days left, what is outstanding, what proves absence; and the cells of the package's CSV."""

from datetime import date

import pytest

from troth.requests import rules
from troth.requests.package import cell
from troth.requests.rules import Tally

DAY, TARGET, LAST = date(2026, 11, 24), date(2026, 12, 17), date(2026, 12, 24)


def tally(state: str, verb: str = "find", reason: str = "", system: str = "crm", title: str = "CRM") -> Tally:
    return Tally("id", system, title, verb, state, 1, "", reason)


@pytest.mark.parametrize(
    ("state", "today", "waiting", "words", "tone"),
    [
        ("identity", DAY, 0, "30 days left", ""),
        ("running", date(2026, 12, 18), 0, "6 days left", "soon"),
        ("running", date(2026, 12, 23), 0, "1 day left", "soon"),
        ("running", LAST, 0, "due today", "soon"),
        ("running", date(2026, 12, 25), 0, "1 day late", "bad"),
        ("answered", date(2026, 12, 26), 1, "2 days late", "bad"),
    ],
)
def test_days_left_in_words_with_their_tone(state: str, today: date, waiting: int, words: str, tone: str) -> None:
    left = rules.left(state, today, TARGET, LAST, waiting)
    assert left is not None
    assert (left.words, left.tone) == (words, tone)


def test_an_answer_in_full_has_no_days_left() -> None:
    assert rules.left("answered", DAY, TARGET, LAST) is None
    assert rules.left("closed", DAY, TARGET, LAST, 3) is None


def test_outstanding_is_all_that_somebody_still_does() -> None:
    states = ["queued", "pending", "done", "staff", "blocked", "not-offered"]
    told = [tally(state) for state in states]
    assert [t.state for t in rules.outstanding(told)] == ["queued", "pending", "staff", "blocked"]
    assert [t.state for t in rules.not_offered(told)] == ["not-offered"]


def test_absence_is_proven_unless_something_is_left_that_a_system_should_have_erased() -> None:
    by_hand = [tally("staff", "erase", "by-hand"), tally("blocked", "absent")]
    assert rules.provable([tally("done", "absent"), *by_hand])
    assert not rules.provable([tally("done", "absent"), tally("staff", "erase", "unreachable")])
    assert not rules.provable([tally("staff", "absent", "still-found")])
    assert not rules.provable([tally("staff", "absent", "came-back")])


def test_tallies_stand_in_the_order_of_the_work_our_own_house_first() -> None:
    told = [
        tally("done", "absent", system="crm"),
        tally("done", "absent", system="vault", title="Vault"),
        tally("done", "erase", system="zoo", title="Zoo"),
        tally("done", "erase", system="abc", title="Abc"),
    ]
    order = [(t.verb, t.system) for t in rules.in_order("erasure", told)]
    assert order == [("erase", "abc"), ("erase", "zoo"), ("absent", "vault"), ("absent", "crm")]


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\uff1d1",
        '=HYPERLINK("http://x")',
        "-",
    ],
)
def test_a_spreadsheet_runs_no_cell(formula: str) -> None:
    assert cell(formula) == f"'{formula}"


@pytest.mark.parametrize(
    ("value", "text"),
    [("Ana", "Ana"), ("+15550001", "+15550001"), (-4.5, "-4.5"), (None, ""), ("", ""), ("a=b", "a=b")],
)
def test_plain_cells_stay_as_they_are(value: object, text: str) -> None:
    assert cell(value) == text
