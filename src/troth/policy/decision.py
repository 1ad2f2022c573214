"""The question and the answer of `permits`, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

STORE = "store"
"""The purpose that asks whether data may be kept at all. No purpose of a policy may be called so."""

ORDER = (
    "not-declared",
    "under-age",
    "erased",
    "restricted",
    "objected",
    "no-basis",
    "no-transfer",
    "never",
)
"""Codes of denials; the first that applies is the answer."""


@dataclass(frozen=True, slots=True)
class PersonState:
    """What a gate knows of a person.

    `objected`: ids of purposes they objected to; `compelling`: those of them for which compelling grounds are
    recorded. `consents`: (touchpoint, purpose) → state, of which only `given` counts as consent. `recorded_at`: when
    the data in question was recorded, None if it is not recorded yet. `country`: ISO 3166-1 alpha-2, where known.
    """

    age: Literal["minor", "adult"] | None = None
    erased_at: datetime | None = None
    restricted: bool = False
    objected: frozenset[str] = frozenset()
    compelling: frozenset[str] = frozenset()
    consents: Mapping[tuple[str, str], str] = field(default_factory=dict)
    recorded_at: datetime | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """`code` is one of ORDER, None if allowed. `row`: id of the row that answers, where one does.

    `clause`: dotted path of the part of the policy that decides (`never.location-finer-than-country`), by which its
    place in the files is found; None where no part does.
    """

    allowed: bool
    code: str | None
    row: str | None
    reason: str
    clause: str | None
