"""Sealing values under a person's key: AES-256-GCM. Pure but for the random nonce.

Form, version 1: `01` · 12 bytes nonce · ciphertext and tag. What is sealed where is bound in, so a sealed value moved
to another person, record or item does not open.
"""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
_NONCE = 12


class SealBroken(ValueError):
    """A sealed value does not open: another key or place, or it was changed."""


def seal(key: bytes, aad: bytes, plain: bytes) -> bytes:
    """`plain` sealed under `key` (32 bytes) and bound to `aad`."""
    nonce = os.urandom(_NONCE)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plain, VERSION + aad)


def open_sealed(key: bytes, aad: bytes, sealed: bytes) -> bytes:
    """What was sealed. Raises SealBroken if key, place or content is another, or the form is unknown."""
    if sealed[:1] != VERSION:
        raise SealBroken("the sealed value has an unknown form: it was written by a later release, or is damaged")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], VERSION + aad)
    except (InvalidTag, ValueError) as problem:
        raise SealBroken("a sealed value does not open: another key or place, or it was changed") from problem


def value_place(person: UUID, record: UUID, item: str) -> bytes:
    """What binds a value to its person, record and item."""
    return b"value" + person.bytes + record.bytes + item.encode()


def identifier_place(person: UUID, kind: str) -> bytes:
    """What binds an identifier to its person and kind."""
    return b"identifier" + person.bytes + kind.encode()
