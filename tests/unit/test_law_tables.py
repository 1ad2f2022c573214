"""The dated tables of the law: the newest line in force that day is the answer."""

from datetime import date, timedelta

import pytest

from troth.law.adequacy import CLAUSES_SINCE, EEA, OLD_CLAUSES_UNTIL
from troth.law.children import AGES, DEFAULT, GDPR, LOWEST, age_of_consent
from troth.law.keeping import LIMITS, limit

DAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("country", "day", "years"),
    [
        ("DE", DAY, 16),
        ("FR", DAY, 15),
        ("DK", date(2023, 12, 31), 13),
        ("DK", date(2024, 1, 1), 15),
        ("SI", date(2023, 1, 25), DEFAULT),
        ("GB", DAY, 13),
        ("IL", DAY, DEFAULT),
    ],
)
def test_age_of_consent_by_country_and_day(country: str, day: date, years: int) -> None:
    assert age_of_consent(country, day).years == years


def test_no_country_goes_below_what_the_regulation_lets_it() -> None:
    for country, ages in AGES.items():
        assert country in EEA | {"GB"}
        assert all(LOWEST <= age.years <= DEFAULT and age.since >= GDPR and age.source for age in ages)
        assert [age.since for age in ages] == sorted({age.since for age in ages})


@pytest.mark.parametrize(
    ("subject", "place", "words"),
    [
        ("applicant", "DE", "six months"),
        ("applicant", "FR", "two years after the last contact"),
        ("cookie", "DE", "13 months"),
        ("prospect", "IL", "three years after the last contact"),
    ],
)
def test_a_country_has_its_own_limit_or_the_one_for_want_of_it(subject: str, place: str, words: str) -> None:
    found = limit(subject, place, DAY)  # type: ignore[arg-type]
    assert found is not None
    assert found.words == words


def test_a_limit_does_not_go_before_the_day_of_its_source() -> None:
    for one in LIMITS:
        before = limit(one.subject, one.place or "ZZ", one.since - timedelta(days=1))
        assert before is None or before != one
        assert limit(one.subject, one.place or "ZZ", one.since) == one


def test_old_clauses_ended_after_the_new_ones_began() -> None:
    assert CLAUSES_SINCE < OLD_CLAUSES_UNTIL
