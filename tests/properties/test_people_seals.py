"""Seals, periods and identifiers, whatever goes in."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.people import values
from troth.people.normalise import NotAnIdentifier, normalise
from troth.people.periods import add_period
from troth.people.vault import PersonKey

KEY = b"k" * 32
PLACES = st.tuples(st.uuids(), st.text(max_size=20))


@given(st.text(), PLACES)
def test_what_is_sealed_opens_in_its_place(plain: str, place: tuple[UUID, str]) -> None:
    key = PersonKey(UUID(int=1), KEY)
    assert key.open_value(*place, key.seal_value(*place, plain)) == plain


@given(st.text(), PLACES, PLACES)
def test_and_in_no_other(plain: str, place: tuple[UUID, str], other: tuple[UUID, str]) -> None:
    key = PersonKey(UUID(int=1), KEY)
    sealed = key.seal_value(*place, plain)
    others = [(PersonKey(UUID(int=2), KEY), place), (PersonKey(UUID(int=1), b"l" * 32), place)]
    if other != place:
        others.append((key, other))
    for wrong, where in others:
        with pytest.raises(values.SealBroken):
            wrong.open_value(*where, sealed)


@given(st.binary(max_size=40), st.data())
def test_any_change_is_noticed(plain: bytes, data: st.DataObject) -> None:
    sealed = values.seal(KEY, b"place", plain)
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = sealed[:at] + bytes([sealed[at] ^ data.draw(st.integers(1, 255))]) + sealed[at + 1 :]
    for broken in (changed, sealed[:at], sealed + b"\0"):
        with pytest.raises(values.SealBroken):
            values.open_sealed(KEY, b"place", broken)


@given(st.binary(max_size=40))
def test_sealing_twice_never_looks_the_same(plain: bytes) -> None:
    assert values.seal(KEY, b"p", plain) != values.seal(KEY, b"p", plain)


@given(st.sampled_from(["email", "phone", "account", "device"]), st.text(max_size=40))
def test_normalising_again_changes_nothing(kind: str, value: str) -> None:
    try:
        once = normalise(kind, value)
    except NotAnIdentifier:
        return
    assert normalise(kind, once) == once


MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, MOMENTS, st.integers(0, 60), st.sampled_from("YMWD"))
def test_periods_keep_the_order_of_moments(first: datetime, second: datetime, number: int, unit: str) -> None:
    period = f"P{number}{unit}"
    earlier, later = sorted([first, second])
    assert earlier <= add_period(earlier, period)
    assert add_period(earlier, period).date() <= add_period(later, period).date()
    if unit in "YM":
        assert add_period(earlier, period).time() == earlier.time()


@given(MOMENTS, st.integers(0, 40))
def test_a_year_is_twelve_months(moment: datetime, years: int) -> None:
    assert add_period(moment, f"P{years}Y") == add_period(moment, f"P{years * 12}M")
