"""Which version was in force from when to when, and what that means for log lines of older promises."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from troth.policy.model import Policy
from troth.retention.rules import NoPeriod, kept_cutoff
from troth.versions.rules import in_force, reigns

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class V:
    number: int
    effective: date
    published_at: datetime


def v(number: int, effective: str, published: str = "2026-01-01") -> V:
    return V(number, date.fromisoformat(effective), datetime.fromisoformat(published).replace(tzinfo=UTC))


def numbers(*versions: V, now: datetime = NOW) -> list[tuple[int, datetime, datetime]]:
    return [(version.number, since, until) for version, since, until in reigns(versions, now)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_one_follows_the_other() -> None:
    assert numbers() == []
    assert numbers(v(1, "2026-01-01")) == [(1, BEGINNING, NOW)]
    assert numbers(v(1, "2026-01-01"), v(2, "2026-06-01")) == [
        (1, BEGINNING, at("2026-06-01")),
        (2, at("2026-06-01"), NOW),
    ]


def test_what_is_to_come_is_not_in_force_and_what_was_overtaken_never_was() -> None:
    assert numbers(v(1, "2026-01-01"), v(2, "2027-01-01")) == [(1, BEGINNING, NOW)]
    overtaken = numbers(v(1, "2026-01-01"), v(2, "2026-08-01"), v(3, "2026-06-01"))
    assert [number for number, _, _ in overtaken] == [1, 3]


def test_a_version_published_after_its_day_begins_when_it_was_published() -> None:
    found = numbers(v(1, "2026-01-01"), v(2, "2026-02-01", "2026-06-01"))
    assert found == [(1, BEGINNING, at("2026-06-01")), (2, at("2026-06-01"), NOW)]


@pytest.mark.parametrize("days", range(0, 700, 37))
def test_the_last_is_the_one_in_force(days: int) -> None:
    versions = [v(1, "2025-06-01"), v(2, "2026-08-01"), v(3, "2026-06-01"), v(4, "2026-11-01")]
    now = at("2026-01-01") + timedelta(days=days)
    found = reigns(versions, now)
    assert found
    assert found[-1][0] == in_force(versions, now.date())


def policy(period: str | None) -> Policy:
    rule = {"period": period, "after": "recorded"} if period else {"per": "cookie"}
    return Policy.model_validate(
        {
            "name": "p",
            "title": "P",
            "effective": "2026-01-01",
            "controller": {"name": "C", "country": "DE", "contact": "c@c.example"},
            "sites": {},
            "data": {},
            "purposes": {},
            "recipients": {},
            "retention": {"logs": {"label": "Logs", **rule}},
            "groups": {},
            "touchpoints": {},
        }
    )


def cutoff(*promises: tuple[str | None, str]) -> datetime:
    """Of policies that promised a period until a day; the last until now."""
    held = [(policy(period), BEGINNING, at(until) if until else NOW) for period, until in promises]
    return kept_cutoff(held, "logs", NOW).before


def test_one_promise_is_the_cutoff() -> None:
    assert cutoff(("P60D", "")) == NOW - timedelta(days=60)


def test_a_shorter_promise_helps_old_lines_too() -> None:
    assert cutoff(("P90D", "2026-11-20"), ("P60D", "")) == NOW - timedelta(days=60)


def test_a_longer_promise_leaves_old_lines_theirs() -> None:
    """Lines from before the change went 60 days after they were written; those since have 90."""
    assert cutoff(("P60D", "2026-11-20"), ("P90D", "")) == NOW - timedelta(days=60)
    assert cutoff(("P60D", "2026-09-10"), ("P90D", "")) == at("2026-09-10")
    assert cutoff(("P60D", "2026-08-01"), ("P90D", "")) == NOW - timedelta(days=90)


def test_a_promise_made_in_between_counts_for_what_was_there_then() -> None:
    assert cutoff(("P90D", "2026-09-05"), ("P60D", "2026-09-10"), ("P90D", "")) == at("2026-09-10")


def test_an_older_version_without_such_a_rule_promised_nothing_of_it() -> None:
    assert cutoff((None, "2026-11-20"), ("P60D", "")) == NOW - timedelta(days=60)
    with pytest.raises(NoPeriod):
        cutoff(("P60D", "2026-11-20"), (None, ""))
