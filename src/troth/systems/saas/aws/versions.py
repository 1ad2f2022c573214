"""S3: which versions and unfinished uploads are a person's, by key or by tag."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.names import filled
from troth.systems.kit.paging import pages
from troth.systems.saas.aws.calls import Aws
from troth.systems.saas.aws.settings import Bucket

MOST_LISTED = 2000
"""Pages when a whole bucket is looked through: two million versions."""


@dataclass(frozen=True, repr=False)
class Version:
    """One version of an object, or a marker that says it is deleted. `told`: what S3 says of it."""

    bucket: str
    key: str
    id: str
    marker: bool
    latest: bool
    told: Mapping[str, Any] = field(compare=False)

    @property
    def place_of_key(self) -> tuple[str, str]:
        return self.bucket, self.key

    @property
    def place(self) -> dict[str, str]:
        """As S3's operations name it."""
        return {"Bucket": self.bucket, "Key": self.key, "VersionId": self.id}


class Lists:
    """Lists of what buckets hold, all pages of them."""

    def __init__(self, aws: Aws, buckets: Sequence[Bucket]) -> None:
        self._aws = aws
        self._buckets = buckets

    def versions(self, who: Identifiers) -> list[Version]:
        """Every version of the person's objects, and every delete marker over them."""
        found: dict[tuple[str, str, str], Version] = {}
        for bucket in self._buckets:
            for version in (*self._by_key(bucket, who), *self._by_tag(bucket, who)):
                found[version.bucket, version.key, version.id] = version
        return list(found.values())

    def uploads(self, who: Identifiers) -> Iterator[tuple[str, str, str]]:
        """(bucket, key, upload id) of uploads to the person's keys that were begun and never finished."""
        for bucket in self._buckets:
            for name in _names(bucket, who):
                for row in self._started(bucket.bucket, name, exact=not name.endswith("/")):
                    yield bucket.bucket, row["Key"], row["UploadId"]

    def oldest(self, bucket: Bucket) -> str | None:
        """When the oldest version was written, among those with keys that anybody's can have."""
        starts = {key.partition("{")[0] for key in bucket.keys} | ({bucket.below} if bucket.tags else set())
        listed = (version for start in starts for version in self._below(bucket.bucket, start, most=MOST_LISTED))
        first = min((version.told["LastModified"] for version in listed), default=None)
        return first.isoformat() if first else None

    def _by_key(self, bucket: Bucket, who: Identifiers) -> Iterator[Version]:
        for name in _names(bucket, who):
            yield from self._below(bucket.bucket, name, exact=not name.endswith("/"))

    def _by_tag(self, bucket: Bucket, who: Identifiers) -> list[Version]:
        """Versions with such a tag, and the markers over objects that are the person's in every version.

        Taking a marker away brings what lies under it back to light: that must not be somebody else's.
        """
        wanted = {(tag, value) for tag, text in bucket.tags.items() for value in filled(text, who)}
        if not wanted:
            return []
        listed = list(self._below(bucket.bucket, bucket.below, most=MOST_LISTED))
        real = {version: bool(wanted & self._tags(version)) for version in listed if not version.marker}
        others = {version.key for version, mine in real.items() if not mine}
        whole = {version.key for version, mine in real.items() if mine} - others
        markers = [version for version in listed if version.marker and version.key in whole]
        return [version for version, mine in real.items() if mine] + markers

    def _tags(self, version: Version) -> set[tuple[str, str]]:
        """None of a version that has gone since it was listed."""
        gone = ("NoSuchKey", "NoSuchVersion")
        reply = self._aws.call("read tags", "s3", "get_object_tagging", need=("TagSet",), gone=gone, **version.place)
        return {(tag["Key"], tag["Value"]) for tag in reply.get("TagSet", ())}

    def _below(self, bucket: str, prefix: str, *, exact: bool = False, most: int = 500) -> Iterator[Version]:
        def fetch(cursor: str) -> Mapping[str, Any]:
            given = {"Bucket": bucket, "Prefix": prefix, **json.loads(cursor)}
            return self._aws.call("list objects", "s3", "list_object_versions", need=("IsTruncated",), **given)

        def after(page: Mapping[str, Any]) -> str | None:
            if not page["IsTruncated"] or (exact and page["NextKeyMarker"] != prefix):
                return None
            marks = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker", "")}
            return json.dumps({name: mark for name, mark in marks.items() if mark})

        for page in pages(fetch("{}"), after, fetch, most=most):
            for row in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if not exact or row["Key"] == prefix:
                    yield Version(bucket, row["Key"], row["VersionId"], "Size" not in row, row["IsLatest"], row)

    def _started(self, bucket: str, prefix: str, *, exact: bool) -> Iterator[Mapping[str, Any]]:
        def fetch(cursor: str) -> Mapping[str, Any]:
            given = {"Bucket": bucket, "Prefix": prefix, **json.loads(cursor)}
            return self._aws.call("list uploads", "s3", "list_multipart_uploads", need=("IsTruncated",), **given)

        def after(page: Mapping[str, Any]) -> str | None:
            if not page["IsTruncated"] or (exact and page["NextKeyMarker"] != prefix):
                return None
            return json.dumps({"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]})

        for page in pages(fetch("{}"), after, fetch):
            yield from (row for row in page.get("Uploads", ()) if not exact or row["Key"] == prefix)


def _names(bucket: Bucket, who: Identifiers) -> list[str]:
    return list(dict.fromkeys(name for key in bucket.keys for name in filled(key, who, apart="/")))
