"""When lines and files were recorded."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from troth.systems.files.classes import FileClass
from troth.systems.files.times import LineClock, file_time


def _clock(**spec: object) -> LineClock:
    return LineClock(FileClass.model_validate({"pattern": "*", "by": "line", **spec}))


@pytest.mark.parametrize(
    ("spec", "line", "expected"),
    [
        (
            {"time": r"\[([^\]]+)\]", "format": "%d/%b/%Y:%H:%M:%S %z"},
            b'x - [02/Mar/2026:23:30:00 -0500] "GET"',
            (3, 3, 4, 30),
        ),
        ({"time": r'"at": "([^"]+)"'}, b'{"at": "2026-03-02T10:00:00Z"}', (2026, 3, 2, 10, 0)),
        (
            {"time": r"^(\S+ \S+)", "format": "%Y-%m-%d %H:%M", "zone": "Asia/Jerusalem"},
            b"2026-03-02 10:00 x",
            (3, 2, 8, 0),
        ),
        ({"time": r"^\d+", "format": "epoch"}, b"1767225600 started", (1, 1, 0, 0)),
        ({"time": r"^\d+", "format": "epoch-ms"}, b"1767225600000 started", (1, 1, 0, 0)),
    ],
)
def test_a_line_tells_its_time_in_utc(spec: dict[str, object], line: bytes, expected: tuple[int, ...]) -> None:
    expected = expected if len(expected) == 5 else (2026, *expected)
    assert _clock(**spec)(line) == datetime(*expected, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "line", [b"", b"at noon", b'{"at": "2026-13-45"}', b'{"at": "\xff"}', b'{"at": "99999999999999"}']
)
def test_a_line_without_a_readable_time_tells_none(line: bytes) -> None:
    assert _clock(time=r'"at": "([^"]*)"')(line) is None


def test_an_optional_group_that_is_absent_is_no_time() -> None:
    assert _clock(time=r"x(\d+)?")(b"x") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("access-2026-03-02.log", datetime(2026, 3, 2, tzinfo=UTC)),
        ("access.20260302.gz", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2025-01-01-to-2026.03.02.log", datetime(2026, 3, 2, tzinfo=UTC)),
        ("access.log", datetime(1970, 1, 2, tzinfo=UTC)),  # no date: the last change
        ("request-1234567890123.log", datetime(1970, 1, 2, tzinfo=UTC)),  # a long number is no date
        ("access-2026-02-30.log", None),
    ],
)
def test_a_file_counts_from_the_start_of_the_day_in_its_name(name: str, expected: datetime | None) -> None:
    assert file_time(name, 86400.0, "UTC") == expected


def test_days_begin_in_the_class_zone() -> None:
    assert file_time("a-2026-03-02.log", 0, "America/New_York") == datetime(2026, 3, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "spec",
    [
        {"pattern": "/etc/*"},
        {"pattern": "../*.log"},
        {"pattern": "*", "by": "line"},
        {"pattern": "*", "by": "line", "time": "("},
        {"pattern": "*", "zone": "Mars/Olympus"},
        {"pattern": "*", "by": "hour"},
        {"pattern": "*", "patern": "*"},
    ],
)
def test_a_class_that_cannot_work_is_refused(spec: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FileClass.model_validate(spec)
