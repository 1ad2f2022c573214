from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from troth.law import calendar, clocks, places

CASES = yaml.load((Path(__file__).parent.parent / "cases/deadlines.yaml").read_text(), yaml.BaseLoader)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['regime']}-{c['place']}-{c['received']}")
def test_last_legal_day(case: dict[str, str]) -> None:
    received = datetime.fromisoformat(case["received"])
    plain = clocks.deadline(case["regime"], case["place"], received)
    longer = clocks.deadline(case["regime"], case["place"], received, extended=True)
    assert str(plain.last_day) == case["last"]
    assert str(longer.last_day) == case["extended"]
    assert received.date() <= plain.target <= plain.last_day


def test_the_day_is_the_places_own() -> None:
    """Half past eleven at night in UTC is the next day in Berlin."""
    late = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    assert clocks.deadline("gdpr", "DE", late).last_day == date(2026, 4, 7)  # 5 April is Easter Sunday, 6 a holiday
    assert clocks.deadline("gdpr", "IE", late).last_day == date(2026, 4, 7)  # 4 April is a Saturday


def test_no_clock_before_the_law() -> None:
    with pytest.raises(clocks.NoClock, match="gdpr"):
        clocks.deadline("gdpr", "DE", datetime(2017, 1, 1))
    with pytest.raises(places.UnknownPlace, match="XX"):
        clocks.deadline("gdpr", "XX", datetime(2026, 1, 1))


def test_month_ends() -> None:
    assert calendar.add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert calendar.add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)
