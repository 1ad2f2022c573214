"""A letter sealed with AES-256-GCM under a secret of this home, bound to its own row."""

import json
import os
from dataclasses import asdict, dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from troth import ground

_NONCE = 12


@dataclass(frozen=True, repr=False)  # no repr: a letter must not reach a log by accident
class Letter:
    """Who it goes to and what it says, in the clear."""

    to: str
    subject: str
    text: str


def close(message_id: UUID, letter: Letter) -> bytes:
    """The sealed form of `letter`, readable only as the message `message_id`."""
    nonce = os.urandom(_NONCE)
    plain = json.dumps(asdict(letter)).encode()
    return nonce + _cipher().encrypt(nonce, plain, message_id.bytes)


def open_letter(message_id: UUID, sealed: bytes) -> Letter:
    """The letter. Raises cryptography's InvalidTag if the bytes are not those sealed for this message."""
    plain = _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], message_id.bytes)
    return Letter(**json.loads(plain))


def _cipher() -> AESGCM:
    return AESGCM(ground.secret("messages"))
