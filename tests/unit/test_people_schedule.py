"""Due and review days, and what staff see."""

from datetime import UTC, datetime

import pytest

from troth.people import rules
from troth.people.periods import add_period
from troth.policy.model import RetentionRule, Row

AT = datetime(2024, 1, 31, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        ("P60D", "2024-03-31T10:00"),
        ("P1M", "2024-02-29T10:00"),
        ("P13M", "2025-02-28T10:00"),
        ("P6M", "2024-07-31T10:00"),
        ("P1Y", "2025-01-31T10:00"),
        ("P1Y1M1W1DT1H1M1S", "2025-03-08T11:01:01"),
        ("PT36H", "2024-02-01T22:00"),
    ],
)
def test_periods_go_by_the_calendar(period: str, end: str) -> None:
    assert add_period(AT, period) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_a_leap_day_keeps_its_month() -> None:
    assert add_period(datetime(2024, 2, 29, tzinfo=UTC), "P1Y") == datetime(2025, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize("period", ["", "P", "PT", "P1", "1D", "P-1D", "P1D ", "P1DT", "P1M2Y"])
def test_other_forms_are_refused(period: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        add_period(AT, period)


def _rule(**parts: str) -> RetentionRule:
    return RetentionRule.model_validate({"label": "x", **parts})


def test_each_form_of_rule() -> None:
    year = datetime(2025, 1, 31, 10, tzinfo=UTC)
    assert rules.days(_rule(period="P1Y", after="recorded"), AT) == rules.Days(year, None)
    assert rules.days(_rule(period="P1Y", after="last contact"), AT) == rules.Days(year, None)
    assert rules.days(_rule(period="P1Y", after="account closed"), AT) == rules.Days(None, year)
    assert rules.days(_rule(until="unneeded", review="P1Y", review_after="last contact"), AT) == rules.Days(None, year)
    assert rules.days(_rule(per="cookie"), AT, ["P1D", "P1Y"]) == rules.Days(year, None)
    assert rules.days(_rule(per="cookie"), AT, ["session"]) == rules.Days(add_period(AT, "P1D"), None)


def _row(*retention: object) -> Row:
    return Row.model_validate(
        {
            "id": "r",
            "items": ["a", "b"],
            "purposes": [{"purpose": "p", "relies_on": "contract"}],
            "bases": ["contract"],
            "retention": list(retention),
            "without": "x",
        }
    )


def test_an_item_goes_by_the_rules_that_name_it_else_by_the_rest() -> None:
    row = _row("long", {"rule": "short", "items": ["b"]}, {"rule": "shorter", "items": ["b"]})
    assert rules.rules_for(row, "a") == ("long",)
    assert rules.rules_for(row, "b") == ("short", "shorter")


@pytest.mark.parametrize(
    ("address", "shown"), [("ada@mail.example", "a…@mail.example"), ("a@b.example", "a…@b.example")]
)
def test_a_masked_address_cannot_be_written_to(address: str, shown: str) -> None:
    assert rules.mask_email(address) == shown
