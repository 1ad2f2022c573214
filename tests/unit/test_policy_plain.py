from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from troth.policy import plain as words
from troth.web.console.policy import spans

NOW = datetime(2026, 11, 25, 14, 5, tzinfo=UTC)


def test_a_day_and_a_moment() -> None:
    assert words.day(date(2026, 1, 5)) == "5 Jan 2026"
    assert words.moment(NOW) == "25 Nov 2026, 14:05 UTC"
    assert words.moment(NOW.astimezone(timezone(timedelta(hours=1), "CET"))) == "25 Nov 2026, 15:05 CET"


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (NOW + timedelta(days=3, hours=5), "3 days left"),
        (NOW + timedelta(hours=1), "1 hour left"),
        (NOW + timedelta(seconds=20), "under a minute left"),
        (NOW - timedelta(days=1), "1 day over"),
        (date(2026, 11, 25), "due today"),
        (date(2026, 11, 26), "1 day left"),
        (date(2026, 11, 20), "5 days over"),
    ],
)
def test_how_far_off_a_due_day_is(due: date, said: str) -> None:
    assert words.left(due, NOW) == said


def test_ago() -> None:
    assert words.ago(NOW - timedelta(seconds=30), NOW) == "just now"
    assert words.ago(NOW - timedelta(minutes=90), NOW) == "1 hour ago"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("P60D", "60 days"),
        ("P1Y", "1 year"),
        ("P1Y6M", "1 year and 6 months"),
        ("P52W", "52 weeks"),
        ("PT30M", "30 minutes"),
        ("P1DT2H30M", "1 day, 2 hours and 30 minutes"),
        ("session", "session"),
        ("P", "P"),
    ],
)
def test_periods(written: str, said: str) -> None:
    assert words.period(written) == said


def test_counts_and_lists() -> None:
    assert [words.count(n, "record") for n in (0, 1, 1204)] == ["0 records", "1 record", "1,204 records"]
    assert words.count(2, "person", "people") == "2 people"
    assert [words.join(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_line_spans() -> None:
    assert spans((30, 5, 6, 7, 9, 10)) == "5–7, 9–10, 30"
    assert spans(()) == ""
