"""Signed checkpoints as text: signed notes and checkpoints of C2SP (c2sp.org/signed-note, /tlog-checkpoint). Pure."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
_PRIVATE = "PRIVATE+KEY+"


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The text a checkpoint signs: origin, number of entries, root in base64; one a line."""
    return f"{origin}\n{size}\n{_b64(root)}\n"


@dataclass(frozen=True)
class Signer:
    """A named Ed25519 key. The name is also the log's origin; it has no space and no plus."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @property
    def verifier_key(self) -> str:
        """`name+keyid+base64(0x01 || public key)`: what a reader needs to check this signer's notes."""
        return f"{self.name}+{_key_id(self.name, self.public).hex()}+{_b64(ED25519 + self.public)}"

    def sign(self, text: str) -> str:
        """The signed note of `text`, which ends in a newline."""
        signature = _key_id(self.name, self.public) + self.private.sign(text.encode())
        return f"{text}\n— {self.name} {_b64(signature)}\n"

    def signed(self, note: str) -> bool:
        """Whether `note` carries this signer's valid signature."""
        text, gap, signatures = note.rpartition("\n\n")
        wanted = f"— {self.name} "
        tries = [line.removeprefix(wanted) for line in signatures.splitlines() if line.startswith(wanted)]
        return bool(gap) and any(self._valid(f"{text}\n", encoded) for encoded in tries)

    def _valid(self, text: str, encoded: str) -> bool:
        try:
            signature = base64.b64decode(encoded, validate=True)
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature[4:], text.encode())
        except (ValueError, InvalidSignature):
            return False
        return signature[:4] == _key_id(self.name, self.public)

    def dump(self) -> str:
        """The private key as text, in the form of Go's `sumdb/note`: `PRIVATE+KEY+name+keyid+base64(0x01 || seed)`."""
        seed = self.private.private_bytes_raw()
        return f"{_PRIVATE}{self.name}+{_key_id(self.name, self.public).hex()}+{_b64(ED25519 + seed)}\n"


def load_signer(text: str) -> Signer:
    """The signer that `Signer.dump` wrote. Raises ValueError, without the key's text, if it is not one."""
    name, _, rest = text.strip().removeprefix(_PRIVATE).partition("+")
    key_id, _, encoded = rest.partition("+")
    try:
        data = base64.b64decode(encoded, validate=True)
        signer = Signer(name, Ed25519PrivateKey.from_private_bytes(data[1:]))
    except ValueError:
        raise ValueError("not an Ed25519 signing key in note form") from None
    if not text.startswith(_PRIVATE) or data[:1] != ED25519 or key_id != _key_id(name, signer.public).hex():
        raise ValueError("not an Ed25519 signing key in note form")
    return signer
