"""Checks the proof that one entry is in the signed log, as receipts and proofs of absence carry it."""

import base64
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from troth.evidence.offline.note import read_checkpoint, read_key
from troth.evidence.offline.problems import Unsound
from troth.evidence.offline.tree import leaf


def verify_inclusion(entry: str, proof: Mapping[str, Any], trusted_key: str) -> None:
    """Check that `entry`, the exact text, is in the log that the proof's checkpoint signed (RFC 9162, 2.1.3.2).

    `proof` has position, path (base64) and checkpoint (the signed note). Returns if it is; raises Unsound saying why
    not, UnusableKey when `trusted_key` is no verifier key.
    """
    signed = read_checkpoint(str(proof.get("checkpoint", "")), read_key(trusted_key), "the proof's checkpoint")
    position, path = proof.get("position"), proof.get("path")
    if not isinstance(position, int) or not isinstance(path, list) or not 0 <= position < signed.size:
        raise Unsound("the proof names no position in the log of its checkpoint")
    try:
        steps = [base64.b64decode(step, validate=True) for step in path]
    except (TypeError, ValueError):
        raise Unsound("a step of the proof is not base64") from None
    if _root(leaf(entry.encode()), position, signed.size, steps) != signed.root:
        raise Unsound("the proof does not lead from the entry to the signed root")


def _root(hashed: bytes, position: int, size: int, steps: list[bytes]) -> bytes | None:
    """The root over `size` leaves, from one leaf and the hashes beside its way up; None if these do not fit."""
    first, count, left = position, size, list(steps)
    sides: list[bool] = []  # from the root down: whether the leaf is on the right
    while count > 1:
        half = 1 << ((count - 1).bit_length() - 1)
        right = first >= half
        sides.append(right)
        first, count = (first - half, count - half) if right else (first, half)
    if len(left) != len(sides):
        return None
    for step, right in zip(left, reversed(sides), strict=True):
        hashed = sha256(b"\1" + (step + hashed if right else hashed + step)).digest()
    return hashed
