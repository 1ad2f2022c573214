"""Person keys, in a store apart from the database: destroying a key makes every copy of what it sealed unreadable."""

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from troth import ground
from troth.people import disk

_WRAPPED = 40  # AES key wrap (RFC 3394) of 32 bytes
_WIPED = bytes(_WRAPPED)
_MARK = ".troth-key-store"


class KeyDestroyed(LookupError):
    """The key is not there and the store is: it was destroyed, or never made."""


class KeyStoreUnreachable(OSError):
    """The store or the key cannot be read: nothing can be said about the key."""


class KeyStore(Protocol):
    """Where keys live. Every method raises KeyStoreUnreachable if the store does not answer."""

    def create(self, id: UUID) -> bytes:
        """Make the key, durably, and return it; an existing one is returned as it is."""
        ...

    def get(self, id: UUID) -> bytes:
        """32 bytes. Raises KeyDestroyed."""
        ...

    def destroy(self, id: UUID) -> None:
        """Make the key unreadable for ever; again does nothing."""
        ...

    def ids(self) -> Iterator[tuple[UUID, datetime]]:
        """Each key there is, and when it was made."""
        ...


class DirectoryKeys:
    """Keys as files `room/ab/<id>` under `path`, each wrapped under `master` (32 bytes), for the owner alone.

    One level of 256 folders: a new folder must be synced to disk with the folder above it, before its first key counts.

    A mark in `path` tells a store from the empty mount point of one: a folder without it is unreachable, never
    "destroyed", and takes no new key.
    """

    def __init__(self, path: Path, master: bytes, room: str) -> None:
        self._path = path
        self._master = master
        self._room = path / room

    def create(self, id: UUID) -> bytes:
        self._open()
        wrapped = aes_key_wrap(self._master, secrets.token_bytes(32))
        file = self._file(id)
        try:
            disk.make_folder(file.parent)
            disk.write_once(file, wrapped)
        except OSError as problem:
            raise KeyStoreUnreachable(f"the key store {self._path} takes no new key: {problem.strerror}") from problem
        return self.get(id)

    def get(self, id: UUID) -> bytes:
        try:
            wrapped = self._file(id).read_bytes()
        except FileNotFoundError:
            self._reachable()
            raise KeyDestroyed(f"the key {id} is not in the key store: it was destroyed, or never made") from None
        except OSError as problem:
            raise KeyStoreUnreachable(f"the key store {self._path} cannot be read: {problem.strerror}") from problem
        if wrapped == _WIPED:  # a destruction cut short after its overwriting
            raise KeyDestroyed(f"the key {id} was destroyed")
        try:
            return aes_key_unwrap(self._master, wrapped)
        except (InvalidUnwrap, ValueError) as problem:
            raise KeyStoreUnreachable(
                f"the key {id} does not unwrap: the master key is another one, or the file is damaged; restore either"
            ) from problem

    def destroy(self, id: UUID) -> None:
        file = self._file(id)
        try:
            disk.wipe(file, _WIPED)
        except FileNotFoundError:
            self._reachable()
        except OSError as problem:
            raise KeyStoreUnreachable(
                f"the key {id} could not be destroyed in {self._path}: {problem.strerror}"
            ) from problem

    def ids(self) -> Iterator[tuple[UUID, datetime]]:
        if not self._path.exists():
            return
        self._reachable()
        for file in self._room.glob("??/" + "[0-9a-f]" * 32):
            try:
                yield UUID(file.name), datetime.fromtimestamp(file.stat().st_mtime, UTC)
            except FileNotFoundError:  # destroyed meanwhile
                continue

    def _file(self, id: UUID) -> Path:
        return self._room / id.hex[:2] / id.hex

    def _open(self) -> None:
        """Make the store if its folder is not there at all."""
        if not self._path.exists():
            disk.make_marked(self._path, _MARK)
        self._reachable()

    def _reachable(self) -> None:
        if not (self._path / _MARK).exists():
            raise KeyStoreUnreachable(
                f"{self._path} is not a key store: is its volume mounted? To begin an empty store there, "
                f"make the file `{_MARK}` in it"
            )


def store(room: str) -> KeyStore:
    """The deployment's keys of one kind (`people`, `requests`, …): one room's sweep never sees another's keys.

    The master key is `ground.secret("master-key")`: whoever holds it and the key folder reads everything, so
    production moves it into a KMS and keeps the folder on a volume of its own (docs/explanation/people-and-keys.md).
    """
    return DirectoryKeys(ground.settings().keys_dir, ground.secret("master-key"), room)


def subkey(key: bytes, use: str) -> bytes:
    """A key of 32 bytes for one use of a person's key: `values`, `identifiers` or `pseudonym`."""
    return HKDFExpand(SHA256(), 32, b"troth/people/1/" + use.encode()).derive(key)


def pseudonym(key: bytes, person: UUID) -> str:
    """What evidence calls the person: 64 hex digits nobody can compute once the key is destroyed."""
    return hashlib.blake2b(person.bytes, key=subkey(key, "pseudonym"), digest_size=32).hexdigest()
