"""Checks an exported bundle without the deployment that wrote it: no database, no Django, no code of the writer.

Everything in the bundle is treated as hostile. The only thing trusted is the verifier key the reader brings, which
must come from somewhere else than the bundle.
"""

from troth.evidence.offline.inclusion import verify_inclusion
from troth.evidence.offline.problems import Unsound, UnusableKey
from troth.evidence.offline.proof import ProofVerdict, verify_proof
from troth.evidence.offline.verdict import Verdict, verify

__all__ = ["ProofVerdict", "Unsound", "UnusableKey", "Verdict", "verify", "verify_inclusion", "verify_proof"]
