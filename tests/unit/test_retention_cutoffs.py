"""Cutoffs of the reference policy: 60, 360 and 30 days from recording, to the second."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from troth.policy.load import load_policy
from troth.policy.model import Policy
from troth.retention import rules

NOW = datetime(2026, 11, 24, 12, 30, 15, tzinfo=UTC)


@cache
def quali() -> Policy:
    return load_policy(Path(__file__).parents[2] / "policies" / "quali")


@pytest.mark.parametrize(("rule", "days"), [("website-logs", 60), ("torque-logs", 360), ("session-recordings", 30)])
def test_the_published_periods(rule: str, days: int) -> None:
    found = rules.cutoff(quali(), rule, NOW)
    assert found.period == f"P{days}D"
    assert found.before == NOW - timedelta(days=days)


@pytest.mark.parametrize("rule", ["until-unneeded", "per-cookie"])
def test_rules_without_a_period_from_recording_sweep_no_files(rule: str) -> None:
    with pytest.raises(rules.NoPeriod, match=rule):
        rules.cutoff(quali(), rule, NOW)


def test_an_unknown_rule_is_no_guess() -> None:
    with pytest.raises(KeyError):
        rules.cutoff(quali(), "for-ever", NOW)


def line(outcome: str) -> rules.Line:
    return rules.Line("logs", "access", "website-logs", "", outcome, 1, 0, 0)


def test_one_store_that_could_not_be_read_makes_the_whole_untold() -> None:
    whole = rules.Report(NOW, False, (line("swept"), line("swept")), 0, 0, 0)
    part = rules.Report(NOW, False, (line("swept"), line("could not tell")), 0, 0, 0)
    assert whole.told
    assert not part.told
    assert part.as_json()["lines"][1]["outcome"] == "could not tell"
