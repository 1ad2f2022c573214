"""Blob storage: a person's blobs with their snapshots and versions, and what soft delete keeps of them.

Names and tags travel in URLs: Azure offers no other way to name a blob or to ask for those of one person.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.names import filled
from troth.systems.kit.outcomes import Expires, Finding, NotOffered, SystemProblem
from troth.systems.saas.azure.kept import SoftDelete, lock, soft_delete
from troth.systems.saas.azure.settings import Container
from troth.systems.saas.azure.storage import Storage

ROUNDS = 4
ARCHIVED = "BlobArchived"
GONE = ("BlobNotFound", "SnapshotNotFound", "404")
_TAG = re.compile(r"^[A-Za-z0-9 +./:=_-]{1,256}$")
_IMMUTABLE = ("BlobImmutableDueToPolicy", "BlobImmutableDueToLegalHold")

Place = tuple[str, str]
"""Container, and name or beginning of names."""


@dataclass(frozen=True, repr=False)
class Blob:
    """A blob, a snapshot or a version of one; `deleted` when only soft delete still keeps it."""

    container: str
    name: str
    snapshot: str | None
    version: str | None
    current: bool
    deleted: bool
    told: Any = field(compare=False)

    @property
    def base(self) -> bool:
        return self.snapshot is None and (self.version is None or self.current)

    @property
    def which(self) -> dict[str, str]:
        """What tells it from others of that name."""
        if self.base:
            return {}
        return {"snapshot": self.snapshot} if self.snapshot else {"version_id": self.version or ""}


class Blobs:
    """The blobs of several containers of one account."""

    def __init__(
        self, storage: Storage, containers: Sequence[Container], *, versions: bool, content_bytes: int
    ) -> None:
        self._storage = storage
        self._containers = containers
        self._include = ["snapshots", "deleted", *(["versions"] if versions else [])]
        self._tagged_too = ["versions"] if versions else None
        self._content_bytes = content_bytes

    def find(self, who: Identifiers) -> tuple[list[Finding], int]:
        """Every blob, snapshot and version; and how many more only soft delete still keeps."""
        blobs = self._below_all(self._places(who))
        return [self._finding(blob) for blob in blobs if not blob.deleted], sum(blob.deleted for blob in blobs)

    def erase(self, who: Identifiers) -> tuple[dict[str, int], list[Expires | NotOffered]]:
        """Deletes all, then looks again, then destroys what soft delete keeps, where the account allows it."""
        if not self._containers:
            return {}, []
        gone, stays, names = 0, dict[Blob, Expires | NotOffered](), set[Place]()
        for _ in range(ROUNDS):  # deleting a blob makes a version of it, which is there at the next look
            names |= self._places(who)  # what had the tag is not found by it when only soft delete keeps it
            blobs = self._below_all(names)
            held = [blob for blob in blobs if not blob.deleted and blob not in stays]
            if not held:
                kept = self._destroy([blob for blob in blobs if blob.deleted])
                return {"blobs": gone}, [*dict.fromkeys(stays.values()), *kept]
            refused = self._delete(held)
            gone += len(held) - len(refused)
            stays |= refused
        raise SystemProblem(
            f"{self._storage.name}: erase blobs: new ones appear while they are erased; try again later",
            consequence="retry",
        )

    def oldest(self) -> dict[str, str | None]:
        """Container → when its oldest blob was made, among those with names that a person's can have."""
        return {f"container {one.container}": self._oldest_of(one) for one in self._containers}

    def soft_delete(self) -> SoftDelete:
        """How the account keeps what is deleted, read now from its own setting."""
        seen: list[str] = []

        def read(service: Any) -> None:
            service.get_service_properties(raw_response_hook=lambda reply: seen.append(reply.http_response.text()))

        self._storage.call("look at soft delete", read)
        policy = soft_delete(seen[-1]) if seen else None
        if policy is None:
            raise SystemProblem(
                f"{self._storage.name}: look at soft delete: the reply cannot be read; try again later",
                consequence="retry",
            )
        return policy

    def _oldest_of(self, container: Container) -> str | None:
        starts = {""} if container.tags else {name.partition("{")[0] for name in container.names}
        times = (
            blob.told.creation_time or blob.told.last_modified
            for start in starts
            for blob in self._below(container.container, start)
            if not blob.deleted
        )
        first = min(times, default=None)
        return first.isoformat() if first else None

    def _places(self, who: Identifiers) -> set[Place]:
        return {
            (container.container, name)
            for container in self._containers
            for name in (*_names(container, who), *self._tagged(container, who))
        }

    def _below_all(self, places: Iterable[Place]) -> list[Blob]:
        found: dict[tuple[str, str, str | None, str | None], Blob] = {}
        for container, name in sorted(places):
            for blob in self._below(container, name):
                if name.endswith("/") or blob.name == name:
                    found[blob.container, blob.name, blob.snapshot, blob.version] = blob
        return list(found.values())

    def _tagged(self, container: Container, who: Identifiers) -> Iterator[str]:
        """Names of blobs with such an index tag. What cannot be a tag is nobody's, and never part of the question."""
        for tag, text in container.tags.items():
            for value in filter(_TAG.match, filled(text, who)):
                yield from (blob.name for blob in self._with_tag(container.container, tag, value))

    def _with_tag(self, container: str, tag: str, value: str) -> Iterator[Any]:
        yield from self._storage.listed(
            "find blobs by tag",
            lambda service: service.get_container_client(container).find_blobs_by_tags(
                f"\"{tag}\" = '{value}'", include=self._tagged_too
            ),
        )

    def _below(self, container: str, prefix: str) -> Iterator[Blob]:
        rows = self._storage.listed(
            "list blobs",
            lambda service: service.get_container_client(container).list_blobs(prefix or None, include=self._include),
        )
        for row in rows:
            current = bool(row.is_current_version)
            yield Blob(container, row.name, row.snapshot, row.version_id, current, bool(row.deleted), row)

    def _delete(self, held: Sequence[Blob]) -> dict[Blob, Expires | NotOffered]:
        """Deletes; gives what is immutable, and why."""
        kept = ((blob, self._delete_one(blob)) for blob in sorted(held, key=_after))
        return {blob: why for blob, why in kept if why}

    def _delete_one(self, blob: Blob) -> Expires | NotOffered | None:
        how = {"delete_snapshots": "include"} if blob.base else {}

        def delete(service: Any) -> bool:
            _client_of(service, blob).delete_blob(**how)
            return True

        if self._storage.call("delete a blob", delete, gone=(*GONE, *_IMMUTABLE)):
            return None
        told = self._storage.call(
            "look at a blob", lambda service: _client_of(service, blob).get_blob_properties(), gone=GONE
        )
        return lock(blob.container, told) if told is not None else None

    def _destroy(self, deleted: Sequence[Blob]) -> list[Expires]:
        """Destroys what soft delete keeps, where that is allowed; else by what it goes."""
        if not deleted:
            return []
        policy = self.soft_delete()
        left = [blob for blob in deleted if not (policy.permanent and blob.which and self._destroyed(blob))]
        setting = f"soft delete of storage account {self.account}"
        return [Expires(on=f"{policy.days} days after deletion", setting=setting)] if left else []

    def _destroyed(self, blob: Blob) -> bool:
        """Azure destroys versions and snapshots, no blobs themselves."""

        def destroy(service: Any) -> bool:
            _client_of(service, blob).delete_blob(blob_delete_type="Permanent")
            return True

        self._storage.call("destroy a deleted blob", destroy, gone=GONE)
        return True

    @property
    def account(self) -> str:
        return str(self._storage.call("name the account", lambda service: service.account_name))

    def _finding(self, blob: Blob) -> Finding:
        kind = "snapshot of a blob" if blob.snapshot else "blob" if blob.base else "older version of a blob"
        mark = blob.snapshot or ("" if blob.base else blob.version) or ""
        values: dict[str, Any] = {"name": blob.name, "size": blob.told.size}
        values["modified"] = blob.told.last_modified.isoformat()
        id = f"{blob.container}/{blob.name}" + (f"@{mark}" if mark else "")
        return Finding(kind, id, {**values, **self._content(blob)})

    def _content(self, blob: Blob) -> Mapping[str, str]:
        if not 0 < blob.told.size <= self._content_bytes:
            return {}
        body = self._storage.call(
            "read a blob", lambda service: _client_of(service, blob).download_blob().readall(), gone=(*GONE, ARCHIVED)
        )
        if body is None:
            return {"content": "not read: the blob is archived, or has just gone"}
        try:
            return {"content": body.decode()}
        except UnicodeDecodeError:
            return {"content (base64)": base64.b64encode(body).decode()}


def _names(container: Container, who: Identifiers) -> list[str]:
    return [name for text in container.names for name in filled(text, who, apart="/")]


def _after(blob: Blob) -> tuple[bool, int]:
    """Blobs before their older versions; what lies in a directory before it, where there are directories."""
    return not blob.base, -blob.name.count("/")


def _client_of(service: Any, blob: Blob) -> Any:
    return service.get_container_client(blob.container).get_blob_client(blob.name, **blob.which)
