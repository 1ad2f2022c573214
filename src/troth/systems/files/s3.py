"""Amazon S3 and stores that speak its language. What goes, goes in every version the bucket keeps."""

import errno
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from ipaddress import ip_address
from itertools import groupby
from typing import Any, BinaryIO
from urllib.parse import urlencode

import httpcore

from troth import ground
from troth.net import guard
from troth.systems.files import patterns
from troth.systems.files.objects import BLOCK, ObjectStore, buffered, said
from troth.systems.files.settings import StoreSettings, host_of
from troth.systems.files.store import Changed, Gone, Item, Left
from troth.systems.kit.outcomes import SystemProblem

_PART = 64 << 20  # bytes of one part of an upload; smaller files go in one piece
_DELETED = 1_000  # keys one call may name
_KEPT = (
    "ContentType", "ContentEncoding", "ContentDisposition", "ContentLanguage", "CacheControl", "Metadata",
    "StorageClass", "ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled",
)  # fmt: skip
"""What a rewritten object has in common with the one it replaces; its access list is the bucket's."""
_ASLEEP = ("GLACIER", "DEEP_ARCHIVE")
_UNKNOWN = ("NotImplemented", "MethodNotAllowed")


class S3Store(ObjectStore):
    """Superseded versions are files of their own: they are read, and removed where they hold what must go."""

    def __init__(self, name: str, path: str, settings: StoreSettings) -> None:
        super().__init__("s3", path)
        self.name = name
        self.settings = settings
        self.bucket, _, self.prefix = self.root.partition("/")

    def _connect(self) -> Any:
        try:
            s3fs = import_module("s3fs")
        except ImportError:
            raise self._problem("files in S3 need a package that is not installed; run `install troth[s3]`") from None
        self._judge()
        given = self.settings
        return s3fs.S3FileSystem(
            key=given.key.reveal() if given.key else None,
            secret=given.secret.reveal() if given.secret else None,
            endpoint_url=given.endpoint or None,
            client_kwargs={"region_name": given.region} if given.region else {},
            version_aware=True,
            use_listings_cache=False,
            skip_instance_cache=True,
        )

    def _judge(self) -> None:
        """The endpoint must be a public address over TLS, unless it is meant to be another."""
        where = host_of(self.settings)
        if where is None or self.settings.allow_private or guard.allowed(ground.settings().allow_private_hosts, *where):
            return
        if not self.settings.endpoint.startswith("https://"):
            raise self._problem("the store's address is not https; set `allow_private: true` if it is meant")
        try:
            found = guard.resolve(*where)
        except httpcore.ConnectError:
            raise SystemProblem(f"{self.name}: the store's host name does not resolve", consequence="retry") from None
        if not all(guard.is_public(ip_address(one.partition("%")[0])) for one in found):
            raise self._problem(
                "the store's address is inside a private network; set `allow_private: true` if it is meant"
            )

    def _problem(self, why: str) -> SystemProblem:
        return SystemProblem(f"{self.name}: {why}", consequence="fix settings")

    def items(self, pattern: str) -> Iterator[Item | Left]:
        matches = patterns.matcher(pattern).fullmatch
        for key, versions in groupby(self._versions(patterns.fixed(pattern)), lambda one: one["Key"]):
            name = key.removeprefix(f"{self.prefix}/") if self.prefix else key
            if not matches(name) or key.endswith("/"):
                continue
            for one in versions:
                item = Item(name, one["Size"], one["LastModified"].timestamp(), one["IsLatest"], one)
                asleep = one.get("StorageClass") in _ASLEEP
                yield Left(item.shown, "in an archive class: it must be restored to be read") if asleep else item

    def _versions(self, start: str) -> list[dict[str, Any]]:
        """All versions below, those of a key together, the current one first."""
        prefix = f"{self.prefix}/{start}" if self.prefix else start
        found = defaultdict(list)
        for one in self._pages(prefix, "Versions"):
            found[one["Key"]].append(one)
        return [one for key in sorted(found) for one in sorted(found[key], key=lambda v: not v["IsLatest"])]

    def _pages(self, prefix: str, *parts: str) -> Iterator[dict[str, Any]]:
        after: dict[str, str] = {}
        while True:
            try:
                page = self._call("list_object_versions", Prefix=prefix, **after)
            except OSError as problem:
                if _code(problem) not in _UNKNOWN:
                    raise
                yield from self._unversioned(prefix) if "Versions" in parts else ()
                return
            for part in parts:
                yield from page.get(part) or ()
            if not page.get("IsTruncated"):
                return
            after = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page.get("NextVersionIdMarker") or ""}

    def _unversioned(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Of a store that knows no versions."""
        after: dict[str, str] = {}
        while True:
            page = self._call("list_objects_v2", Prefix=prefix, **after)
            yield from ({**one, "IsLatest": True, "VersionId": "null"} for one in page.get("Contents") or ())
            if not page.get("IsTruncated"):
                return
            after = {"ContinuationToken": page["NextContinuationToken"]}

    def _call(self, act: str, **given: Any) -> Any:
        with said():
            return self.fs.call_s3(act, Bucket=self.bucket, **given)

    def open(self, item: Item) -> BinaryIO:
        one = item.place
        version = None if item.current and one["VersionId"] == "null" else one["VersionId"]
        with said():
            try:
                return buffered(self.fs.open(f"{self.bucket}/{one['Key']}", "rb", BLOCK, version_id=version))
            except FileNotFoundError as problem:
                raise (Changed if item.current else Gone)(item.name) from problem

    def _unchanged(self, item: Item) -> None:
        try:
            now = self._call("head_object", Key=item.place["Key"])
        except FileNotFoundError as problem:
            raise Changed(item.name) from problem
        if now["ETag"] != item.place["ETag"] or now.get("VersionId", "null") != item.place["VersionId"]:
            raise Changed(item.name)

    def _upload(self, item: Item, fresh: Any, size: int) -> None:
        key, tag = item.place["Key"], item.place["ETag"]
        head = self._call("head_object", Key=key)
        like = {name: head[name] for name in _KEPT if head.get(name)}
        tags = self._call("get_object_tagging", Key=key)["TagSet"] if head.get("TagCount") else []
        if tags:
            like["Tagging"] = urlencode([(one["Key"], one["Value"]) for one in tags])
        try:
            if size <= _PART:
                done = self._call("put_object", Key=key, Body=fresh.read(), IfMatch=tag, **like)
            else:
                done = self._in_parts(key, tag, fresh, like)
        except OSError as problem:
            if _code(problem) in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise Changed(item.name) from problem
            raise
        self._drop(key, done.get("VersionId", "null"), itself=False)

    def _in_parts(self, key: str, tag: str, fresh: Any, like: dict[str, Any]) -> Any:
        upload = self._call("create_multipart_upload", Key=key, **like)["UploadId"]
        try:
            parts: list[dict[str, Any]] = []
            while piece := fresh.read(_PART):
                number = len(parts) + 1
                one = self._call("upload_part", Key=key, UploadId=upload, PartNumber=number, Body=piece)
                parts.append({"PartNumber": number, "ETag": one["ETag"]})
            whole = {"Parts": parts}
            return self._call("complete_multipart_upload", Key=key, UploadId=upload, MultipartUpload=whole, IfMatch=tag)
        except BaseException:
            self._call("abort_multipart_upload", Key=key, UploadId=upload)
            raise

    def remove(self, item: Item) -> None:
        key = item.place["Key"]
        if item.current:
            self._unchanged(item)
            self._drop(key, item.place["VersionId"])
            return
        self._delete([item.place])
        every = list(self._of(key))
        if not any(map(_has_content, every)):
            self._delete(every)  # markers that would stand for nothing

    def _drop(self, key: str, version: str, *, itself: bool = True) -> None:
        """Removes a version that was current, unless `itself` is not to go, and all that it superseded, markers too.

        What somebody has put there since is theirs, and stays.
        """
        every = list(self._of(key))
        contents = [one for one in every if _has_content(one)]
        at = next((n for n, one in enumerate(contents) if one["VersionId"] == version), None)
        if at is None:
            raise Changed(key)
        since = contents[at - 1]["LastModified"] if at else None
        markers = [
            one for one in every
            if not _has_content(one) and not one["IsLatest"] and (since is None or one["LastModified"] < since)
        ]  # fmt: skip
        self._delete([*contents[at if itself else at + 1 :], *markers])

    def _of(self, key: str) -> Iterator[dict[str, Any]]:
        """Versions of the key, the newest first, and its delete markers."""
        return (one for one in self._pages(key, "Versions", "DeleteMarkers") if one["Key"] == key)

    def _delete(self, versions: list[dict[str, Any]]) -> None:
        for start in range(0, len(versions), _DELETED):
            chosen = versions[start : start + _DELETED]
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in chosen]
            failed = self._call("delete_objects", Delete={"Objects": objects, "Quiet": True}).get("Errors")
            if failed:
                code = failed[0].get("Code", "refused")
                raise OSError(errno.EACCES, f"{len(failed)} versions could not be deleted ({code})")


def _has_content(version: dict[str, Any]) -> bool:
    """Not so of a delete marker."""
    return "ETag" in version


def _code(problem: OSError) -> str:
    """What the store itself calls it."""
    cause = problem.__cause__
    return str(getattr(cause, "response", {}).get("Error", {}).get("Code", "")) if cause else ""
