"""Consents that stand, of everybody at once: counted, or as the group of those who gave them. A few statements."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from troth.consent.models import Event
from troth.consent.rules import Pair
from troth.people import groups
from troth.people.groups import Group


@dataclass(frozen=True)
class Standing:
    """A consent that stands: whose, for what, and the version and language it was given under."""

    person_id: UUID
    touchpoint: str
    purpose: str
    version_id: UUID
    language: str


def counts(pairs: Collection[Pair], *, under: Collection[UUID] = ()) -> dict[Pair, int]:
    """Of each pair, how many people's consent stands; pairs without any are left out. One statement.

    `under`: ids of versions whose consents are left out.
    """
    rows = _given(pairs, under).order_by().values_list("touchpoint", "purpose").annotate(n=Count("id"))
    return {(touchpoint, purpose): n for touchpoint, purpose, n in rows}


def givers(pairs: Collection[Pair], *, under: Collection[UUID] = ()) -> Group:
    """Everybody whose consent for one of these pairs stands."""
    return groups.among(_given(pairs, under).values_list("person_id", flat=True)) if pairs else groups.NOBODY


def some_givers(pairs: Collection[Pair], *, under: Collection[UUID] = (), at_most: int = 500) -> list[UUID]:
    """Up to so many of those whose consent for one of these pairs stands, in the order of their ids. One statement."""
    standing = _given(pairs, under)
    return list(standing.order_by("person_id").values_list("person_id", flat=True).distinct()[:at_most])


def of(ids: Iterable[UUID], pairs: Collection[Pair], *, under: Collection[UUID] = ()) -> list[Standing]:
    """The consents for these pairs that these people gave and that stand. One statement."""
    rows = _given(pairs, under).filter(person_id__in=list(ids)).order_by("person_id", "id")
    return [Standing(*row) for row in rows.values_list("person_id", "touchpoint", "purpose", "version_id", "language")]


def superseded(person_id: UUID) -> dict[Pair, UUID]:
    """What the person had agreed to and a newer policy asks afresh: pair → the version that asks. One statement."""
    rows = _last(Event.objects.filter(person_id=person_id, kind="superseded"))
    return {(t, p): version for t, p, version in rows.values_list("touchpoint", "purpose", "version_id")}


def _given(pairs: Collection[Pair], under: Collection[UUID]) -> QuerySet[Event]:
    wanted = Q(pk__in=[])
    by_touchpoint: dict[str, list[str]] = {}
    for touchpoint, purpose in sorted(pairs):
        by_touchpoint.setdefault(touchpoint, []).append(purpose)
    for touchpoint, purposes in by_touchpoint.items():
        wanted |= Q(touchpoint=touchpoint, purpose__in=purposes)
    return _last(Event.objects.filter(wanted, kind="given").exclude(version_id__in=list(under)))


def _last(events: QuerySet[Event]) -> QuerySet[Event]:
    """Of these the decisions no later decision followed (the fold of `rules.fold`: that it was shown is none)."""
    later = Event.objects.filter(
        person_id=OuterRef("person_id"),
        touchpoint=OuterRef("touchpoint"),
        purpose=OuterRef("purpose"),
        id__gt=OuterRef("id"),
    ).exclude(kind="shown")
    return events.filter(~Exists(later))
