"""The notice for programs: the facts of a version, and which it is."""

from datetime import date
from typing import Any

from troth.policy.facts import facts
from troth.policy.localise import localised
from troth.policy.model import Policy

Plain = dict[str, Any]


def data(policy: Policy, language: str, *, number: int | None, fingerprint: str, effective: date) -> Plain:
    """JSON-ready: `version` (its number, digest, day), `language`, and the `facts` in that language."""
    head = {"number": number, "digest": fingerprint, "effective": effective.isoformat()}
    return {"version": head, "language": language, "facts": facts(localised(policy, language))}
