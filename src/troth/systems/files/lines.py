"""Judges a file line by line, streaming: memory stays flat however long the file or a line is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from troth.systems.files.counted import Counted, begun
from troth.systems.files.times import LineClock

BLOCK = 1 << 18  # bytes judged together where their days leave no doubt
PIECE = 1 << 20  # bytes of one line held at a time
PEEK = 1 << 16  # bytes read to tell how old a file is


@dataclass(frozen=True)
class Run:
    """Bytes that belong together: whether a line begins with them, and whether they are past."""

    content: bytes
    begins: bool
    old: bool

    @property
    def lines(self) -> int:
        """How many lines begin in them; counted only where it is asked for."""
        return begun(self.content, self.begins)


def first_time(stream: IO[bytes], clock: LineClock) -> datetime | None:
    """The first time any line shows: what stands before it counts as recorded then."""
    for piece, begins in _pieces(stream):
        time = clock(piece) if begins else None
        if time:
            return time
    return None


def oldest_of_all(stream: IO[bytes], clock: LineClock) -> datetime | None:
    """The oldest time any line shows."""
    oldest, counted = None, Counted(clock)
    for block, begins in _blocks(stream):
        if oldest and counted.agrees(block, begins, oldest, old=False):
            continue
        lines = block.split(b"\n")[0 if begins else 1 :]
        oldest = clock.oldest(clock.texts(lines), oldest)
        if oldest:
            counted.learn(lines, oldest)
    return oldest


def oldest_at_start(stream: IO[bytes], clock: LineClock) -> datetime | None:
    """The oldest time within the first 64 KiB after the first line that shows one: logs grow at their end."""
    oldest, left = None, PEEK
    for piece, begins in _pieces(stream):
        time = clock(piece) if begins else None
        oldest = min(filter(None, (oldest, time)), default=None)
        left -= len(piece) if oldest else 0
        if left <= 0:
            break
    return oldest


def runs(stream: IO[bytes], clock: LineClock, first: datetime, before: datetime) -> Iterator[Run]:
    """The whole file in order. A line without a time of its own has that of the line before."""
    old, counted = first < before, Counted(clock)
    for block, begins in _blocks(stream):
        if counted.agrees(block, begins, before, old):
            yield Run(block, begins, old)
            continue
        lines = block.split(b"\n")
        if not lines[-1]:
            lines.pop()
        own = lines if begins else lines[1:]
        counted.learn(own, before)
        texts = clock.texts(own)
        if not texts or clock.all_old(texts, before) is old:
            yield Run(block, begins, old)
            continue
        for line, start in _again(block, lines, begins):
            time = clock(line) if start else None
            old = time < before if time else old
            yield Run(line, start, old)


def _again(block: bytes, lines: list[bytes], begins: bool) -> Iterator[tuple[bytes, bool]]:
    """Lines with their ends, and whether each is the beginning of one."""
    last = len(lines) - 1
    for index, line in enumerate(lines):
        ended = index < last or block.endswith(b"\n")
        yield line + b"\n" if ended else line, begins or index > 0


def _blocks(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Whole lines by the block, and whether a block begins with one: a line longer than a piece runs on."""
    begins = True
    while block := stream.read(BLOCK):
        if not block.endswith(b"\n"):
            block += stream.readline(PIECE)
        yield block, begins
        begins = block.endswith(b"\n")


def _pieces(stream: IO[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Lines with their ends, in pieces of at most `PIECE`, and whether each piece begins a line."""
    begins = True
    while piece := stream.readline(PIECE):
        yield piece, begins
        begins = piece.endswith(b"\n")
