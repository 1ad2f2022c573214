"""S3: a person's objects, every version of them, unfinished uploads too.

A plain delete in a versioned bucket only puts a marker on top, so each version goes by its id. S3 takes keys in the
query of a list; there is no other way to ask for those of one person. Deletions name them in the body.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, Finding, NotOffered, SystemProblem
from troth.systems.kit.paging import in_batches
from troth.systems.saas.aws.calls import Aws
from troth.systems.saas.aws.problems import plain_code
from troth.systems.saas.aws.settings import Bucket
from troth.systems.saas.aws.versions import Lists, Version

BATCH = 1000  # keys in one delete
ROUNDS = 3
UNREAD = ("InvalidObjectState", "NoSuchKey", "NoSuchVersion")
_PASSING = frozenset({"InternalError", "SlowDown", "ServiceUnavailable"})


class Objects:
    """The objects of several buckets."""

    def __init__(self, aws: Aws, buckets: Sequence[Bucket], content_bytes: int) -> None:
        self._aws = aws
        self._buckets = buckets
        self._lists = Lists(aws, buckets)
        self._content_bytes = content_bytes

    def find(self, who: Identifiers) -> list[Finding]:
        """Every version with key, size, time and, if small enough, content; markers; unfinished uploads."""
        versions = [self._finding(version) for version in self._lists.versions(who)]
        uploads = [
            Finding("unfinished upload", f"{bucket}/{key}", {"key": key, "upload": upload})
            for bucket, key, upload in self._lists.uploads(who)
        ]
        return versions + uploads

    def erase(self, who: Identifiers) -> tuple[dict[str, int], list[Expires | NotOffered]]:
        """Every version, then a fresh look; how many went, and what a lock holds back."""
        gone, stays = 0, dict[Version, Expires | NotOffered]()
        uploads = list(self._lists.uploads(who))
        for bucket, key, upload in uploads:
            self._abort(bucket, key, upload)
        for _ in range(ROUNDS):
            held = [version for version in self._lists.versions(who) if version not in stays]
            if not held:
                return {"versions": gone, "uploads": len(uploads)}, list(dict.fromkeys(stays.values()))
            refused = self._delete(held)
            gone += len(held) - len(refused)
            stays |= refused
        raise SystemProblem(
            f"{self._aws.name}: erase objects: new ones appear while they are erased; try again later",
            consequence="retry",
        )

    def oldest(self) -> dict[str, str | None]:
        """Bucket → when its oldest version was written, among those with keys that a person's can have."""
        return {f"bucket {one.bucket}": self._lists.oldest(one) for one in self._buckets}

    def _abort(self, bucket: str, key: str, upload: str) -> None:
        given = {"Bucket": bucket, "Key": key, "UploadId": upload}
        self._aws.call("abort an upload", "s3", "abort_multipart_upload", gone=("NoSuchUpload",), **given)

    def _delete(self, held: Sequence[Version]) -> dict[Version, Expires | NotOffered]:
        """Deletes; gives what a lock refused.

        Markers go last, and only from objects that are gone whole: nothing comes back to light.
        """
        refused = self._delete_all([version for version in held if not version.marker])
        locked = {(version.bucket, version.key): why for version, why in refused.items()}
        markers = [version for version in held if version.marker]
        over = {marker: locked[marker.place_of_key] for marker in markers if marker.place_of_key in locked}
        return refused | over | self._delete_all([marker for marker in markers if marker not in over])

    def _delete_all(self, versions: Sequence[Version]) -> dict[Version, Expires | NotOffered]:
        refused: dict[Version, Expires | NotOffered] = {}
        for bucket in dict.fromkeys(version.bucket for version in versions):
            for batch in in_batches([version for version in versions if version.bucket == bucket], BATCH):
                refused |= self._delete_batch(bucket, batch)
        return refused

    def _delete_batch(self, bucket: str, batch: Sequence[Version]) -> dict[Version, Expires | NotOffered]:
        order = {"Objects": [{"Key": one.key, "VersionId": one.id} for one in batch], "Quiet": True}
        reply = self._aws.call("delete objects", "s3", "delete_objects", Bucket=bucket, Delete=order)
        faults = {(one["Key"], one.get("VersionId")): one.get("Code", "") for one in reply.get("Errors", ())}
        refused = {one: self._kept(one, faults) for one in batch if faults}
        return {one: why for one, why in refused.items() if why}

    def _kept(self, version: Version, faults: Mapping[tuple[str, str | None], str]) -> Expires | NotOffered | None:
        """Why S3 keeps a version, if it does. Raises `SystemProblem` when no lock is the reason."""
        code = faults.get((version.key, version.id)) or faults.get((version.key, None))
        if code is None:
            return None
        told: Mapping[str, Any] = {"marker": True} if version.marker else self._lock_of(version)
        if not told:
            return None  # the fault was about another version of the same object
        if told.get("ObjectLockLegalHoldStatus") == "ON":
            return NotOffered(
                reason=f"a legal hold keeps an object in bucket {version.bucket}",
                source="S3 Object Lock: a version under legal hold cannot be deleted",
                manual_steps="lift it (put-object-legal-hold) when its ground is gone, then erase again",
            )
        until = told.get("ObjectLockRetainUntilDate")
        if until is not None:
            mode = str(told.get("ObjectLockMode", "")).lower()
            return Expires(on=until.date().isoformat(), setting=f"object lock ({mode}) in bucket {version.bucket}")
        raise self._refusal(version, code)

    def _lock_of(self, version: Version) -> Mapping[str, Any]:
        return self._aws.call("look at a lock", "s3", "head_object", gone=("404", "NoSuchVersion"), **version.place)

    def _refusal(self, version: Version, code: str) -> SystemProblem:
        passing = code in _PASSING
        return SystemProblem(
            f"{self._aws.name}: bucket {version.bucket} refused to delete a version ({plain_code(code)}); "
            + ("try again later" if passing else "allow s3:DeleteObjectVersion, and look for MFA delete"),
            consequence="retry" if passing else "fix settings",
        )

    def _finding(self, version: Version) -> Finding:
        kind = "delete marker" if version.marker else "object" if version.latest else "older version of an object"
        values = {"key": version.key, "version": version.id, "modified": version.told["LastModified"].isoformat()}
        if not version.marker:
            values |= {"size": version.told["Size"], **self._content(version)}
        return Finding(kind, f"{version.bucket}/{version.key}?versionId={version.id}", values)

    def _content(self, version: Version) -> dict[str, str]:
        if not 0 < version.told["Size"] <= self._content_bytes:
            return {}
        told = self._aws.call("read an object", "s3", "get_object", need=("Body",), gone=UNREAD, **version.place)
        if not told:
            return {"content": "not read: the object is archived, or has just gone"}
        body = told["Body"]
        try:
            return {"content": body.decode()}
        except UnicodeDecodeError:
            return {"content (base64)": base64.b64encode(body).decode()}
