"""What may go to a recipient, and on what ground abroad. Apart from the gate, because checks need no more of it."""

from datetime import date

from troth.law.adequacy import DPF_SINCE, adequate
from troth.policy.model import Mechanism, Policy, Row, RowRecipient

UNLESS_NAMED = frozenset({"secret", "file", "recording"})
"""Kinds of items that go to no recipient that does not name them."""


OPPOSABLE = frozenset({"legitimate interest", "public interest"})
"""Bases of uses that people may object to (GDPR Art. 21(1))."""


def needed(policy: Policy, row: Row, receiver: RowRecipient) -> frozenset[str]:
    """The items of a row that may go to a recipient: those it names, else all but secrets, files and recordings."""
    if receiver.items:
        return frozenset(receiver.items) & row.item_ids
    return frozenset(i for i in row.item_ids if i in policy.data and policy.data[i].kind not in UNLESS_NAMED)


def holds(mechanism: Mechanism, day: date) -> bool:
    """True if a mechanism makes transfers lawful that day; adequacy only while a decision is in force."""
    if mechanism.kind == "adequacy" and adequate(mechanism.country, day) is None:
        return False
    return mechanism.in_force(day) and day >= DPF_SINCE.get(mechanism.kind, day)
