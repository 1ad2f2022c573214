"""Checks a proof as people get it: a file of JSON with an entry, its proof and the signed checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from troth.evidence.offline.archive import strict_json
from troth.evidence.offline.inclusion import verify_inclusion
from troth.evidence.offline.note import read_key
from troth.evidence.offline.problems import Unsound

FORMAT = "troth-proof/1"
MAX_PROOF = 262_144


@dataclass(frozen=True)
class ProofVerdict:
    """Whether the proof holds; if not, why. `entry`: what the log says, None unless it holds."""

    ok: bool
    problems: tuple[str, ...]
    entry: Mapping[str, Any] | None


def verify_proof(text: str, trusted_key: str) -> ProofVerdict:
    """Check a proof under a verifier key got elsewhere. Only the entry is vouched for, nothing else the file says.

    A proof that cannot be understood fails; it never raises for it. Raises UnusableKey for an unusable key.
    """
    read_key(trusted_key)
    try:
        return ProofVerdict(True, (), _entry(text, trusted_key))
    except Unsound as problem:
        return ProofVerdict(False, (str(problem),), None)


def _entry(text: str, trusted_key: str) -> Mapping[str, Any]:
    if len(text) > MAX_PROOF:
        raise Unsound(f"the proof is larger than {MAX_PROOF} characters")
    told = strict_json(text, "the proof")
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise Unsound(f"the file is not a proof of the format {FORMAT}")
    entry, proof = told.get("entry"), told.get("proof")
    if not isinstance(entry, str) or not isinstance(proof, dict) or not _is_text(entry):
        raise Unsound("the proof must hold the entry as text, and its proof")
    verify_inclusion(entry, proof, trusted_key)
    read = strict_json(entry, "the entry")
    if not isinstance(read, dict):
        raise Unsound("the entry is not an entry")
    return read


def _is_text(entry: str) -> bool:
    """Whether it can be bytes at all: JSON may smuggle in halves of characters."""
    try:
        entry.encode()
    except UnicodeEncodeError:
        return False
    return True
