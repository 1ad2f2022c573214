"""Which of two periods is longer: by the calendar, from every day."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.people.periods import add_period
from troth.policy.difference.spans import later_event, order, verdict
from troth.policy.model import RetentionRule

PERIODS = st.builds(
    "P{}Y{}M{}W{}DT{}H".format,
    *(st.integers(0, most) for most in (4, 14, 3, 40, 30)),
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("P1Y", "P12M", 0),
        ("P1W", "P7D", 0),
        ("P1D", "PT24H", 0),
        ("P60D", "P61D", 1),
        ("P1Y", "P365D", -1),
        ("P365D", "P1Y", 1),
        ("P1M", "P31D", 1),
        ("P1M", "P28D", -1),
        ("P1M", "P30D", 1),
        ("P30D", "P1M", 1),
        ("P4Y", "P1461D", 0),
        ("P9999Y", "P9998Y", -1),
        ("PT1S", "PT2S", 1),
    ],
)
def test_known_pairs(old: str, new: str, expected: int) -> None:
    assert order(old, new) == expected


@settings(max_examples=60, deadline=None)
@given(PERIODS, PERIODS)
def test_the_calendar_agrees(old: str, new: str) -> None:
    """What is called shorter or the same ends no later from any day of eight years; longer ends later from one."""
    days = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(0, 8 * 365, 3)]
    later = any(add_period(day, new) > add_period(day, old) for day in days)
    if later:
        assert order(old, new) == 1
    if order(old, new) == 0:
        assert all(add_period(day, new) == add_period(day, old) for day in days)


@given(PERIODS, PERIODS, PERIODS)
def test_no_longer_than_something_no_longer_is_no_longer(a: str, b: str, c: str) -> None:
    if order(a, b) <= 0 and order(b, c) <= 0:
        assert order(a, c) <= 0


def rule(period: str, after: str) -> RetentionRule:
    return RetentionRule.model_validate({"label": "x", "period": period, "after": after})


def test_events() -> None:
    assert later_event("recorded", "contract ended") == 1
    assert later_event("last contact", "recorded") == -1
    assert later_event("account closed", "contract ended") is None
    assert verdict(rule("P1Y", "account closed"), rule("P1D", "contract ended")) == "other"
    assert verdict(rule("P1Y", "account closed"), rule("P1D", "recorded")) == "shorter"
    assert verdict(rule("P1Y", "recorded"), rule("P1D", "last contact")) == "other"
