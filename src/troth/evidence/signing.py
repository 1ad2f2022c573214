"""The log's signing key: one file, made once, readable by its owner alone."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from troth import ground
from troth.evidence.notes import Signer, load_signer


class UnusableSigningKey(RuntimeError):
    """The key file is there but is not a signing key: restore it from a backup; a new key would be another log."""


def signer() -> Signer:
    """This deployment's signer, from `ground.settings().evidence_key_file`; makes the file if there is none.

    Raises UnusableSigningKey if the file does not hold a key.
    """
    path = ground.settings().evidence_key_file
    try:
        text = path.read_text()
    except FileNotFoundError:
        text = _make(path)
    try:
        return load_signer(text)
    except ValueError as problem:
        raise UnusableSigningKey(f"{path}: {problem}; restore the file from a backup") from problem


def _make(path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(fresh, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(Signer(origin(ground.settings().public_url), Ed25519PrivateKey.generate()).dump())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # atomic: of two processes one wins, both read the winner's
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text()


def origin(public_url: str) -> str:
    """The log's name, from where it is published: host, port and path, without scheme. Kept with the key afterwards."""
    parts = urlsplit(public_url)
    place = f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/") or "localhost"
    return "".join(c for c in place if c != "+" and not c.isspace()) + "/evidence"
