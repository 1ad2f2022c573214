"""What sampled values look like: pure. Values come in, only kinds and shares go out."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

ENOUGH = 0.6
"""Share of the values that must look alike."""
FEW = 3
"""Values under which content says nothing."""

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s.,;<>]{2,}")
_PHONE = re.compile(r"(\+|00|0)[\d\s()/.\-]{6,20}")
_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]*([ '\-][^\W\d_]+)*( [^\W\d_a-z][^\W\d_]*)")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_FIRST = 20
_WORDS = 6
_LONG = 40


@dataclass(frozen=True)
class Look:
    """How values look: the item, and how sure that makes us. `seen`: how many values there were."""

    item: str | None
    sure: float
    seen: int


def look(values: Iterable[object]) -> Look:
    """The item most values look like. NULL and empty values do not count."""
    texts = [text for text in (str(value).strip() for value in values if value is not None) if text]
    if len(texts) < FEW:
        return Look(None, 0.0, len(texts))
    for item, (test, sure) in _TESTS.items():
        if not any(map(test, texts[:_FIRST])):  # what none of the first looks like, most do not
            continue
        share = sum(map(test, texts)) / len(texts)
        if share >= ENOUGH:
            return Look(item, sure * share, len(texts))
    return Look(None, 0.0, len(texts))


def _email(text: str) -> bool:
    return bool(_EMAIL.fullmatch(text))


def _ip(text: str) -> bool:
    if text.isdigit() or not ("." in text or ":" in text):
        return False
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return True


def _card(text: str) -> bool:
    """13 to 19 digits whose check digit is right (ISO/IEC 7812-1, Luhn)."""
    digits = re.sub(r"[ \-]", "", text)
    if not (digits.isdecimal() and 13 <= len(digits) <= 19) or len(set(digits)) == 1:
        return False
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _iban(text: str) -> bool:
    """Check digits of ISO 13616: modulo 97."""
    plain = text.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", plain):
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and 7 <= sum(c.isdigit() for c in text) <= 15


def _free(text: str) -> bool:
    return len(text) >= _LONG and len(text.split()) >= _WORDS


_TESTS: Mapping[str, tuple[Callable[[str], bool], float]] = {
    "email": (_email, 0.95),
    "ip-address": (_ip, 0.9),
    "payment-card": (_card, 0.85),
    "bank-account": (_iban, 0.95),
    "profile-link": (lambda text: bool(_URL.fullmatch(text)), 0.3),
    "phone": (_phone, 0.6),
    "full-name": (lambda text: bool(_NAME.fullmatch(text)), 0.4),
    "message": (_free, 0.4),
}
"""In this order: the first that fits most values wins."""
