"""Names of files as patterns: `*` and `?` within a part, `**/` over parts, `{email}` where a person stands. Pure."""

import re
from functools import cache
from urllib.parse import unquote

KINDS = ("email", "phone", "account", "device")
_PERSON = re.compile(rf"\{{({'|'.join(KINDS)})\}}")
_PIECE = re.compile(rf"\*\*/|\*|\?|\[!?\]?[^\]/]*\]|\{{(?:{'|'.join(KINDS)})\}}|.", re.DOTALL)


def glob(pattern: str) -> str:
    """The pattern with `*` where a person stands: what to list."""
    return _PERSON.sub("*", pattern)


def names_person(pattern: str) -> bool:
    """Whether the name of a file says whose it is."""
    return bool(_PERSON.search(pattern))


def fixed(pattern: str) -> str:
    """What every matching name begins with."""
    return re.split(r"[*?\[{]", pattern, maxsplit=1)[0]


def folder_of(pattern: str) -> str:
    """The pattern of the folders its files are in, with a slash at its end; nothing for the store's own."""
    head, slash, _ = glob(pattern).rpartition("/")
    return head + slash


@cache
def matcher(pattern: str) -> re.Pattern[str]:
    """Matches whole names, relative to the store; a group each for the identifiers in it, `email_1` and so on."""
    seen = 0
    parts = []
    for piece in _PIECE.findall(pattern):
        if _PERSON.fullmatch(piece):
            seen += 1
            parts.append(f"(?P<{piece[1:-1]}_{seen}>[^/]+)")
        else:
            parts.append(_part(piece))
    return re.compile("".join(parts), re.DOTALL)


def _part(piece: str) -> str:
    if piece == "**/":
        return "(?:[^/]+/)*"
    if piece in "*?":
        return "[^/]*" if piece == "*" else "[^/]"
    if len(piece) > 1:
        inner = piece[1:-1].replace("\\", r"\\")
        return f"[{'^' + inner[1:] if inner.startswith('!') else inner}]"
    return re.escape(piece)


def person_in(pattern: str, name: str) -> list[tuple[str, str]]:
    """(kind, value) of the identifiers the name holds, percent signs decoded; empty when the name does not match."""
    found = matcher(pattern).fullmatch(name)
    return [(group.split("_")[0], unquote(value)) for group, value in found.groupdict().items()] if found else []
