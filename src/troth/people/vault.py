"""A person's key at work: sealing and opening what belongs to that person. Pure but for random nonces."""

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from troth.people import keys, values


@dataclass(frozen=True, repr=False)
class PersonKey:
    """The key of one person (32 bytes) with the uses it is put to. Never shown."""

    person: UUID
    key: bytes

    @classmethod
    def of(cls, person: UUID) -> "PersonKey":
        """The person's key from the store. Raises KeyDestroyed, KeyStoreUnreachable."""
        return cls(person, keys.store("people").get(person))

    @cached_property
    def pseudonym(self) -> str:
        """What evidence calls the person."""
        return keys.pseudonym(self.key, self.person)

    def seal_value(self, record: UUID, item: str, plain: str) -> bytes:
        return values.seal(self._values, values.value_place(self.person, record, item), plain.encode())

    def open_value(self, record: UUID, item: str, sealed: bytes) -> str:
        """Raises SealBroken."""
        return values.open_sealed(self._values, values.value_place(self.person, record, item), sealed).decode()

    def seal_identifier(self, kind: str, plain: str) -> bytes:
        return values.seal(self._identifiers, values.identifier_place(self.person, kind), plain.encode())

    def open_identifier(self, kind: str, sealed: bytes) -> str:
        """Raises SealBroken."""
        return values.open_sealed(self._identifiers, values.identifier_place(self.person, kind), sealed).decode()

    @cached_property
    def _values(self) -> bytes:
        return keys.subkey(self.key, "values")

    @cached_property
    def _identifiers(self) -> bytes:
        return keys.subkey(self.key, "identifiers")
