"""Judges a file line by line, streaming: memory stays flat however long the file or a line is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from troth.systems.files.times import LineClock

PIECE = 1 << 20  # bytes of one line held at a time
PEEK = 1 << 16  # bytes read to tell how old a file is


@dataclass(frozen=True)
class Judged:
    """How many lines a file has, how many of them are past, and the oldest time seen (None: no line shows one)."""

    lines: int = 0
    old: int = 0
    old_bytes: int = 0
    oldest: datetime | None = None


def first_time(stream: IO[bytes], clock: LineClock) -> datetime | None:
    """The first time any line shows: what stands before it counts as recorded then."""
    for piece, begins in pieces(stream):
        time = clock(piece) if begins else None
        if time:
            return time
    return None


def timed(stream: IO[bytes], clock: LineClock, first: datetime) -> Iterator[tuple[bytes, bool, datetime]]:
    """(piece, whether a line begins, its time). A line without a time of its own has that of the line before."""
    now = first
    for piece, begins in pieces(stream):
        if begins:
            now = clock(piece) or now
        yield piece, begins, now


def pieces(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines with their ends, in pieces of at most `PIECE`, and whether each piece begins a line."""
    begins = True
    while piece := stream.readline(PIECE):
        yield piece, begins
        begins = piece.endswith(b"\n")


def judge(stream: IO[bytes], clock: LineClock, first: datetime, before: datetime) -> Judged:
    """Counts the whole file; `before`: aware, lines recorded earlier are past."""
    lines = old = old_bytes = 0
    oldest = first
    for piece, begins, time in timed(stream, clock, first):
        lines += begins
        if time < before:
            old += begins
            old_bytes += len(piece)
        oldest = min(oldest, time)
    return Judged(lines, old, old_bytes, oldest)


def copy_young(source: IO[bytes], target: IO[bytes], clock: LineClock, first: datetime, before: datetime) -> None:
    """Copies every line that is not past, byte for byte."""
    for piece, _, time in timed(source, clock, first):
        if time >= before:
            target.write(piece)


def oldest_at_start(stream: IO[bytes], clock: LineClock) -> datetime | None:
    """The oldest time within the first 64 KiB after the first line that shows one: logs grow at their end."""
    oldest, left = None, PEEK
    for piece, begins in pieces(stream):
        time = clock(piece) if begins else None
        oldest = min(filter(None, (oldest, time)), default=None)
        left -= len(piece) if oldest else 0
        if left <= 0:
            break
    return oldest
