"""Groups of people as sets that stay in the database: counted, joined and copied there, never listed in memory."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from troth.people import keys
from troth.people.keys import KeyDestroyed
from troth.people.models import Identifier, Person, Record
from troth.people.vault import PersonKey

Rows = Collection[tuple[str, str]]
"""(touchpoint, row) each."""


@dataclass(frozen=True)
class Group:
    """Some of the people of the vault. `a | b` are those of either."""

    where: Q

    def __or__(self, other: "Group") -> "Group":
        return Group(self.where | other.where)

    def select(self) -> tuple[str, tuple[Any, ...]]:
        """A statement that yields their ids, and its parameters: for `insert … select`."""
        sql, parameters = _ids(self).query.sql_with_params()
        return sql, parameters


@dataclass(frozen=True)
class Reach:
    """How many people a group has, and how many of them have a mail address here."""

    people: int
    by_mail: int


EVERYONE = Group(Q(id__isnull=False))
NOBODY = Group(Q(pk__in=[]))


def holders(rows: Rows) -> Group:
    """Whose records of these rows the vault holds."""
    return Group(Q(Exists(Record.objects.filter(_of(rows), person_id=OuterRef("id"))))) if rows else NOBODY


def among(ids: QuerySet[Any, UUID]) -> Group:
    """Those whose ids another room's query yields."""
    return Group(Q(id__in=ids))


def reach(group: Group) -> Reach:
    """Count a group, in one statement."""
    mail = Exists(Identifier.objects.filter(person_id=OuterRef("id"), kind="email"))
    found = Person.objects.filter(group.where).aggregate(people=Count("id"), by_mail=Count("id", filter=Q(mail)))
    return Reach(found["people"], found["by_mail"])


def sizes(wanted: Sequence[Group]) -> list[int]:
    """How many people each of these groups has, in one statement."""
    counted = {f"group{nth}": Count("id", filter=group.where) for nth, group in enumerate(wanted)}
    found = Person.objects.aggregate(**counted) if counted else {}
    return [found[name] for name in counted]


def records_by_row() -> dict[tuple[UUID, str, str], int]:
    """(version id, touchpoint, row) → how many records the vault holds. One statement."""
    rows = Record.objects.order_by().values_list("version_id", "touchpoint", "row").annotate(n=Count("id"))
    return {(version, touchpoint, row): n for version, touchpoint, row, n in rows}


def rows_of(ids: Iterable[UUID]) -> dict[UUID, frozenset[tuple[str, str]]]:
    """Of which rows the vault holds records of these people, in one statement; those without are left out."""
    found: dict[UUID, set[tuple[str, str]]] = {}
    rows = Record.objects.filter(person_id__in=list(ids)).order_by()
    for id, touchpoint, row in rows.values_list("person_id", "touchpoint", "row").distinct():
        found.setdefault(id, set()).add((touchpoint, row))
    return {id: frozenset(rows) for id, rows in found.items()}


def languages(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The language each of these people used last, in one statement; those of whom none is known are left out."""
    rows = Record.objects.filter(person_id__in=list(ids)).exclude(language="")
    last = rows.order_by("person_id", "-recorded_at").distinct("person_id")
    return dict(last.values_list("person_id", "language"))


def addresses(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The first e-mail address of each of these people, opened; those without one, or being erased, are left out.

    One statement. Personal data. Raises KeyStoreUnreachable.
    """
    rows = Identifier.objects.filter(person_id__in=list(ids), kind="email").order_by("person_id", "id")
    found: dict[UUID, str] = {}
    sealed = dict(rows.distinct("person_id").values_list("person_id", "sealed"))
    for key in _keys(sealed):
        found[key.person] = key.open_identifier("email", bytes(sealed[key.person]))
    return found


def pseudonyms(ids: Iterable[UUID]) -> dict[UUID, str]:
    """What evidence calls each of these people; those being erased are left out. Raises KeyStoreUnreachable."""
    return {key.person: key.pseudonym for key in _keys(ids)}


def _keys(ids: Iterable[UUID]) -> Iterator[PersonKey]:
    store = keys.store("people")  # once: it reads the master key
    for id in ids:
        try:
            yield PersonKey(id, store.get(id))
        except KeyDestroyed:
            continue


def _ids(group: Group) -> QuerySet[Person, UUID]:
    return Person.objects.filter(group.where).order_by().values_list("id", flat=True)


def _of(rows: Rows) -> Q:
    wanted = Q(pk__in=[])
    by_touchpoint: dict[str, list[str]] = {}
    for touchpoint, row in sorted(rows):
        by_touchpoint.setdefault(touchpoint, []).append(row)
    for touchpoint, names in by_touchpoint.items():
        wanted |= Q(touchpoint=touchpoint, row__in=names)
    return wanted
