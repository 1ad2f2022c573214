"""Which of a touchpoint's items people type, and which come in some other way."""

from collections.abc import Iterator
from typing import Literal

from troth.people.rules import kept_by_others
from troth.policy.model import Policy, Row, Touchpoint

Place = Literal["here", "file", "provider", "elsewhere"]
"""`here`: typed; `file`: an upload, not taken yet; `provider`: a secret set where it is kept; `elsewhere`: observed
or derived, asked of nobody."""

TYPED = ("given", "free text", "secret")


def asked(policy: Policy, touchpoint: Touchpoint) -> tuple[str, ...]:
    """Item ids that a person types at this touchpoint, in the order of its rows."""
    ids = dict.fromkeys(item.item for row in touchpoint.rows for item in row.items)
    return tuple(item for item in ids if place_of(policy, touchpoint, item) == "here")


def place_of(policy: Policy, touchpoint: Touchpoint, item: str) -> Place:
    """Where a person gives an item that a row of the touchpoint declares.

    A secret that a recipient of every row with it is named to hold is set there and never passes through here
    (semantics §4). Raises KeyError for an item the policy does not know.
    """
    declared = policy.data[item]
    if declared.kind == "file" or declared.format == "file":
        return "file"
    if declared.kind not in TYPED:
        return "elsewhere"
    if declared.kind == "secret" and all(item in kept_by_others(policy, row) for row in _with(touchpoint, item)):
        return "provider"
    return "here"


def consent_purposes(row: Row) -> tuple[str, ...]:
    """The purposes of a row that rely on consent: they need a tick of their own."""
    return tuple(p.purpose for p in row.purposes if p.relies_on == "consent")


def needs_consent(row: Row) -> bool:
    """Nothing at all may be done with the row without agreement. Never true of marketing: it is no condition."""
    return not row.marketing and len(consent_purposes(row)) == len(row.purposes)


def _with(touchpoint: Touchpoint, item: str) -> Iterator[Row]:
    return (row for row in touchpoint.rows if item in row.item_ids)
