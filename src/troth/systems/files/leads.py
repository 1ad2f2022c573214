r"""What stands before a line's time, read from the class's pattern: so that a block can be judged by counting. Pure.

A pattern such as `\[([^\]]+)\] "` begins with `[`, its first group right behind. If every `[` of a block is followed
by days that are all past, then so is every time in it, whatever else the lines hold. Counting is many times faster than
looking at each line; patterns of another shape than these are judged line by line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

_ITEM = re.compile(rb"\\[dwS]|\\[^\w\s]|\[[^\]\\]+\]|[^\\.^$*+?{}\[\]|()]", re.DOTALL)
_TIMES = re.compile(rb"\{(\d+)\}|[?*+]")
_WHOLE = re.compile(rb"\[\^((?:\\[^\w\s]|[^\]\\])+)\]\+|(\\S)\+")
_MOST = 3  # optional characters before the group


@dataclass(frozen=True)
class Lead:
    """`mark`: what every match begins with (a newline: the start of a line). `texts`: all that may stand from there
    to the time. `least`: bytes the time's text surely has; `ends`: else, it runs until one of these bytes."""

    mark: bytes
    texts: tuple[bytes, ...]
    least: int
    ends: bytes | None

    def covers(self, part: bytes) -> bool:
        """Whether a time's text that begins within `part` surely holds the whole of `part`."""
        if len(part) <= self.least:
            return True
        return self.ends is not None and not any(byte in self.ends for byte in part)


def lead(pattern: bytes) -> Lead | None:
    """What stands before the first group; None where it cannot be said for sure."""
    before, bracket, rest = _split(pattern)
    if not bracket or rest.startswith(b"?"):
        return None
    body, closed, after = _split(rest, b")")
    items = _items(before.removeprefix(b"^"))
    if not closed or _open_ended(after) or items is None or sum(not needed for _, needed in items) > _MOST:
        return None
    start = b"\n" if before.startswith(b"^") else b""
    texts = tuple(dict.fromkeys(start + text for text in _spellings(items)))
    mark = _unbordered(start or _needed(items))
    if not mark or any(one != two and two.startswith(one) for one, two in product(texts, texts)):
        return None  # a text within another: where the time begins would hang on the rest of the line
    return Lead(mark, texts, _least(body), _ends(body, after))


def _split(pattern: bytes, at: bytes = b"(") -> tuple[bytes, bytes, bytes]:
    """Before and after the first bracket that is one; a class such as `[^)]` and `\\(` hold none."""
    for match in re.finditer(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", pattern, re.DOTALL):
        if match[0] in (b"(", b")"):
            whole = match[0] == at
            return (pattern[: match.start()], at, pattern[match.end() :]) if whole else (pattern, b"", b"")
    return pattern, b"", b""


def _open_ended(after: bytes) -> bool:
    """Whether the group may be absent, or the pattern has another way to match."""
    outside = re.sub(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", b"", after, flags=re.DOTALL)
    return after[:1] in (b"?", b"*", b"+", b"{") or b"|" in outside


def _items(before: bytes) -> list[tuple[bytes, bool]] | None:
    """Literal bytes and whether each must be there; None for anything else."""
    found = []
    at = 0
    while at < len(before):
        match = re.compile(rb"(\\[^\w\s]|[^\\.^$*+?{}\[\]|()])(\?(?![?+]))?", re.DOTALL).match(before, at)
        if not match or before[match.end() : match.end() + 1] in (b"*", b"+", b"{", b"?"):
            return None
        found.append((match[1][-1:], match[2] is None))
        at = match.end()
    return found


def _spellings(items: list[tuple[bytes, bool]]) -> Iterator[bytes]:
    for chosen in product(*(((byte,) if needed else (byte, b"")) for byte, needed in items)):
        yield b"".join(chosen)


def _needed(items: list[tuple[bytes, bool]]) -> bytes:
    """What stands before the first optional byte."""
    upto = next((at for at, (_, needed) in enumerate(items) if not needed), len(items))
    return b"".join(byte for byte, _ in items[:upto])


def _unbordered(mark: bytes) -> bytes:
    """The longest beginning that cannot overlap itself, so that counting finds every one."""
    for length in range(len(mark), 0, -1):
        part = mark[:length]
        if not any(part[:size] == part[-size:] for size in range(1, length)):
            return part
    return b""


def _least(body: bytes) -> int:
    """Bytes the group has at least; 0 where that cannot be told."""
    least, at = 0, 0
    while at < len(body):
        item = _ITEM.match(body, at)
        if not item:
            return 0
        times = _TIMES.match(body, item.end())
        at = times.end() if times else item.end()
        if body[at : at + 1] in (b"?", b"+", b"*", b"{"):
            return 0
        least += int(times[1]) if times and times[1] else int(not times or times[0] == b"+")
    return least


def _ends(body: bytes, after: bytes) -> bytes | None:
    """The bytes the group surely runs up to: `[^X]+` before an X or at the end of the pattern, `\\S+` likewise."""
    whole = _WHOLE.fullmatch(body)
    if not whole:
        return None
    if whole[2]:
        return b" \t\n\r\f\v" if after[:1] in (b"", b" ") or after[:2] == b"\\s" else None
    ends = re.sub(rb"\\(.)", rb"\1", whole[1], flags=re.DOTALL)
    if b"-" in ends[1:-1]:
        return None  # a range
    follows = after[1:2] if after[:1] == b"\\" else after[:1]
    quantified = after[len(follows) + (after[:1] == b"\\") :][:1] in (b"?", b"*", b"{")
    plain = after[:1] == b"\\" or follows not in b".^$*+?{}[]|()"
    return ends if not after or (follows in ends and plain and not quantified and not follows.isalnum()) else None
