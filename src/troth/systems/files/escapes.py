"""How identifiers are escaped in log lines: percent signs, JSON's and servers' backslashes. On small letters. Pure."""

import re
from collections.abc import Iterator, Sequence

AT = (b"@", b"%40", b"%2540", b"%252540", b"\\u0040", b"\\x40")
PLUS = (b"+", b"%2b", b"%252b", b"%25252b", b"\\u002b", b"\\x2b")
"""The marks of an identifier that are commonly escaped, as they are written."""
_DEEP = 3  # times something may have been escaped
_ODD = rb"2[de]|3[0-9]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9a]"  # letters, digits, `.-_` and the backslash
_PERCENT = re.compile(rb"%(?:25)*(?:" + _ODD + rb")")
_UNICODE = re.compile(rb"\\u00(?:25|" + _ODD + rb")")
_HEX = re.compile(rb"\\x(?:25|" + _ODD + rb")")
_PLUS = re.compile(rb"%(?:25)*2b|\\u002b|\\x2b")
_NUMBERED = rb"%([0-9a-f]{2})|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})"
_ESCAPES = (re.compile(_NUMBERED + rb"|\\[a-z\"'/\\]"), re.compile(_NUMBERED))
"""As JSON has them, and where a backslash may be none: in `shop\\ann` it takes no letter away."""
_PERCENTS = re.compile(rb"%[0-9a-f]{2}")
_SLASHES = re.compile(rb"\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[a-z\"'/\\])")


def families(view: bytes) -> frozenset[bytes]:
    """What the view's escapes begin with; the backslash stands for all that name no character by number."""
    return frozenset(sign for sign in (b"%", b"\\") if sign in view) | frozenset(
        sign for sign in (b"\\u00", b"\\x") if b"\\" in view and sign in view
    )


def written(spellings: Sequence[bytes], found: frozenset[bytes]) -> list[bytes]:
    """The spellings that can stand where only these families are."""
    absent = [sign for sign in (b"%", b"\\u00", b"\\x") if sign not in found]
    return [one for one in spellings if not any(sign in one for sign in absent)]


def unusual(view: bytes, found: frozenset[bytes], *, plus: bool) -> bool:
    """Whether something is escaped that nobody needs to (a letter, say), or a `+` where that matters (`plus`)."""
    return bool(
        (b"%" in found and _PERCENT.search(view))
        or (b"\\u00" in found and _UNICODE.search(view))
        or (b"\\x" in found and _HEX.search(view))
        or (plus and _PLUS.search(view))
    )


def resolved(view: bytes) -> Iterator[bytes]:
    """The view with escapes resolved, once and again while there are any. Newlines stay where they are."""
    for escape in _ESCAPES:
        before = view
        for _ in range(_DEEP):
            plain = escape.sub(_plain, before)
            if plain == before:
                break
            yield plain
            before = plain


def blanked(view: bytes, *, bare: bool = False) -> bytes:
    """The view with each `@` resolved and a space for every other escape, for views with none that is unusual. `bare`:
    a backslash is none, and takes no letter away."""
    for one in AT[1:]:
        view = view.replace(one, b"@")
    while b"%25" in view:
        view = view.replace(b"%25", b"%")
    plain = _PERCENTS.sub(b" ", view)
    return plain if bare else _SLASHES.sub(b" ", plain)


def without_escape(word: bytes) -> tuple[bytes, ...]:
    """What a word may be that stands behind a percent sign or a backslash: the escape's own letters may not be its."""
    return tuple(word[length:] for length in (0, 1, 2, 3, 4, 5, 6, 7) if length < len(word))


def _plain(match: re.Match[bytes]) -> bytes:
    code = match[1] or match[2] or match[3]
    byte = int(code, 16) if code else 32
    return bytes((byte,)).lower() if byte < 128 and byte not in (10, 13) else b" "
