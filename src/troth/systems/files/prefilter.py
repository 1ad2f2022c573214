"""Which lines of a block may be about somebody: decided on bytes, so that only these are read field by field. Pure.

It may say yes too often, never no where a field holds an identifier. Few identifiers are searched for one by one; many
are looked up among the words of the block, which costs the same for ten thousand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from troth.systems.files.people import PUNCTUATION, Needle

FEW = 24  # identifiers from which on a look-up of words is faster than a search for each (measured)
_DIGITS = 7
_AROUND = 256  # bytes before and behind an `@` that may belong to an address
_PUNCTUATION = PUNCTUATION.encode()
_ESCAPE = re.compile(rb"%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\[a-z\"'/\\]")
_UNUSUAL = re.compile(rb"(?:%|\\u00|\\x)(?:2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])")
_LETTER = re.compile(rb"[a-z]").search
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_USUAL = ((b"%25", b"%"), (b"%40", b"@"), (b"%2b", b"+"), (b"\\u0040", b"@"), (b"\\u002b", b"+"), (b"\\x40", b"@"))
_WORD = bytes(byte if chr(byte) in _LETTERS + PUNCTUATION + "_" else 32 for byte in range(256))
_SPACING = b" \t().-/"
_DEEP = 4  # times something may have been escaped, and once as it is


class Prefilter:
    """Looks for people's identifiers in blocks of whole lines."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        words = {needle.anchor.encode() for needle in needles if needle.kind != "phone"}
        self._phones = frozenset(needle.anchor.encode() for needle in needles if needle.kind == "phone")
        self._all = b"" in words  # an identifier without a single ASCII letter or digit: every line may hold it
        self._few = sorted(words) if len(words) <= FEW else None
        self._addresses = frozenset(word for word in words if word.count(b"@") == 1 and len(word) < _AROUND)
        self._words = frozenset(words) - self._addresses
        self._small = any(map(_LETTER, self._words)), any(map(_LETTER, self._addresses))
        self._cutter = _Cutter(self._words)

    def lines(self, block: bytes) -> list[tuple[int, int]]:
        """(number from 0, first byte or -1) of the lines in the block that must be read, in order."""
        if self._all:
            return [(number, -1) for number in range(block.count(b"\n") + 1)]
        first, *resolved = self._views(block)
        found = self._in(first)
        for view in resolved:  # bytes stand elsewhere there, only the lines are the same
            found = dict.fromkeys(self._in(view), -1) | found
        return sorted(found.items())

    def _in(self, view: bytes) -> dict[int, int]:
        found: dict[int, int] = {}
        if self._few is not None:
            found |= _lines_with(view, [word for word in self._few if b"@" not in word or b"@" in view])
        elif self._addresses and b"@" in view:
            found |= _lines_of(view, self._around(view))
        if self._few is None and self._words:
            found |= self._worded(view)
        if self._phones:
            found |= dict.fromkeys(self._phoned(view.translate(None, _SPACING)), -1)
        return found

    def _around(self, view: bytes) -> Iterator[int]:
        """Where one of the addresses stands: what is around an `@` is looked up."""
        at = view.find(b"@")
        while at >= 0:
            before = view[max(0, at - _AROUND) : at].translate(_WORD).rpartition(b" ")[2].rpartition(b"\n")[2]
            behind = view[at + 1 : at + _AROUND].translate(_WORD).partition(b" ")[0].partition(b"\n")[0]
            if (before + b"@" + behind).strip(_PUNCTUATION) in self._addresses:
                yield at
            at = view.find(b"@", at + 1)

    def _worded(self, view: bytes) -> dict[int, int]:
        words = self._cutter(view)
        if self._words.isdisjoint(words.split()):
            return {}
        lines = enumerate(words.split(b"\n"))
        return {number: -1 for number, line in lines if not self._words.isdisjoint(line.split())}

    def _phoned(self, digits: bytes) -> set[int]:
        if len(self._phones) <= FEW:
            return set(_lines_with(digits, sorted(self._phones)))
        return {number for number, line in enumerate(digits.split(b"\n")) if self._called(line)}

    def _called(self, line: bytes) -> bool:
        runs = re.findall(rb"\d{7,}", line)
        return any(run[at : at + _DIGITS] in self._phones for run in runs for at in range(len(run) - _DIGITS + 1))

    def _views(self, block: bytes) -> list[bytes]:
        """The block in small letters; and with escapes resolved, if it has any. Newlines stay where they are."""
        escaped = b"%" in block or b"\\" in block
        words, addresses = self._small
        cased = words or escaped or (addresses and b"@" in block)
        views = [block.lower() if cased else block]
        while escaped and len(views) < _DEEP:
            view = views[-1]
            plain = _ESCAPE.sub(_resolved, view) if self._few is None or _UNUSUAL.search(view) else _usual(view)
            if plain == view:
                break
            views.append(plain)
        return views


def _lines_with(view: bytes, words: Sequence[bytes]) -> dict[int, int]:
    """Lines that hold one of the words: number and first byte."""
    found: dict[int, int] = {}
    for word in words:
        found |= _lines_of(view, _places(view, word))
    return found


def _places(view: bytes, word: bytes) -> Iterator[int]:
    at = view.find(word)
    while at >= 0:
        yield at
        at = view.find(word, at + 1)


def _lines_of(view: bytes, places: Iterable[int]) -> dict[int, int]:
    """Number and first byte of the lines in which these bytes stand; the places ascend."""
    found: dict[int, int] = {}
    at = number = 0
    for place in places:
        if skipped := view.count(b"\n", at, place):
            number, at = number + skipped, view.rfind(b"\n", at, place) + 1
        found[number] = at
    return found


def _usual(view: bytes) -> bytes:
    """Resolves what is commonly escaped; the letters around it are not, so a search needs no more."""
    for escaped, plain in _USUAL:
        view = view.replace(escaped, plain)
    return view


def _resolved(match: re.Match[bytes]) -> bytes:
    code = match[1] or match[2] or match[3]
    byte = int(code, 16) if code else 32
    return bytes((byte,)).lower() if byte < 128 and byte not in (10, 13) else b" "


class _Cutter:
    """Cuts a block into words, each as an identifier would be written, without marks at their ends.

    Marks that none of the identifiers has cut as a space does: the fewer words, the faster.
    """

    def __init__(self, words: Iterable[bytes]) -> None:
        within = set(b"".join(words).decode()) & {*PUNCTUATION, "_"}
        stays = _LETTERS + "\n" + "".join(within)
        self._table = bytes(byte if chr(byte) in stays else 32 for byte in range(256))
        marks = within & set(PUNCTUATION)
        self._ends = [text.encode() for mark in sorted(marks) for text in (f"{mark} ", f" {mark}")]

    def __call__(self, view: bytes) -> bytes:
        words = b" " + view.translate(self._table).replace(b"\n", b" \n ") + b" "
        while any(end in words for end in self._ends):
            for end in self._ends:
                words = words.replace(end, b" ")
        return words
