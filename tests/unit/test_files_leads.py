"""What stands before a time is read from the pattern only where it is certain."""

from datetime import UTC, datetime

import pytest

from troth.demo.logs import CLASSES
from troth.systems.files.classes import FileClass
from troth.systems.files.counted import Counted
from troth.systems.files.leads import lead
from troth.systems.files.times import LineClock

BEFORE = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pattern", "mark", "texts"),
    [
        (CLASSES["access"]["time"], b"[", {b"["}),
        (CLASSES["torque"]["time"], b'"at":', {b'"at": "', b'"at":"'}),
        (r"^(\S+)", b"\n", {b"\n"}),
        (r"^<([^>]+)> ", b"\n", {b"\n<"}),
        (r"aaX([^b]+)b", b"aaX", {b"aaX"}),
    ],
)
def test_patterns_that_say_what_stands_before_a_time(pattern: str, mark: bytes, texts: set[bytes]) -> None:
    found = lead(pattern.encode())
    assert found
    assert (found.mark, set(found.texts)) == (mark, texts)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\d+",  # no group
        r"at (?:x|y)(\d+)",  # the first bracket is no group
        r"(\d+)",  # nothing before it
        r"a+(\d+)",
        r"[ab](\d+)",
        r"a|b(\d+)",
        r"a(\d+)|b",
        r"a(\d+)?",
        r"ab?b?(\d+)",  # `ab` may be the lead, or part of `abb`
        r"a?b(\d+)",  # nothing that must be there comes first
    ],
)
def test_patterns_that_do_not_are_judged_line_by_line(pattern: str) -> None:
    assert lead(pattern.encode()) is None


@pytest.mark.parametrize(
    ("pattern", "part", "covered"),
    [
        (rb"\[([^\]]+)\]", b"02/Mar/2026:", True),
        (rb"\[([^\]]+)\]", b"02/Mar]2026:", False),  # the time ends before
        (rb"\[([^\]]+)x", b"02/Mar/2026:", False),  # it may be cut anywhere, to let an x follow
        (rb"\[([^\]]+?)", b"02", False),
        (rb"\[(.+)\]", b"02", False),
        (rb"\[(\d{2}/\w{3}/\d{4}:\d{2})", b"02/Mar/2026:", True),
        (rb"\[(\d{2}/?\w{3})", b"02/Mar/2026:", False),
        (rb"^(\S+) ", b"2026-03-02", True),
        (rb"^(\S+)0", b"2026-03-02", False),
    ],
)
def test_a_time_surely_holds_the_part_that_is_counted(pattern: bytes, part: bytes, covered: bool) -> None:
    found = lead(pattern)
    assert found
    assert found.covers(part) is covered


def test_a_stretch_of_one_day_is_judged_without_its_lines_and_one_line_of_another_day_is_not() -> None:
    clock = LineClock(FileClass.model_validate({"pattern": "*", **CLASSES["access"]}))
    counted = Counted(clock)
    line = b'192.0.2.7 - - [%s/Feb/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1'
    stretch = b"\n".join([line % b"01"] * 50) + b"\n"
    assert not counted.agrees(stretch, True, BEFORE, old=True)  # nothing is known yet
    counted.learn([line % b"01"], BEFORE)
    assert counted.agrees(stretch, True, BEFORE, old=True)
    assert not counted.agrees(stretch, True, BEFORE, old=False)
    assert not counted.agrees(stretch + (line % b"01").replace(b"2026", b"2027"), True, BEFORE, old=True)
    assert counted.agrees(stretch + b"  at trace\n", True, BEFORE, old=True)
    visited = b'192.0.2.7 - - [01/Feb/2026:10:00:00 +0000] "GET /[02/Mar/2099:00:00:00 +0000] " 200 1\n'
    assert not counted.agrees(visited, True, BEFORE, old=True)  # to be on the safe side
