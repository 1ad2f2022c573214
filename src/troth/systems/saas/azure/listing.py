"""Blob storage: which blobs, snapshots and versions are a person's, by name or by index tag.

Names and tags travel in URLs: Azure offers no other way to name a blob or to ask for those of one person.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.names import filled
from troth.systems.saas.azure.settings import Container
from troth.systems.saas.azure.storage import Storage

_TAG = re.compile(r"^[A-Za-z0-9 +./:=_-]{1,256}$")

Tag = tuple[str, str]


@dataclass(frozen=True)
class Place:
    """Where to look: a blob's name, or with `/` at its end the beginning of names.

    tag: only what bears it there. A blob has a past, and the tag can have been somebody else's at another time.
    """

    container: str
    name: str
    tag: Tag | None = None


@dataclass(frozen=True, repr=False)
class Blob:
    """A blob, a snapshot or a version of one; `deleted` when only soft delete still keeps it.

    whole: everything of that name is the person's, not only what bears their tag.
    """

    container: str
    name: str
    snapshot: str | None
    version: str | None
    current: bool
    deleted: bool
    told: Any = field(compare=False)
    whole: bool = field(default=True, compare=False)

    @property
    def base(self) -> bool:
        return self.snapshot is None and (self.version is None or self.current)

    @property
    def which(self) -> dict[str, str]:
        """What tells it from others of that name."""
        if self.base:
            return {}
        return {"snapshot": self.snapshot} if self.snapshot else {"version_id": self.version or ""}


class Lists:
    """Lists of what containers hold, all pages of them."""

    def __init__(self, storage: Storage, containers: Sequence[Container], *, versions: bool) -> None:
        self._storage = storage
        self._containers = containers
        self._include = ["snapshots", "deleted", *(["versions"] if versions else [])]
        self._tagged_too = ["versions"] if versions else None

    def places(self, who: Identifiers) -> set[Place]:
        """Where the person's blobs can be, by name, and are, by tag."""
        by_name = {
            Place(one.container, name)
            for one in self._containers
            for text in one.names
            for name in filled(text, who, apart="/")
        }
        return by_name | {place for one in self._containers for place in self._tagged(one, who)}

    def there(self, places: Iterable[Place]) -> list[Blob]:
        """What is there, each once."""
        found: dict[tuple[str, str, str | None, str | None], Blob] = {}
        for place in sorted(places, key=_by_name_last):
            for blob in self._at(place):
                found[blob.container, blob.name, blob.snapshot, blob.version] = blob
        return list(found.values())

    def oldest(self, container: Container) -> str | None:
        """When the oldest blob was made, among those with names that anybody's can have."""
        starts = {""} if container.tags else {name.partition("{")[0] for name in container.names}
        times = (
            blob.told.creation_time or blob.told.last_modified
            for start in starts
            for blob in self._below(Place(container.container, start))
            if not blob.deleted
        )
        first = min(times, default=None)
        return first.isoformat() if first else None

    def _at(self, place: Place) -> Iterator[Blob]:
        exact = place.tag is not None or not place.name.endswith("/")
        for blob in self._below(place):
            if exact and blob.name != place.name:
                return  # lists are in the order of names, so the name itself comes first
            if place.tag is None or place.tag in (blob.told.tags or {}).items():
                yield blob

    def _tagged(self, container: Container, who: Identifiers) -> Iterator[Place]:
        """Names of blobs with such an index tag. What cannot be a tag is nobody's, and never part of the question."""
        for tag, text in container.tags.items():
            for value in filter(_TAG.match, filled(text, who)):
                for row in self._with_tag(container.container, tag, value):
                    yield Place(container.container, row.name, (tag, value))

    def _with_tag(self, container: str, tag: str, value: str) -> Iterator[Any]:
        yield from self._storage.listed(
            "find blobs by tag",
            lambda service: service.get_container_client(container).find_blobs_by_tags(
                f"\"{tag}\" = '{value}'", include=self._tagged_too
            ),
        )

    def _below(self, place: Place) -> Iterator[Blob]:
        include = [*self._include, *(["tags"] if place.tag else [])]
        rows = self._storage.listed(
            "list blobs",
            lambda service: service.get_container_client(place.container).list_blobs(
                place.name or None, include=include
            ),
        )
        for row in rows:
            when = (row.snapshot, row.version_id, bool(row.is_current_version), bool(row.deleted))
            yield Blob(place.container, row.name, *when, row, whole=place.tag is None)


def _by_name_last(place: Place) -> tuple[bool, str, str, Tag]:
    """What is reached by tag and by name is the person's whole, snapshots too."""
    return place.tag is None, place.container, place.name, place.tag or ("", "")
