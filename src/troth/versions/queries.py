"""Published versions, read. Parsed policies are kept by version id: a version never changes."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from troth.policy.model import Policy
from troth.policy.places import Place
from troth.versions import rules
from troth.versions.models import Version as Row
from troth.versions.values import Version

__all__ = ["Version", "all", "current", "get", "latest", "places", "reigns"]


class _Head(NamedTuple):
    id: UUID
    number: int
    digest: str
    effective: date
    published_at: datetime


def current(now: datetime) -> Version | None:
    """The version in force at `now` (see `rules.in_force`); None before anything is published."""
    head = rules.in_force(_heads(), now.date())
    return head and _version(head)


def latest() -> Version | None:
    """The version published last, in force or not yet."""
    heads = _heads()
    return _version(heads[-1]) if heads else None


def get(id: UUID) -> Version:
    """The version of this id. Raises LookupError if there is none."""
    for head in _heads(id=id):
        return _version(head)
    raise LookupError(f"no policy version {id} is published")


def all() -> list[Version]:
    """Every version, oldest first."""
    return [_version(head) for head in _heads()]


def reigns(now: datetime) -> list[tuple[Version, datetime, datetime]]:
    """Which version was in force from when to when, up to `now` (see `rules.reigns`). One statement, and new texts."""
    return [(_version(head), since, until) for head, since, until in rules.reigns(_heads(), now)]


def places(id: UUID) -> Mapping[str, Place]:
    """Where each part of the version stood in its files: dotted path → place. Raises LookupError if unknown."""
    stored = Row.objects.filter(id=id).values_list("places", flat=True).first()
    if stored is None:
        raise LookupError(f"no policy version {id} is published")
    return {path: Place(*place) for path, place in stored.items()}


def _heads(**where: object) -> list[_Head]:
    rows = Row.objects.filter(**where).order_by("number")
    return [_Head(*row) for row in rows.values_list("id", "number", "digest", "effective", "published_at")]


def _version(head: _Head) -> Version:
    return Version(
        id=head.id,
        number=head.number,
        digest=head.digest,
        policy=_policy(head.id),
        effective=head.effective,
        published_at=head.published_at,
    )


@lru_cache(maxsize=32)
def _policy(id: UUID) -> Policy:
    return Policy.model_validate_json(Row.objects.values_list("policy", flat=True).get(id=id))
