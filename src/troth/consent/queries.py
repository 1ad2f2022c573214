"""The consent ledger, read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from troth.consent.models import Event
from troth.consent.rules import EventKind, Pair, State
from troth.people import queries as people
from troth.policy.permits import PersonState


@dataclass(frozen=True)
class EventView:
    """One purpose of one act of the ledger. `text_digest`: SHA-256 hex of the text shown, empty if none was."""

    id: int
    act: UUID
    kind: EventKind
    touchpoint: str
    purpose: str
    version_id: UUID
    language: str
    text_digest: str
    how: str
    at: datetime


def state(person_id: UUID) -> dict[Pair, State]:
    """The person's state of each (touchpoint, purpose) they were asked about; empty if none."""
    return states([person_id])[person_id]


def states(person_ids: Iterable[UUID]) -> dict[UUID, dict[Pair, State]]:
    """As `state`, of many people in one statement; every id asked for has its entry."""
    found: dict[UUID, dict[Pair, State]] = {id: {} for id in person_ids}
    for person, touchpoint, purpose, kind in _deciding(list(found)).values_list(
        "person_id", "touchpoint", "purpose", "kind"
    ):
        found[person][touchpoint, purpose] = cast(State, kind)
    return found


def events(person_id: UUID) -> list[EventView]:
    """A person's whole ledger, oldest first."""
    rows = Event.objects.filter(person_id=person_id).order_by("id")
    return [_view(row) for row in rows]


def deciding(person_id: UUID) -> list[EventView]:
    """The event behind each entry of `state`: what was said, when, and which text was shown."""
    return [_view(row) for row in _deciding([person_id])]


def person_state(person_id: UUID, *, recorded_at: datetime | None = None) -> PersonState:
    """What the gate `permits` asks about a person. `recorded_at`: when the data in question was recorded.

    Raises people.NoSuchPerson: about somebody erased there is nothing to decide, and nothing may happen.
    """
    parts = people.state_parts(person_id)
    return PersonState(
        age=parts.age,
        erased_at=None,
        restricted=parts.restricted,
        objected=parts.objected,
        compelling=parts.compelling,
        consents=state(person_id),
        recorded_at=recorded_at,
        country=parts.country,
    )


def _deciding(person_ids: list[UUID]) -> QuerySet[Event]:
    """The fold in SQL: of each pair the last decision, else that it was shown."""
    mere = Case(When(kind="shown", then=Value(1)), default=Value(0))
    rows = Event.objects.filter(person_id__in=person_ids)
    return rows.order_by("person_id", "touchpoint", "purpose", mere, "-id").distinct(
        "person_id", "touchpoint", "purpose"
    )


def _view(row: Event) -> EventView:
    return EventView(
        id=row.id,
        act=row.act,
        kind=cast(EventKind, row.kind),
        touchpoint=row.touchpoint,
        purpose=row.purpose,
        version_id=row.version_id,
        language=row.language,
        text_digest=row.text_digest,
        how=row.how,
        at=row.at,
    )
