"""What the evidence room hands out: values, no rows."""

import base64
from dataclasses import dataclass
from datetime import datetime

from troth.evidence.entry import JSON


class LogDamaged(RuntimeError):
    """The stored log does not fit together or does not continue what was signed: nothing more is placed or signed."""


class UnknownEntry(LookupError):
    """No entry has this id."""


@dataclass(frozen=True)
class Checkpoint:
    """The log as it stood: number of entries, root (32 bytes), the signed note, when it was signed."""

    size: int
    root: bytes
    note: str
    at: datetime


@dataclass(frozen=True)
class EntryView:
    """One entry as it reads. `position` is None until the sequencer has placed it."""

    id: int
    kind: str
    at: datetime
    person: str | None
    facts: dict[str, JSON]
    position: int | None


@dataclass(frozen=True)
class Proof:
    """That the entry at `position` is in the log of `checkpoint`: RFC 9162 inclusion proof, hashes of 32 bytes."""

    entry: int
    position: int
    leaf_hash: bytes
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def as_json(self) -> dict[str, JSON]:
        """For a receipt: hashes in base64, and the signed checkpoint they lead to."""
        return {
            "position": self.position,
            "size": self.checkpoint.size,
            "leaf_hash": base64.b64encode(self.leaf_hash).decode(),
            "path": [base64.b64encode(step).decode() for step in self.path],
            "checkpoint": self.checkpoint.note,
        }


@dataclass(frozen=True)
class Audit:
    """What re-hashing the stored log found: `size` entries read, every problem in words (ids and positions only)."""

    ok: bool
    size: int
    problems: tuple[str, ...]
