"""Judging by blocks gives, for every log, what judging line by line gives."""

import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.systems.files import lines
from troth.systems.files.classes import FileClass
from troth.systems.files.times import LineClock

BEFORE = datetime(2026, 3, 2, 12, tzinfo=UTC)
FORMATS = {
    "iso": (r'"at": "([^"]*)"', "iso", lambda t: f'{{"at": "{t.isoformat()}"}}'),
    "combined": (r"\[([^\]]+)\]", "%d/%b/%Y:%H:%M:%S %z", lambda t: f"x [{t:%d/%b/%Y:%H:%M:%S %z}] GET /"),
    "spaced": (r"^(\d+ \d+ \d+ \S+)", "%Y %m %d %H:%M:%S%z", lambda t: f"{t:%Y %m %d %H:%M:%S%z} started"),
    "fixed": (
        r'\[(\d{2}/\w{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\] "',
        "%d/%b/%Y:%H:%M:%S %z",
        lambda t: f'x [{t:%d/%b/%Y:%H:%M:%S %z}] "GET /[{t:%d/%b/2099}:00:00:00 +0000] "',
    ),
    "anchored": (r"^(\S+)", "iso", lambda t: f"{t.isoformat()} started"),
    "naive": (r"^(\S+ \S+) ", "%Y-%m-%d %H:%M:%S", lambda t: f"{t:%Y-%m-%d %H:%M:%S} started"),
    "epoch": (r"^\d+", "epoch", lambda t: f"{int(t.timestamp())} started"),
}

moments = st.builds(
    lambda hours, zone: (BEFORE + timedelta(hours=hours)).astimezone(timezone(timedelta(hours=zone))),
    st.integers(-200, 200) | st.sampled_from([-1, 0, 1]),
    st.integers(-12, 14),
)
odd = st.sampled_from(
    ["", "  at trace", '{"at": "', '"at": "2026-99-99"', "[", "x" * 40, "[31/Feb/2026:10:00:00 +0000]", "\r"]
)


@settings(max_examples=300, deadline=None)
@given(
    form=st.sampled_from(sorted(FORMATS)),
    drawn=st.lists(moments | odd, max_size=30),
    ended=st.booleans(),
    block=st.integers(1, 200),
    stretch=st.integers(1, 8),
)
def test_blocks_and_lines_agree(form: str, drawn: list[datetime | str], ended: bool, block: int, stretch: int) -> None:
    pattern, how, write = FORMATS[form]
    clock = LineClock(FileClass(pattern="*", by="line", time=pattern, format=how))
    written = [one if isinstance(one, str) else write(one) for one in drawn for _ in range(stretch)]
    content = "\n".join(written).encode() + (b"\n" if ended and written else b"")
    first = lines.first_time(io.BytesIO(content), clock)
    if first is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "BLOCK", block)
        found = list(lines.runs(io.BytesIO(content), clock, first, BEFORE))
        oldest = lines.oldest_of_all(io.BytesIO(content), clock)
    assert oldest == min(filter(None, map(clock, _split(content))))
    assert b"".join(run.content for run in found) == content
    assert [run.old for run in found for _ in range(run.lines)] == _model(content, clock, first)
    kept = b"".join(run.content for run in found if not run.old)
    model = [line for line, old in zip(_split(content), _model(content, clock, first), strict=True) if not old]
    assert kept == b"".join(model)


def _split(content: bytes) -> list[bytes]:
    return list(io.BytesIO(content))


def _model(content: bytes, clock: LineClock, first: datetime) -> list[bool]:
    now, told = first, []
    for line in _split(content):
        now = clock(line) or now
        told.append(now < BEFORE)
    return told


@pytest.mark.parametrize("piece", [1, 7, 64])
def test_a_line_longer_than_a_piece_is_still_one_line(piece: int) -> None:
    clock = LineClock(FileClass(pattern="*", by="line", time=r"(2\d{3}-\d\d-\d\d)"))
    content = b"2026-01-01 " + b"y" * 300 + b" 2026-06-01\n2026-06-01 young\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "PIECE", piece)
        patch.setattr(lines, "BLOCK", 16)
        first = datetime(2026, 1, 1, tzinfo=UTC)
        found = list(lines.runs(io.BytesIO(content), clock, first, BEFORE))
    assert b"".join(run.content for run in found if not run.old) == b"2026-06-01 young\n"
    assert sum(run.lines for run in found) == 2
