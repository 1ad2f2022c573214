"""What a request must keep of a person, under a key of the request's own in the key store."""

import json
from dataclasses import asdict, dataclass
from uuid import UUID

from troth.people import keys, values
from troth.systems.kit.identifiers import Identifiers

ROOM = "requests"


@dataclass(frozen=True, repr=False)
class Asked:
    """Who asked, in which words, and by what they are known. Before identity is proven that is the address alone."""

    address: str
    words: str
    who: Identifiers


def new_key(request_id: UUID) -> None:
    """Make the request's key, before the transaction that uses it."""
    keys.store(ROOM).create(request_id)


def destroy_key(request_id: UUID) -> None:
    """Make everything sealed for the request unreadable for ever; again does nothing."""
    keys.store(ROOM).destroy(request_id)


def seal(request_id: UUID, place: str, plain: bytes) -> bytes:
    """`plain` under the request's key, bound to `place`."""
    return values.seal(_key(request_id), _aad(request_id, place), plain)


def unseal(request_id: UUID, place: str, sealed: bytes | memoryview) -> bytes:
    """Raises people.keys.KeyDestroyed, KeyStoreUnreachable, people.values.SealBroken."""
    return values.open_sealed(_key(request_id), _aad(request_id, place), bytes(sealed))


def seal_asked(request_id: UUID, asked: Asked) -> bytes:
    return seal(request_id, "asked", json.dumps(asdict(asked)).encode())


def asked(request_id: UUID, sealed: bytes | memoryview) -> Asked:
    plain = json.loads(unseal(request_id, "asked", sealed))
    who = Identifiers(**{kind: tuple(found) for kind, found in plain["who"].items()})
    return Asked(plain["address"], plain["words"], who)


def _key(request_id: UUID) -> bytes:
    return keys.subkey(keys.store(ROOM).get(request_id), "values")


def _aad(request_id: UUID, place: str) -> bytes:
    return b"request" + request_id.bytes + place.encode()
