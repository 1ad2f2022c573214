"""Identifiers and values in the spellings that documents may hold: what a lookup asks for. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.mask import MARK
from troth.systems.sql.model import Kind

_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")
_MASKED = re.compile(rf"{MARK}[0-9a-f]{{32,}}.*", re.DOTALL)
_WHOLE = re.compile(r"0|-?[1-9]\d{0,17}")


def identifiers(who: Identifiers, kind: Kind) -> list[str]:
    """The identifiers of one kind. Raises TypeError for what is no text: an operator can never come in this way."""
    given = who.addresses if kind == "email" else getattr(who, kind)
    if not all(isinstance(one, str) for one in given):
        raise TypeError("identifiers are texts")
    plain = [one.strip().replace("\x00", "") for one in given]
    return [one for one in plain if same(kind, one)]  # a phone without digits is nobody's, and all that are left empty


def forms(kind: Kind, value: str, *, exact: bool) -> list[Any]:
    """What to ask for. E-mails without `exact` are compared without regard to case by the server; the others are
    asked for in each spelling, since a lookup does not look inside texts."""
    if kind == "email":
        return [value] if not exact else list(dict.fromkeys((value, value.lower())))
    if kind == "phone":
        digits = re.sub(r"\D", "", value)
        spelled = (value, re.sub(r"[^0-9+]", "", value), *alternatives(digits))  # with its number, if it can be one
        return list(dict.fromkeys(spelled))
    return list(alternatives(value))


def same(kind: Kind, value: Any) -> str:
    """A stored or given identifier as it is compared here."""
    text = str(value).strip()
    if kind == "email":
        return text.lower()
    return re.sub(r"\D", "", text) if kind == "phone" else text


def is_masked_text(value: Any) -> bool:
    """Whether an erasure wrote the value. A name that only begins alike is a name."""
    return isinstance(value, str) and bool(_MASKED.fullmatch(value))


def alternatives(value: Any) -> Iterator[Any]:
    """The value, and what it would be where ids are kept as texts, numbers or object ids instead."""
    yield value
    if isinstance(value, bool):
        return
    if isinstance(value, str):
        if _OBJECT_ID.fullmatch(value):
            from bson import ObjectId

            yield ObjectId(value)
        if _WHOLE.fullmatch(value):
            yield int(value)
    elif isinstance(value, int) or type(value).__name__ == "ObjectId":
        yield str(value)
