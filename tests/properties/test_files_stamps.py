"""The fast reader of fixed forms says what `strptime` says, or leaves it to it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.systems.files import stamps

FORMS = ("%d/%b/%Y:%H:%M:%S %z", "%Y-%m-%d %H:%M:%S", "%Y %m %d %H:%M:%S%z", "%H:%M:%S on %d.%m.%Y")
moments = st.builds(
    lambda time, minutes: time.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes))),
    st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)),
    st.integers(-1439, 1439),
)


def _written(time: datetime, form: str) -> str:
    return time.strftime(form.replace("%Y", f"{time.year:04}"))


@given(form=st.sampled_from(FORMS), time=moments)
def test_what_is_written_is_read_as_strptime_reads_it(form: str, time: datetime) -> None:
    read = stamps.reader(form)
    assert read
    text = _written(time, form)
    assert read(text) == datetime.strptime(text, form)


@given(form=st.sampled_from(FORMS), time=moments, data=st.data())
def test_a_spoilt_text_is_never_read_as_something_else(form: str, time: datetime, data: st.DataObject) -> None:
    read = stamps.reader(form)
    assert read
    text = list(_written(time, form))
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.sampled_from("0123456789 :/-+Zaé٣"))
    assert _or_none(read, "".join(text)) in (None, _or_none(lambda t: datetime.strptime(t, form), "".join(text)))


def _or_none(read: object, text: str) -> datetime | None:
    try:
        return read(text)  # type: ignore[operator, no-any-return]
    except ValueError:
        return None


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%s", "%d/%b/%Y:%H:%M:%S %Z", "%Y%Y-%m-%d %H:%M:%S", "iso", "%c"])
def test_other_forms_are_left_to_strptime(form: str) -> None:
    assert stamps.reader(form) is None


@given(form=st.sampled_from(("iso", *FORMS)), time=moments, seconds=st.integers(0, 7200), micro=st.integers(0, 999_999))
def test_one_written_hour_holds_less_than_two(form: str, time: datetime, seconds: int, micro: int) -> None:
    try:
        other = (time + timedelta(seconds=seconds)).replace(microsecond=micro if form == "iso" else 0)
    except OverflowError:
        return
    hour = stamps.hour_of(form)
    one, two = ((t.isoformat() if form == "iso" else _written(t, form)).encode() for t in (time, other))
    assert hour(one) != hour(two) or abs(other.astimezone(UTC) - time.astimezone(UTC)) < timedelta(hours=2)
