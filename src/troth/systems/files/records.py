"""Cuts a stream into blocks of whole records, and a block into those that are asked for. Pure but for the reading."""

from collections.abc import Iterable, Iterator
from typing import IO

BLOCK = 1 << 20  # bytes looked through at once
LONGEST = 16 << 20  # bytes of one record held to be read


class Unreadable(Exception):
    """The file cannot be read as what it is said to be; the text says why, without any of it."""


def lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Blocks that end with a line. Raises Unreadable where a line is longer than can be held."""
    while block := stream.read(BLOCK):
        if not block.endswith(b"\n"):
            block += stream.readline(LONGEST)
            if len(block) >= LONGEST and not block.endswith(b"\n"):
                raise Unreadable(f"a line is longer than {LONGEST >> 20} MiB")
        yield block


def quoted(stream: IO[bytes]) -> Iterator[bytes]:
    """Blocks that end with a record of a CSV file, whose quoted fields may hold newlines (RFC 4180 §2.6)."""
    rest = b""
    while block := stream.read(BLOCK):
        block = rest + block
        cut = _last_end(block)
        if cut == 0 and len(block) > LONGEST:
            raise Unreadable(f"a quoted field does not end within {LONGEST >> 20} MiB")
        rest = block[cut:]
        if cut:
            yield block[:cut]
    if rest:
        yield rest


def _last_end(block: bytes) -> int:
    """Behind the last newline outside of quotes; 0 when there is none."""
    inside = block.count(b'"') % 2 == 1
    end = len(block)
    while (at := block.rfind(b"\n", 0, end)) >= 0:
        inside ^= block.count(b'"', at, end) % 2 == 1
        if not inside:
            return at + 1
        end = at
    return 0


def spans_of_lines(block: bytes, found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """(number, start, end) of the lines asked for by number and first byte (or -1), in ascending order; the end is
    behind the newline."""
    at = line = 0
    for number, start in found:
        if start >= 0:
            at, line = start, number
        while line < number:
            at, line = block.find(b"\n", at) + 1, line + 1
        end = block.find(b"\n", at) + 1 or len(block)
        if at < len(block):
            yield number, at, end


def spans_of_records(block: bytes, found: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """(number of its first line, start, end) of the CSV records that have one of the lines asked for."""
    wanted = iter([number for number, _ in found])
    number = next(wanted, None)
    start = first = line = 0
    inside = False
    at = 0
    while number is not None and at < len(block):
        end = block.find(b"\n", at) + 1 or len(block)
        inside ^= block.count(b'"', at, end) % 2 == 1
        at, line = end, line + 1
        if inside and at < len(block):
            continue
        if number < line:
            yield first, start, at
            while number is not None and number < line:
                number = next(wanted, None)
        start, first = at, line
