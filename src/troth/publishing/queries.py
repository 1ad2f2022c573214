"""Publications, read: how far telling people is, and what a page says of a change that is coming or new."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count

from troth.policy.difference.values import Change
from troth.publishing import rules
from troth.publishing.models import Addressee, Publication

NEWS = timedelta(days=30)
"""How long after its day a change is still told on pages."""


@dataclass(frozen=True)
class Announcement:
    """What a page says of a change: version `number` after `base`, its day, whether that has come, what changes."""

    number: int
    base: int
    effective: date
    in_effect: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Progress:
    """A publication and how far it is. `to_tell` people in all: `told`, `by_hand` (staff do it), `spared` (nothing
    concerned them any more), `waiting`. `lapsed` consents, `withheld` deliveries, `shortened` records so far."""

    publication_id: UUID
    version_id: UUID
    number: int
    base: int | None
    effective: date
    at: datetime
    by: str
    plan_digest: str
    plan: Mapping[str, Any]
    changes: tuple[Change, ...]
    told: int
    by_hand: int
    spared: int
    waiting: int
    lapsed: int
    withheld: int
    shortened: int
    in_effect_at: datetime | None

    @property
    def to_tell(self) -> int:
        return self.told + self.by_hand + self.spared + self.waiting


def announced(now: datetime) -> Announcement | None:
    """The latest change that people may want to hear of: not in effect yet, or for less than 30 days. One statement.

    What is wording only is not among its changes; None where nothing else changed.
    """
    today = now.date()
    recent = Publication.objects.filter(base__isnull=False, effective__gt=today - NEWS).order_by("-version__number")
    fields = ("version__number", "base__number", "effective", "changes")
    for number, base, effective, stored in recent.values_list(*fields):
        changes = tuple(change for change in rules.restore(stored) if not change.silent)
        if changes:
            return Announcement(number, base, effective, effective <= today, changes)
    return None


def publications() -> tuple[Progress, ...]:
    """Every publication, the newest first. Two statements."""
    return _progress(list(Publication.objects.select_related("version", "base").order_by("-version__number")))


def publication(version_id: UUID) -> Progress | None:
    """The publication that made a version; None if there is none."""
    found = _progress(list(Publication.objects.select_related("version", "base").filter(version_id=version_id)))
    return found[0] if found else None


def _progress(rows: list[Publication]) -> tuple[Progress, ...]:
    counted: dict[UUID, dict[str, int]] = {row.id: {} for row in rows}
    states = Addressee.objects.filter(publication_id__in=list(counted)).order_by()
    for id, state, number in states.values_list("publication_id", "state").annotate(n=Count("id")):
        counted[id][state] = number
    return tuple(_view(row, counted[row.id]) for row in rows)


def _view(row: Publication, states: Mapping[str, int]) -> Progress:
    return Progress(
        publication_id=row.id,
        version_id=row.version_id,
        number=row.version.number,
        base=row.base.number if row.base else None,
        effective=row.effective,
        at=row.at,
        by=row.by,
        plan_digest=row.plan_digest,
        plan=row.plan,
        changes=rules.restore(row.changes),
        told=states.get("told", 0),
        by_hand=states.get("by hand", 0),
        spared=states.get("spared", 0),
        waiting=states.get("waiting", 0),
        lapsed=row.lapsed,
        withheld=row.withheld,
        shortened=row.shortened,
        in_effect_at=row.in_effect_at,
    )
