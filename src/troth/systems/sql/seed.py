"""Whom to look for: identifiers in the spellings that columns are compared with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.dialects.compare import Match
from troth.systems.sql.model import Kind

Spelled = tuple[int, str]


@dataclass(frozen=True, repr=False)
class Seed:
    """`(person, value)` for each kind of identity and way of comparing. Person: place in the caller's list."""

    values: dict[tuple[str, Match], tuple[Spelled, ...]]
    people: int

    def of(self, kind: Kind, match: Match) -> tuple[Spelled, ...]:
        return self.values.get((kind, match), ())

    def __repr__(self) -> str:
        return f"Seed({self.people} people)"


def seed(people: Sequence[Identifiers]) -> Seed:
    """Identifiers as the matching expressions expect them; each value once for each person."""
    found: dict[tuple[str, Match], dict[Spelled, None]] = {}
    for number, who in enumerate(people):
        for kind in fields(who):
            for value in who.addresses if kind.name == "email" else getattr(who, kind.name):
                for match, form in _forms(kind.name, value):
                    found.setdefault((kind.name, match), {})[number, form] = None
    return Seed({name: tuple(each) for name, each in found.items()}, len(people))


def _forms(kind: str, value: str) -> list[tuple[Match, str]]:
    plain = value.strip().replace("\x00", "")  # no column holds a NUL, so nothing there can match it
    forms: list[tuple[Match, str]] = [("as it is", plain)]
    if kind == "email":
        forms += [("as it is", plain.lower()), ("any case", plain.lower())]
    elif kind == "phone":
        digits = re.sub(r"[^0-9+]", "", plain)
        forms += [("digits", digits if digits.strip("+") else "")]  # a phone without digits is nobody's
    return [(match, form) for match, form in dict.fromkeys(forms) if form]
