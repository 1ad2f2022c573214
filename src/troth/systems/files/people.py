"""Whose line is it: identifiers of one person or many, in the spellings that files hold them in. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from ipaddress import IPv6Address, ip_address
from unicodedata import normalize
from urllib.parse import unquote

from troth.systems.kit.identifiers import Identifiers

PUNCTUATION = ".+-@"  # within an identifier, but not at its ends
_TOKEN = re.compile(r"[a-z0-9._+@-]+")
_SEPARATOR = r"[ \t().\-/]*"
_DIGITS = 7  # the last digits of a phone number, by which it is looked for
_UNUSUAL = str.maketrans({"\u212a": "\ue000", "\u0130": "\ue001"})  # letters whose small ones are ASCII
ERASED = "[erased]"


class Needle:
    """One spelling of an identifier: what to look for, whose it is, the part of it that tokens are compared with."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        self.whole_only = kind == "account" and text.isdigit() and len(text) < 5
        self.anchor = max((m[0].strip(PUNCTUATION) for m in _TOKEN.finditer(text)), key=len, default="")
        self.owners: set[int] = set()

    @cached_property
    def edges(self) -> str:
        """Characters that may stand within such an identifier: one of another person may be longer."""
        return PUNCTUATION + (":" if ":" in self.text else "")

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the identifier stands in the text, and not within a longer one."""
        at = text.find(self.text)
        while at >= 0:
            end = at + len(self.text)
            if self._bounded(text, at - 1, -1) and self._bounded(text, end, 1):
                yield at, end
            at = text.find(self.text, at + 1)

    def _bounded(self, text: str, at: int, step: int) -> bool:
        while 0 <= at < len(text) and text[at] in self.edges:
            at += step
        return not (0 <= at < len(text) and (text[at].isalnum() or text[at] == "_"))


class Phone(Needle):
    """A phone number with its country, whatever stands between the digits."""

    def __init__(self, digits: str) -> None:
        super().__init__("phone", digits)
        self.anchor = digits[-_DIGITS:]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(r"(?<![\d+])(?:\+|00)?" + _SEPARATOR.join(self.text) + r"(?!\d)")

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        return (match.span() for match in self._pattern.finditer(text))


class People:
    """Identifiers of people, each known by its place in the sequence."""

    def __init__(self, people: Sequence[Identifiers], kinds: Sequence[str]) -> None:
        known: dict[tuple[str, str], Needle] = {}
        for number, who in enumerate(people):
            for kind in kinds:
                for text in spellings(kind, who):
                    needle = Phone(text) if kind == "phone" else Needle(kind, text)
                    known.setdefault((kind, text), needle).owners.add(number)
        self.needles: tuple[Needle, ...] = tuple(known.values())
        self._whole = known
        self._by_anchor: dict[tuple[str, str], list[Needle]] = defaultdict(list)
        for needle in self.needles:
            self._by_anchor[needle.kind, needle.anchor].append(needle)

    def owners(self, kind: str, value: str) -> set[int]:
        """Whose identifier of this kind the value holds."""
        return {number for form in forms(value) for needle in self._in(kind, form) for number in needle.owners}

    def named(self, kind: str, value: str) -> set[int]:
        """Whose identifier the value is, as a whole."""
        if kind == "phone":
            return self.owners(kind, value)
        found = (self._whole.get((kind, form.strip())) for form in forms(value))
        return {number for needle in found if needle for number in needle.owners}

    def masked(self, kind: str, value: str) -> str:
        """The value without these people's identifiers of this kind."""
        small = fold(value)
        if len(small) == len(value) and len(forms(value)) == 1:
            found = (n.spans(small) for n in self._candidates(kind, small) if not n.whole_only)
            for start, end in _joined(span for spans in found for span in spans):
                value = value[:start] + ERASED + value[end:]
            if not self.owners(kind, value):
                return value
        return ERASED

    def _in(self, kind: str, form: str) -> Iterator[Needle]:
        whole = self._whole.get((kind, form.strip()))
        if whole:
            yield whole
        for needle in self._candidates(kind, form):
            if not needle.whole_only and any(needle.spans(form)):
                yield needle

    def _candidates(self, kind: str, form: str) -> Iterator[Needle]:
        if kind == "phone":
            digits = re.sub(r"\D", "", form)
            anchors = {digits[at : at + _DIGITS] for at in range(len(digits) - _DIGITS + 1)}
        else:
            anchors = {token.strip(PUNCTUATION) for token in _TOKEN.findall(form)}
        for anchor in (*sorted(anchors - {""}), ""):
            yield from self._by_anchor.get((kind, anchor), ())


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap as one; the last comes first."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined[::-1]


def fold(text: str) -> str:
    """Small letters, composed: how identifiers are compared."""
    return normalize("NFC", text).translate(_UNUSUAL).lower()


def forms(value: str) -> list[str]:
    """The value folded, and what its percent signs stand for, however often they were put there."""
    found = [fold(value)]
    while "%" in found[-1] and len(found) < 4:
        plain = fold(unquote(found[-1]))
        if plain == found[-1]:
            break
        found.append(plain)
    return found


def spellings(kind: str, who: Identifiers) -> list[str]:
    """The person's identifiers of a kind in every spelling looked for, folded."""
    if kind == "email":
        found = [form for one in who.addresses for form in (one, _in_ascii(one))]
    elif kind == "device":
        found = [form for one in who.device for form in (one, *_addresses(one))]
    elif kind == "phone":
        found = [re.sub(r"\D", "", one).removeprefix("00") for one in who.phone]
        found = [one for one in found if len(one) >= _DIGITS]
    else:
        found = list(who.account)
    return list(dict.fromkeys(filter(None, (fold(one).strip() for one in found))))


def _in_ascii(address: str) -> str:
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return address


def _addresses(device: str) -> list[str]:
    """Other spellings of a network address."""
    try:
        address = ip_address(device)
    except ValueError:
        return []
    if isinstance(address, IPv6Address):
        mapped = [str(address.ipv4_mapped)] if address.ipv4_mapped else []
        return [address.compressed, address.exploded, *mapped]
    return [f"::ffff:{address}"]
