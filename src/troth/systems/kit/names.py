"""Names in stores that are made of a person's identifiers: `users/{account}/`, `avatars/{email}.png`."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from urllib.parse import quote

from troth.systems.kit.identifiers import Identifiers

KINDS = ("email", "phone", "account", "device")
_SLOT = re.compile(r"\{([^{}]*)\}")
_ESCAPE = re.compile(r"(?:%([0-9A-F]{2})|\\u([0-9A-F]{4}))$", re.IGNORECASE)


def template(text: str) -> str:
    """The template itself. Raises ValueError when it names no identifier, or one that there is not.

    A template without an identifier would reach the things of everybody.
    """
    named = slots(text)
    if not named or set(named) - set(KINDS):
        raise ValueError(f"must name at least one of {', '.join(f'{{{kind}}}' for kind in KINDS)} and nothing else")
    return text


def slots(text: str) -> list[str]:
    """The kinds of identifier that the template names, each once."""
    return list(dict.fromkeys(_SLOT.findall(text)))


def filled(text: str, who: Identifiers, *, apart: str = "") -> list[str]:
    """The template with the person's identifiers in it, every combination once; none when one of them is not known.

    apart: characters that part names in this store. In an identifier they are written as URLs write them (`%2F`):
    `users/{account}/` for the account `x/y` would else lie among the things of the account `x`.
    """
    named = slots(text)
    known = [[_whole(value, apart) for value in spellings(who, slot)] for slot in named]
    made = (_put(text, dict(zip(named, values, strict=True))) for values in product(*known))
    return list(dict.fromkeys(made))


def spellings(who: Identifiers, kind: str) -> list[str]:
    """The person's identifiers of one kind as a store may spell them; never an empty one."""
    values: tuple[str, ...] = who.addresses if kind == "email" else getattr(who, kind)
    both = (form for value in values for form in ((value, value.lower()) if kind == "email" else (value,)))
    return list(dict.fromkeys(form for form in both if form.strip()))


def mentions(text: str, value: str) -> bool:
    """Whether the text holds the identifier itself, not as a part of a longer one (`jo@x.org` in `banjo@x.org`).

    What stands before it may be written as URLs and JSON write it: `%3Djo@x.org`, `\\u003cjo@x.org`.
    """
    return any(_alone(text, at, at + len(value)) for at in _places(text, value))


def _whole(value: str, apart: str) -> str:
    return "".join(quote(one, safe="") if one in apart else one for one in value)


def _put(text: str, values: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: values[slot.group(1)], text)


def _places(text: str, value: str) -> Iterator[int]:
    text, value = text.casefold(), value.casefold()
    at = text.find(value)
    while value and at >= 0:
        yield at
        at = text.find(value, at + 1)


def _before(text: str, start: int) -> str:
    """The character before that place; empty at the beginning."""
    escape = _ESCAPE.search(text[max(start - 6, 0) : start])
    return chr(int(escape[1] or escape[2], 16)) if escape else text[max(start - 1, 0) : start]


def _alone(text: str, start: int, end: int) -> bool:
    before, after = _before(text, start), text[end : end + 2]
    if before and (before.isalnum() or before in "_+-."):
        return False
    longer = after[:1].isalnum() or after[:1] in ("_", "-", "@")
    return not (longer or (after[:1] == "." and after[1:].isalnum()))
