"""What one entry of the log is, as bytes; and the guard that keeps personal data out of it. Pure."""

import ipaddress
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import rfc8785

_SCALAR = "text, a whole number, true, false or null"
JSON = str | int | float | bool | None | list["JSON"] | tuple["JSON", ...] | Mapping[str, "JSON"]

MAX_BYTES = 16_384
MAX_TEXT = 128
MAX_WORDS = 5
_MAX_WHOLE = 2**53 - 1  # beyond it RFC 8785 has no one form

_KIND = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
_PSEUDONYM = re.compile(r"[0-9a-f]{16,128}")
_MAIL = re.compile(r"\S@\S")
_PHONE = re.compile(r"\+[\d\s()./-]{7,}")
_SHAPE = "a list, or a list or values by name; nothing deeper"


class UnfitEntry(ValueError):
    """What was handed over cannot be an entry. The message names the kind and the fact, never the value."""


def encode(kind: str, at: datetime, person: str | None, facts: Mapping[str, JSON]) -> bytes:
    """The entry's bytes: RFC 8785 canonical JSON of `{kind, at, person, facts}`, `person` left out when None.

    `kind` is dotted lower case, `at` aware, `person` a pseudonym in hex; `facts` hold ids, counts, codes and digests,
    as scalars, lists of scalars, or one level of names to those. Raises UnfitEntry for anything else, and for text
    that looks like an e-mail address, a telephone number, an IP address or free text.
    """
    if not _KIND.fullmatch(kind):
        raise UnfitEntry("an entry's kind is dotted lower case, like 'record.accepted'")
    if person is not None and not _PSEUDONYM.fullmatch(person):
        raise UnfitEntry(f"{kind}: person must be a pseudonym in lower-case hex of 16 to 128 digits")
    _guard_facts(kind, facts)
    body: dict[str, JSON] = {"kind": kind, "at": rfc3339(at), "facts": facts}
    if person is not None:
        body["person"] = person
    return _canonical(kind, body)


def rfc3339(at: datetime) -> str:
    """A moment in the one form the log uses: UTC, microseconds, `Z`. Raises UnfitEntry when it is naive."""
    if at.tzinfo is None:
        raise UnfitEntry("an entry's time must be aware of its time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _canonical(kind: str, body: Mapping[str, JSON]) -> bytes:
    try:
        encoded = rfc8785.dumps(body)
    except rfc8785.CanonicalizationError:
        raise UnfitEntry(f"{kind}: a fact has no canonical JSON form") from None
    if len(encoded) > MAX_BYTES:
        raise UnfitEntry(f"{kind}: the entry takes {len(encoded)} bytes; at most {MAX_BYTES} are allowed")
    return encoded


def _guard_facts(kind: str, facts: Mapping[str, JSON]) -> None:
    for name, value in facts.items():
        _guard_name(kind, name)
        where = f"{kind}: fact '{name}'"
        if isinstance(value, Mapping):
            for inner, part in value.items():
                _guard_name(kind, inner)
                _guard_items(where, part)
        else:
            _guard_items(where, value)


def _guard_name(kind: str, name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UnfitEntry(f"{kind}: a fact's name must be an identifier of at most 64 letters, digits and _ . : / -")


def _guard_items(where: str, value: JSON) -> None:
    for item in value if isinstance(value, list | tuple) else (value,):
        _guard_scalar(where, item)


def _guard_scalar(where: str, value: object) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, int):
        if abs(value) > _MAX_WHOLE:
            raise UnfitEntry(f"{where} is a number beyond 2**53 - 1; write it as text")
    elif isinstance(value, str):
        _guard_text(where, value)
    else:
        raise UnfitEntry(f"{where} must be {_SCALAR}, or {_SHAPE}")


def _guard_text(where: str, value: str) -> None:
    looks = (
        "an e-mail address"
        if _MAIL.search(value)
        else "a telephone number"
        if _PHONE.search(value)
        else "an IP address"
        if _is_ip(value)
        else "free text"
        if len(value) > MAX_TEXT or len(value.split()) > MAX_WORDS
        else None
    )
    if looks:
        raise UnfitEntry(f"{where} looks like {looks}; evidence holds ids, counts, codes and digests only")


def _is_ip(value: str) -> bool:
    if "." not in value and ":" not in value:  # cheap, and nearly every value ends here
        return False
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
