"""Which lines of a block may be about somebody: decided on bytes, so that only these are read field by field. Pure.

It may say yes too often, never no where a field holds an identifier. Few identifiers are searched for one by one; many
are looked up: addresses by what is around each `@`, all others among the words of the block, which costs the same for
ten thousand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from troth.systems.files import escapes
from troth.systems.files.people import PUNCTUATION, Needle

FEW = 24  # identifiers from which on a look-up of words is faster than a search for each (measured)
_VARIANTS = 48  # ways to escape an identifier that are searched for; with more, escapes are resolved first
_DIGITS = 7
_AROUND = 256  # bytes of an address that is looked up by its `@`
_ESCAPED = 8  # letters of an escape that may stand before an address
_SIGNS = b"%\\"
_PUNCTUATION = PUNCTUATION.encode()
_LETTER = re.compile(rb"[a-z]").search
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_WORD = bytes(byte if chr(byte) in _LETTERS + PUNCTUATION + "_" else 32 for byte in range(256))
_GOES_ON = {bytes((ord(sign),)) for sign in _LETTERS + _LETTERS.upper() + "_"}
_SPACING = b" \t().-/"
Lines = dict[int, int]
"""Numbers of lines, from 0, and their first byte, or -1 where that was not seen."""


class Prefilter:
    """Looks for people's identifiers in blocks of whole lines."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        words = {needle.anchor.encode() for needle in needles if needle.kind != "phone"}
        self._phones = frozenset(needle.anchor.encode() for needle in needles if needle.kind == "phone")
        self._all = b"" in words  # an identifier without a single ASCII letter or digit: every line may hold it
        self._addresses = frozenset(word for word in words if word.count(b"@") == 1 and len(word) < _AROUND)
        self._reach = max(map(len, self._addresses), default=0) + _ESCAPED
        self._words = frozenset(words) - self._addresses
        self._marked = any(b"@" in word for word in self._words)
        self._plus = any(b"+" in word for word in words)
        self._small = any(map(_LETTER, self._words)), any(map(_LETTER, self._addresses))
        self._few = [(word, _variants(word)) for word in sorted(words)] if len(words) <= FEW else None
        self._spelt_out = any(not variants for _, variants in self._few or ())
        self._cutter = _Cutter(self._words)

    def lines(self, block: bytes) -> list[tuple[int, int]]:
        """(number from 0, first byte or -1) of the lines in the block that must be read, in order."""
        if self._all:
            return [(number, -1) for number in range(block.count(b"\n") + 1)]
        escaped = b"%" in block or b"\\" in block
        words, addresses = self._small
        first = block.lower() if words or escaped or (addresses and b"@" in block) else block
        families = escapes.families(first) if escaped else frozenset[bytes]()
        found = self._in(first, families)
        plus = self._plus and self._few is None
        if escaped and (self._spelt_out or escapes.unusual(first, families, plus=plus)):
            for view in escapes.resolved(first):  # bytes stand elsewhere there, only the lines are the same
                found = dict.fromkeys(self._in(view, frozenset()), -1) | found
        return sorted(found.items())

    def _in(self, view: bytes, families: frozenset[bytes]) -> Lines:
        found: Lines = {}
        if self._few is not None:
            found |= _lines_with(view, self._searched(view, families), alone=True)
        else:
            for mark in escapes.written(escapes.AT, families) if self._addresses else ():
                found |= _lines_of(view, self._around(view, mark))
            if self._words:
                found |= self._worded(view)
                found |= self._worded(escapes.blanked(view)) if families else {}
                found |= self._worded(escapes.blanked(view, bare=True)) if self._marked and b"\\" in families else {}
        if self._phones:
            found |= dict.fromkeys(self._phoned(view.translate(None, _SPACING)), -1)
        return found

    def _searched(self, view: bytes, families: frozenset[bytes]) -> Iterator[bytes]:
        """What the view is searched for."""
        at = b"@" in view
        for word, variants in self._few or ():
            for one in escapes.written(variants, families) or [word]:
                if at or one.count(b"@") == 0:
                    yield one

    def _around(self, view: bytes, mark: bytes) -> Iterator[int]:
        """Where one of the addresses stands: what is around an `@`, however written, is looked up.

        What is cut off by the reach can only make two words alike that are not: the line is read then, no more.
        """
        reach, known = self._reach, self._addresses
        at = view.find(mark)
        while at >= 0:
            end = at + len(mark)
            before = view[at - reach if at > reach else 0 : at].translate(_WORD).rpartition(b" ")[2]
            behind = view[end : end + reach].translate(_WORD).partition(b" ")[0]
            ahead = at - len(before) - 1
            escaped = ahead >= 0 and view[ahead] in _SIGNS
            for local in escapes.without_escape(before) if escaped else (before,):
                if (local + b"@" + behind).strip(_PUNCTUATION) in known:
                    yield at
                    break
            at = view.find(mark, end)

    def _worded(self, view: bytes) -> Lines:
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


def _variants(word: bytes) -> list[bytes]:
    """The word with its marks as they are commonly escaped, and as it is; empty when there are too many ways."""
    marks = {b"@": escapes.AT, b"+": escapes.PLUS}
    parts = [marks.get(part, (part,)) for part in re.split(rb"([@+])", word)]
    found = [b"".join(chosen) for chosen in product(*parts)] if sum(len(part) > 1 for part in parts) < 3 else []
    return found if len(found) <= _VARIANTS else []


def _lines_with(view: bytes, words: Iterable[bytes], *, alone: bool = False) -> Lines:
    """Lines that hold one of the words; `alone`: with neither a letter nor a digit right behind it, where an
    identifier would go on and be another."""
    found: Lines = {}
    for word in words:
        ends = len(word)
        places = (at for at in _places(view, word) if not alone or view[at + ends : at + ends + 1] not in _GOES_ON)
        found |= _lines_of(view, places)
    return found


def _places(view: bytes, word: bytes) -> Iterator[int]:
    at = view.find(word)
    while at >= 0:
        yield at
        at = view.find(word, at + 1)


def _lines_of(view: bytes, places: Iterable[int]) -> Lines:
    """The lines in which these bytes stand; the places ascend."""
    found: Lines = {}
    at = number = 0
    for place in places:
        if skipped := view.count(b"\n", at, place):
            number, at = number + skipped, view.rfind(b"\n", at, place) + 1
        found[number] = at
    return found


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
