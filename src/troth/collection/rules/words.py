"""The words a person agrees to. Their digest goes to the ledger, so a change here is a change of text."""

import hashlib

from troth.collection.rules.asked import consent_purposes
from troth.policy.model import Policy


def consent_text(policy: Policy, touchpoint: str, row: str) -> str:
    """The exact words a person agrees to when ticking a row. Raises KeyError for unknown names."""
    declared = policy.touchpoints[touchpoint].row(row)
    labels = [lower_first(policy.purposes[purpose].label) for purpose in consent_purposes(declared)]
    first, last = ", ".join(labels[:-1]), labels[-1]
    return f"Yes, {policy.controller.name} may use these data to {f'{first} and {last}' if first else last}"


def consent_digest(policy: Policy, touchpoint: str, row: str) -> str:
    """SHA-256 (hex) of the words agreed to."""
    return hashlib.sha256(consent_text(policy, touchpoint, row).encode()).hexdigest()


def lower_first(text: str) -> str:
    """A label inside a sentence: `Send you news` → `send you news`; names such as `SDK` stay."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
