"""Blob storage: a person's blobs with their snapshots and versions, and what soft delete keeps of them."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, Finding, NotOffered, SystemProblem
from troth.systems.saas.azure.kept import SoftDelete, lock, shared, soft_delete
from troth.systems.saas.azure.listing import Blob, Lists, Place
from troth.systems.saas.azure.settings import Container
from troth.systems.saas.azure.storage import Storage

ROUNDS = 4
ARCHIVED = "BlobArchived"
GONE = ("BlobNotFound", "SnapshotNotFound")
_IMMUTABLE = ("BlobImmutableDueToPolicy", "BlobImmutableDueToLegalHold")
_OTHERS = "SnapshotsPresent"


class Blobs:
    """The blobs of several containers of one account."""

    def __init__(
        self, storage: Storage, containers: Sequence[Container], *, versions: bool, content_bytes: int
    ) -> None:
        self._storage = storage
        self._containers = containers
        self._lists = Lists(storage, containers, versions=versions)
        self._content_bytes = content_bytes

    def find(self, who: Identifiers) -> tuple[list[Finding], int]:
        """Every blob, snapshot and version; and how many more only soft delete still keeps."""
        blobs = self._lists.there(self._lists.places(who))
        return [self._finding(blob) for blob in blobs if not blob.deleted], sum(blob.deleted for blob in blobs)

    def erase(self, who: Identifiers) -> tuple[dict[str, int], list[Expires | NotOffered]]:
        """Deletes all, then looks again, then destroys what soft delete keeps, where the account allows it."""
        if not self._containers:
            return {}, []
        gone, stays, places = 0, dict[Blob, Expires | NotOffered](), set[Place]()
        for _ in range(ROUNDS):  # deleting a blob makes a version of it, which is there at the next look
            places |= self._lists.places(who)  # what had the tag is not found by it when only soft delete keeps it
            blobs = self._lists.there(places)
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
        return {f"container {one.container}": self._lists.oldest(one) for one in self._containers}

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

    def _delete(self, held: Sequence[Blob]) -> dict[Blob, Expires | NotOffered]:
        """Deletes; gives what is immutable, and why."""
        kept = ((blob, self._delete_one(blob)) for blob in sorted(held, key=_after))
        return {blob: why for blob, why in kept if why}

    def _delete_one(self, blob: Blob) -> Expires | NotOffered | None:
        how = {"delete_snapshots": "include"} if blob.base and blob.whole else {}
        code = self._storage.tried(
            "delete a blob",
            lambda service: self._client(service, blob).delete_blob(**how),
            codes=(*GONE, *_IMMUTABLE, _OTHERS),
        )
        if code == _OTHERS:
            return shared(blob.container)
        if code not in _IMMUTABLE:
            return None
        told = self._storage.call(
            "look at a blob", lambda service: self._client(service, blob).get_blob_properties(), gone=GONE
        )
        return lock(blob.container, told) if told is not None else None

    def _destroy(self, deleted: Sequence[Blob]) -> list[Expires]:
        """Destroys what soft delete keeps, where that is allowed; else by what it goes."""
        if not deleted:
            return []
        policy = self.soft_delete()
        left = [blob for blob in deleted if not (policy.permanent and blob.which and self._destroyed(blob))]
        if not left:
            return []
        # What was deleted under an earlier setting stays as long as that one said.
        days = max(policy.days, *(blob.told.remaining_retention_days or 0 for blob in left))
        return [Expires(on=f"{days} days after deletion", setting=f"soft delete of storage account {self.account}")]

    def _destroyed(self, blob: Blob) -> bool:
        """Azure destroys versions and snapshots, no blobs themselves."""
        self._storage.tried(
            "destroy a deleted blob",
            lambda service: self._client(service, blob).delete_blob(blob_delete_type="Permanent"),
            codes=GONE,
        )
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
            "read a blob", lambda service: self._client(service, blob).download_blob().readall(), gone=(*GONE, ARCHIVED)
        )
        if body is None:
            return {"content": "not read: the blob is archived, or has just gone"}
        try:
            return {"content": body.decode()}
        except UnicodeDecodeError:
            return {"content (base64)": base64.b64encode(body).decode()}

    def _client(self, service: Any, blob: Blob) -> Any:
        """Raises `SystemProblem` for a name that would lead to another blob: addresses are made shorter on the way."""
        if {".", ".."} & set(blob.name.split("/")):
            raise SystemProblem(
                f"{self._storage.name}: a blob in container {blob.container} has . or .. for a part of its name, which "
                "no address can hold; look into it by hand",
                consequence="stop",
            )
        return service.get_container_client(blob.container).get_blob_client(blob.name, **blob.which)


def _after(blob: Blob) -> tuple[bool, int]:
    """Blobs before their older versions, unless others' snapshots may hang on them; directories after their content."""
    return not (blob.base and blob.whole), -blob.name.count("/")
