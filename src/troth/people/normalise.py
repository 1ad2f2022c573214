"""One spelling per identifier, and the keyed hash it is found by."""

import hashlib
import hmac
import re
import unicodedata

from troth import ground
from troth.systems.kit.identifiers import Identifiers

KINDS = ("email", "account", "phone", "device")
"""In the order in which they decide who someone is."""

# IDNA 2003 turns these into other letters, and so into somebody else's domain (straße.de, strasse.de): RFC 5894 §7.2
_KEPT_APART = re.compile("[ß\u03c2\u200c\u200d]")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_LONGEST_LABEL = 63
_NOT_DIALLED = re.compile(r"[\s().\-/\u2010-\u2015]")


class NotAnIdentifier(ValueError):
    """The value cannot be an identifier of that kind. The message never holds the value."""


def normalise(kind: str, value: str) -> str:
    """The one spelling of `value`.

    E-mail: lower case, the domain in its ASCII form; tags (`+x`) and dots stay: they are other addresses. Phone: digits
    with a leading `+` where the country is given (`00` counts as such); no country is guessed. Account and device: as
    they are, without white space around. Raises NotAnIdentifier.
    """
    text = unicodedata.normalize("NFC", value).strip()
    if kind == "email":
        return _email(text)
    if kind == "phone":
        return _phone(text)
    if kind not in KINDS:
        raise NotAnIdentifier(f"no identifier is of kind `{kind}`: use {', '.join(KINDS)}")
    if not text:
        raise NotAnIdentifier(f"an empty value is no {kind} identifier")
    return text


def _email(text: str) -> str:
    local, at, domain = text.lower().rpartition("@")
    if not (local and at and domain) or any(c.isspace() for c in text):
        raise NotAnIdentifier("the value is not an e-mail address")
    try:
        return f"{local}@{'.'.join(map(_label, _DOTS.split(domain)))}"
    except UnicodeError:
        raise NotAnIdentifier("the value is not an e-mail address: its domain cannot exist") from None


def _label(label: str) -> str:
    """A part of a domain in its ASCII form. Raises UnicodeError for one that cannot exist."""
    if not label:
        raise UnicodeError("no label")
    if not _KEPT_APART.search(label):
        return label.encode("idna").decode()
    coded = "xn--" + unicodedata.normalize("NFKC", label).encode("punycode").decode()
    if len(coded) > _LONGEST_LABEL or not label.replace("-", "").isalnum():
        raise UnicodeError("no such label")
    return coded


def _phone(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    if text.startswith(("+", "00")):
        text = text.replace("(0)", "")  # the trunk digit nobody dials from abroad
    bare = _NOT_DIALLED.sub("", text)
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if not re.fullmatch(r"\+?[0-9]{3,20}", bare):
        raise NotAnIdentifier("the value is not a phone number")
    return bare


def keyed(secret: bytes, kind: str, value: str) -> bytes:
    """HMAC-SHA256 of the normalised identifier under `secret`. Raises NotAnIdentifier."""
    return hmac.digest(secret, f"{kind}\0{normalise(kind, value)}".encode(), hashlib.sha256)


def lookup(kind: str, value: str) -> bytes:
    """What the database finds the identifier by: 32 bytes. Raises NotAnIdentifier."""
    return keyed(ground.secret("identifiers"), kind, value)


def pairs(who: Identifiers) -> list[tuple[str, str]]:
    """(kind, normalised value) of each, the deciding kinds first. Raises NotAnIdentifier."""
    found = ((kind, normalise(kind, value)) for kind in KINDS for value in getattr(who, kind))
    return list(dict.fromkeys(found))


def usable(who: Identifiers) -> list[tuple[str, str]]:
    """As `pairs`, leaving out what cannot be an identifier: for questions, where nonsense matches nobody."""
    found: list[tuple[str, str]] = []
    for kind in KINDS:
        for value in getattr(who, kind):
            try:
                found.append((kind, normalise(kind, value)))
            except NotAnIdentifier:
                continue
    return list(dict.fromkeys(found))
