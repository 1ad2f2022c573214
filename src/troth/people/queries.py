"""People and the vault, read: values out, nothing changed, few statements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from troth.people import rules
from troth.people.keys import KeyDestroyed
from troth.people.models import Identifier, Person, Record, Value
from troth.people.normalise import KINDS, lookup, usable
from troth.people.vault import PersonKey
from troth.systems.kit.identifiers import Identifiers

Age = Literal["minor", "adult"]


@dataclass(frozen=True)
class PersonView:
    """A person as the vault knows them. `age`: minor, adult or None; `country`: ISO code or None."""

    id: UUID
    created_at: datetime
    restricted: bool
    age: Age | None
    country: str | None


@dataclass(frozen=True)
class StateParts:
    """What the gate needs to know of a person beside their consents. `objected`: purpose ids (none recorded yet)."""

    age: Age | None
    restricted: bool
    country: str | None
    objected: frozenset[str] = frozenset()
    compelling: frozenset[str] = frozenset()


@dataclass(frozen=True, repr=False)
class RecordView:
    """A record, opened. Personal data: no repr. `hashed`: secret items kept only as a hash, never readable."""

    id: UUID
    person_id: UUID
    version_id: UUID
    touchpoint: str
    row: str
    submission_id: UUID
    recorded_at: datetime
    source: str
    language: str
    due_at: datetime | None
    review_at: datetime | None
    values: Mapping[str, str]
    hashed: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class PersonRow:
    """A line of the console's list. `email`: masked; None if none is known or the key is gone."""

    id: UUID
    created_at: datetime
    email: str | None
    records: int


@dataclass(frozen=True)
class ReviewDue:
    """A record somebody must look at: still needed, or not."""

    record_id: UUID
    person_id: UUID
    version_id: UUID
    touchpoint: str
    row: str
    recorded_at: datetime
    review_at: datetime


class NoSuchPerson(LookupError):
    """Nobody of this id is in the vault: erased, or never there."""


class NoSuchRecord(LookupError):
    """No record of this id is in the vault: erased, or never there."""


def find(identifiers: Identifiers) -> UUID | None:
    """The person known by one of these; if several are, the one of the first e-mail address, account, phone, device."""
    asked = [(kind, lookup(kind, value)) for kind, value in usable(identifiers)]
    rows = _named(asked).values_list("kind", "lookup", "person_id")
    found = {(kind, bytes(name)): holder for kind, name, holder in rows}

    return next((found[name] for name in asked if name in found), None)


def find_emails(addresses: Iterable[str]) -> dict[str, UUID]:
    """Which of these addresses, as given, belong to whom: one statement. Addresses of nobody are left out."""
    names: dict[bytes, list[str]] = {}
    for address in addresses:
        for kind, value in usable(Identifiers(email=(address,))):
            names.setdefault(lookup(kind, value), []).append(address)
    rows = Identifier.objects.filter(kind="email", lookup__in=list(names)).values_list("lookup", "person_id")
    return {address: holder for name, holder in rows for address in names[bytes(name)]}


def touchpoints_of(ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """At which touchpoints the vault holds records of these people, in one statement; those without are left out."""
    found: dict[UUID, set[str]] = {}
    pairs = Record.objects.filter(person_id__in=list(ids)).order_by().values_list("person_id", "touchpoint").distinct()
    for id, touchpoint in pairs:
        found.setdefault(id, set()).add(touchpoint)
    return {id: frozenset(touchpoints) for id, touchpoints in found.items()}


def person(id: UUID) -> PersonView | None:
    """The person of this id, if there is one."""
    row = Person.objects.filter(id=id).first()
    if row is None:
        return None
    return PersonView(row.id, row.created_at, row.restricted, cast(Age | None, row.age or None), row.country or None)


def state_parts(id: UUID) -> StateParts:
    """Age, restriction and country of a person. Raises NoSuchPerson."""
    view = person(id)
    if view is None:
        raise NoSuchPerson(f"the person {id} is not in the vault")
    return StateParts(view.age, view.restricted, view.country)


def records(person_id: UUID) -> list[RecordView]:
    """Everything the vault holds of a person, opened, oldest first; empty if there is nothing or nobody.

    Raises KeyDestroyed while an erasure is being finished, KeyStoreUnreachable.
    """
    return _opened(Record.objects.filter(person_id=person_id).order_by("recorded_at", "id"))


def record(id: UUID) -> RecordView:
    """One record, opened. Raises NoSuchRecord, KeyDestroyed, KeyStoreUnreachable."""
    for view in _opened(Record.objects.filter(id=id)):
        return view
    raise NoSuchRecord(f"the record {id} is not in the vault any more")


def identifiers(person_id: UUID) -> Identifiers:
    """By what the person is known. Raises NoSuchPerson, KeyDestroyed, KeyStoreUnreachable."""
    rows = list(Identifier.objects.filter(person_id=person_id).order_by("id").values_list("kind", "sealed"))
    if not rows:
        raise NoSuchPerson(f"the person {person_id} is not in the vault")
    key = PersonKey.of(person_id)
    found: dict[str, tuple[str, ...]] = {}
    for kind, sealed in rows:
        found[kind] = (*found.get(kind, ()), key.open_identifier(kind, bytes(sealed)))
    return Identifiers(**found)


def pseudonym(person_id: UUID) -> str:
    """What evidence calls the person, in hex. Raises KeyDestroyed once they are erased, KeyStoreUnreachable."""
    return PersonKey.of(person_id).pseudonym


def due_for_review(now: datetime, limit: int = 200) -> list[ReviewDue]:
    """Records whose review day has come, the longest due first; people under restriction left out."""
    rows = Record.objects.filter(review_at__lte=now, person__restricted=False).order_by("review_at", "id")
    fields = ("id", "person_id", "version_id", "touchpoint", "row", "recorded_at", "review_at")
    return [ReviewDue(*row) for row in rows.values_list(*fields)[:limit]]


def people(search: str = "", after: UUID | None = None, limit: int = 50) -> list[PersonRow]:
    """People, newest first; `after`: the last id of the page before. `search`: an identifier, matched whole.

    Two statements, and only this page's e-mail addresses are opened. Raises KeyStoreUnreachable.
    """
    rows = Person.objects.order_by("-created_at", "-id")
    if search.strip():
        named = _named([(kind, lookup(kind, value)) for kind, value in usable(_any_kind(search))])
        rows = rows.filter(id__in=named.values("person_id"))
    if after:
        last = Person.objects.filter(id=after).values_list("created_at", flat=True).first()
        rows = rows.filter(Q(created_at__lt=last) | Q(created_at=last, id__lt=after)) if last else rows.none()
    page = list(rows.annotate(number=Count("records")).values_list("id", "created_at", "number")[:limit])
    emails = _masked_emails([id for id, _, _ in page])
    return [PersonRow(id, created, emails.get(id), number) for id, created, number in page]


def _any_kind(text: str) -> Identifiers:
    return Identifiers(**dict.fromkeys(KINDS, (text,)))


def _named(asked: Iterable[tuple[str, bytes]]) -> QuerySet[Identifier]:
    wanted = Q(pk__in=[])
    for kind, name in asked:
        wanted |= Q(kind=kind, lookup=name)
    return Identifier.objects.filter(wanted)


def _masked_emails(ids: list[UUID]) -> dict[UUID, str]:
    rows = Identifier.objects.filter(person_id__in=ids, kind="email").order_by("-id")
    found: dict[UUID, str] = {}
    for id, sealed in rows.values_list("person_id", "sealed"):
        try:
            found[id] = rules.mask_email(PersonKey.of(id).open_identifier("email", bytes(sealed)))
        except KeyDestroyed:
            continue
    return found


def _opened(rows: QuerySet[Record]) -> list[RecordView]:
    """Two statements, one key a person."""
    found = list(rows)
    sealed: dict[UUID, list[Value]] = {row.id: [] for row in found}
    for value in Value.objects.filter(record_id__in=list(sealed)).order_by("id"):
        sealed[value.record_id].append(value)
    keys = {id: PersonKey.of(id) for id in {row.person_id for row in found}}
    return [_view(row, sealed[row.id], keys[row.person_id]) for row in found]


def _view(row: Record, values: list[Value], key: PersonKey) -> RecordView:
    return RecordView(
        id=row.id,
        person_id=row.person_id,
        version_id=row.version_id,
        touchpoint=row.touchpoint,
        row=row.row,
        submission_id=row.submission_id,
        recorded_at=row.recorded_at,
        source=row.source,
        language=row.language,
        due_at=row.due_at,
        review_at=row.review_at,
        values={v.item: key.open_value(row.id, v.item, bytes(v.sealed)) for v in values if not v.hashed},
        hashed=tuple(v.item for v in values if v.hashed),
    )
