"""Finding or making the person behind identifiers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from troth import ground
from troth.people import keys
from troth.people.models import Identifier, Person
from troth.people.normalise import lookup, normalise, pairs
from troth.people.services.store import hold_still
from troth.people.vault import PersonKey
from troth.systems.kit.identifiers import Identifiers


@dataclass(frozen=True)
class PersonRef:
    """A person in the vault. `created`: made by this call."""

    id: UUID
    created: bool


class IdentifierTaken(ValueError):
    """The identifier is another person's already: the two may be one, which a merge decides."""


def prepare(identifiers: Identifiers, *, now: datetime | None = None) -> PersonRef:
    """The person of the deciding identifier, made with a key of their own if nobody has it.

    The first e-mail address decides, else the first account, phone, device. The others do not become identifiers
    here: nobody has shown they belong together, and who typed a stranger's number beside their own address would
    otherwise be answered with the stranger's data. `add_identifier` adds one once it is verified.

    Call it before the storing transaction: the key must be durable first. `now` defaults to the clock. Raises
    ValueError without any identifier, NotAnIdentifier for a malformed one, KeyStoreUnreachable.
    """
    found = pairs(identifiers)
    if not found:
        raise ValueError("nobody can be prepared without an identifier")
    kind, value = found[0]
    name = lookup(kind, value)
    for _ in range(3):
        holder = _holder(kind, name)
        if holder:
            return PersonRef(holder, created=False)
        made = _make(kind, value, name, now or ground.clock())
        if made:
            return PersonRef(made, created=True)
    raise RuntimeError("a person was made and erased by others each time this tried to make them; try again")


def add_identifier(person_id: UUID, kind: str, value: str, *, verified_at: datetime) -> None:
    """Add an identifier the person has shown to be theirs, or note that theirs is verified.

    Raises IdentifierTaken if another person has it, PersonGone, NotAnIdentifier.
    """
    name = lookup(kind, value)
    with transaction.atomic():
        hold_still(person_id)
        sealed = PersonKey.of(person_id).seal_identifier(kind, normalise(kind, value))
        row, made = Identifier.objects.get_or_create(
            kind=kind, lookup=name, defaults={"person_id": person_id, "sealed": sealed, "verified_at": verified_at}
        )
        if row.person_id != person_id:
            raise IdentifierTaken(f"the {kind} identifier belongs to the person {row.person_id}")
        if not made:
            Identifier.objects.filter(id=row.id).update(verified_at=verified_at)


def _holder(kind: str, name: bytes) -> UUID | None:
    return Identifier.objects.filter(kind=kind, lookup=name).values_list("person_id", flat=True).first()


def _make(kind: str, value: str, name: bytes, now: datetime) -> UUID | None:
    """Key first, then the rows; None if somebody else was faster, whose person then holds."""
    person = uuid4()
    store = keys.store("people")
    sealed = PersonKey(person, store.create(person)).seal_identifier(kind, value)
    try:
        with transaction.atomic():
            Person.objects.create(id=person, created_at=now)
            Identifier.objects.create(person_id=person, kind=kind, lookup=name, sealed=sealed)
    except IntegrityError:
        store.destroy(person)
        return None
    return person
