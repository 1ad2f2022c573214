"""The verifier's own reading of C2SP verifier keys, signed notes and checkpoints."""

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from troth.evidence.offline.problems import Unsound, UnusableKey

MAX_NOTE = 65_536
MAX_SIGNATURES = 100
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Key:
    """A verifier key: who signs, and the Ed25519 public key."""

    text: str
    name: str
    id: bytes
    public: Ed25519PublicKey


@dataclass(frozen=True)
class Signed:
    """What a checkpoint with a valid signature says."""

    size: int
    root: bytes


def read_key(text: str) -> Key:
    """The key of `name+keyid+base64(0x01 || public key)`. Raises UnusableKey, saying what is wrong with it."""
    name, _, rest = text.strip().partition("+")
    hexed, _, encoded = rest.partition("+")
    data = _decoded(encoded)
    if not name or any(c.isspace() for c in name) or data is None or not re.fullmatch(r"[0-9a-f]{8}", hexed):
        raise UnusableKey("the trusted key is not of the form name+keyid+base64")
    if data[:1] != b"\x01" or len(data) != 33:
        raise UnusableKey("the trusted key is not an Ed25519 key")
    if hashlib.sha256(name.encode() + b"\n" + data).digest()[:4].hex() != hexed:
        raise UnusableKey("the trusted key is mistyped: its key id does not fit its name and key")
    return Key(text.strip(), name, bytes.fromhex(hexed), Ed25519PublicKey.from_public_bytes(data[1:]))


def _decoded(encoded: str) -> bytes | None:
    """Strict base64: one text for each value, so that no changed letter goes unseen."""
    try:
        data = base64.b64decode(encoded.encode("ascii"), validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == encoded else None


def read_checkpoint(note: str, key: Key, what: str) -> Signed:
    """What the signed note says, once its signature by `key` is found valid. Raises Unsound naming `what`."""
    text, gap, tail = note.rpartition("\n\n")
    if not gap or len(note) > MAX_NOTE or _CONTROL.search(note) or not tail.endswith("\n"):
        raise Unsound(f"{what} is not a signed note")
    body = f"{text}\n"
    _check_signature(body, tail[:-1].split("\n"), key, what)
    return _read_body(body, key, what)


def _check_signature(body: str, lines: list[str], key: Key, what: str) -> None:
    if len(lines) > MAX_SIGNATURES:
        raise Unsound(f"{what} carries more than {MAX_SIGNATURES} signatures")
    found = [signature for line in lines if (signature := _signature(line, key, what))]
    if not found:
        raise Unsound(f"{what} is not signed by the trusted key")
    try:
        for signature in found:
            key.public.verify(signature, body.encode())
    except (InvalidSignature, UnicodeEncodeError):
        raise Unsound(f"{what} carries a signature that the trusted key did not make") from None


def _signature(line: str, key: Key, what: str) -> bytes | None:
    """The signature on this line if it claims to be by `key`; others (witnesses, say) are not ours to judge."""
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    data = _decoded(encoded)
    if dash != "—" or data is None or len(data) < 5:
        raise Unsound(f"{what} has a malformed signature line")
    return data[4:] if (name, data[:4]) == (key.name, key.id) else None


def _read_body(body: str, key: Key, what: str) -> Signed:
    origin, *rest = body[:-1].split("\n")
    if len(rest) != 2:
        raise Unsound(f"{what} must have three lines: origin, size and root")
    size, root = rest[0], _decoded(rest[1])
    if origin != key.name:
        raise Unsound(f"{what} is of another log than the trusted key's")
    if not _SIZE.fullmatch(size) or root is None or len(root) != 32:
        raise Unsound(f"{what} does not state a size and a root")
    return Signed(int(size), root)
