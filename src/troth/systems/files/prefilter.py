"""Which lines of a block may be about somebody: decided on bytes, so that only these are read field by field. Pure.

It may say yes too often, never no where a field holds an identifier. Few identifiers are searched for one by one; many
are looked up among the words of the block, which costs the same for ten thousand.
"""

import re
from collections.abc import Sequence

from troth.systems.files.people import PUNCTUATION, Needle

FEW = 24  # identifiers from which on a look-up of words is faster than a search for each (measured)
_DIGITS = 7
_ESCAPE = re.compile(rb"%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\[a-z\"'/\\]")
_UNUSUAL = re.compile(rb"(?:%|\\u00|\\x)(?:2[de]|3[0-9]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])")
_USUAL = ((b"%25", b"%"), (b"%40", b"@"), (b"%2b", b"+"), (b"\\u0040", b"@"), (b"\\u002b", b"+"), (b"\\x40", b"@"))
_WORDS = bytes(
    ord(chr(byte).lower()) if byte < 128 and (chr(byte).isalnum() or chr(byte) in "._+@-\n") else 32
    for byte in range(256)
)
_SPACING = b" \t().-/"
_MARKS = tuple(text.encode() for mark in PUNCTUATION for text in (f"{mark} ", f" {mark}"))
_DEEP = 4  # times something may have been escaped, and once as it is


class Prefilter:
    """Looks for people's identifiers in blocks of whole lines."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        words = {needle.anchor.encode() for needle in needles if needle.kind != "phone"}
        self._phones = frozenset(needle.anchor.encode() for needle in needles if needle.kind == "phone")
        self._all = b"" in words  # an identifier without a single ASCII letter or digit: every line may hold it
        self._words = frozenset(words)
        self._few = sorted(words, key=len, reverse=True) if len(words) <= FEW else None

    def lines(self, block: bytes) -> list[int]:
        """Numbers of the lines in the block, from 0, that must be read."""
        if self._all:
            return list(range(block.count(b"\n") + 1))
        found: set[int] = set()
        for view in self._views(block):
            if self._words:
                found |= self._worded(view)
            if self._phones:
                found |= self._phoned(view.translate(None, _SPACING))
        return sorted(found)

    def _worded(self, view: bytes) -> set[int]:
        if self._few is not None:
            return _numbers(view, self._few)
        words = _words(view)
        if self._words.isdisjoint(words.split()):
            return set()
        lines = enumerate(words.split(b"\n"))
        return {number for number, line in lines if not self._words.isdisjoint(line.split())}

    def _phoned(self, digits: bytes) -> set[int]:
        if len(self._phones) <= FEW:
            return _numbers(digits, sorted(self._phones))
        return {number for number, line in enumerate(digits.split(b"\n")) if self._called(line)}

    def _called(self, line: bytes) -> bool:
        runs = re.findall(rb"\d{7,}", line)
        return any(run[at : at + _DIGITS] in self._phones for run in runs for at in range(len(run) - _DIGITS + 1))

    def _views(self, block: bytes) -> list[bytes]:
        """The block in small letters; and with escapes resolved, if it has any. Newlines stay where they are."""
        views = [block.lower()]
        while len(views) < _DEEP and (b"%" in views[-1] or b"\\" in views[-1]):
            view = views[-1]
            plain = _ESCAPE.sub(_resolved, view) if self._few is None or _UNUSUAL.search(view) else _usual(view)
            if plain == view:
                break
            views.append(plain)
        return views


def _numbers(view: bytes, words: Sequence[bytes]) -> set[int]:
    """Lines that hold one of the words."""
    found = set()
    for word in words:
        at = number = 0
        while (hit := view.find(word, at)) >= 0:
            number += view.count(b"\n", at, hit)
            found.add(number)
            end = view.find(b"\n", hit)
            if end < 0:
                break
            at, number = end + 1, number + 1
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


def _words(view: bytes) -> bytes:
    """The words of the block, each as an identifier would be written, without marks at their ends."""
    words = b" " + view.translate(_WORDS).replace(b"\n", b" \n ") + b" "
    while any(mark in words for mark in _MARKS):
        for mark in _MARKS:
            words = words.replace(mark, b" ")
    return words
