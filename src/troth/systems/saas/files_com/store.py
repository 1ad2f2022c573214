"""Files and folders of Files.com: listed, read, written and deleted."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from troth.systems.kit.api import Api, Reply
from troth.systems.kit.auth import NoAuth
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.paging import by_cursor
from troth.systems.saas.files_com.paths import segment

REST = "/api/rest/v1"
PAGE = 1000
MOST_FOLDERS = 2000

Row = Mapping[str, Any]


def rows(
    api: Api, act: str, path: str, params: Mapping[str, str] | None = None, *, missing: bool = False
) -> Iterator[Row]:
    """Every row of a list, whose next page is named in a header. `missing`: a list that is not there is empty.

    Raises `SystemProblem` when a page is no list of objects.
    """

    def fetch(cursor: str | None) -> Reply:
        asked = {"per_page": str(PAGE), **(params or {}), **({"cursor": cursor} if cursor else {})}
        return api.call(act, "GET", path, params=asked, ok=(200, 404) if missing else (200,))

    for reply in by_cursor(fetch, lambda reply: reply.headers.get("x-files-cursor-next")):
        if missing and reply.status == 404:
            return
        if not isinstance(reply.body, list) or not all(isinstance(row, Mapping) for row in reply.body):
            raise SystemProblem(f"{act}: the reply is no list; try again later", consequence="retry")
        yield from reply.body


class Store:
    """`elsewhere` gives the `Api` of another address: contents lie at a storage provider of Files.com."""

    def __init__(self, name: str, api: Api, elsewhere: Callable[[str], Api]) -> None:
        self._name = name
        self._api = api
        self._elsewhere = elsewhere

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""
        where = f"{REST}/file_actions/metadata/{segment(path)}"
        return self._api.call("look for a path", "GET", where, ok=(200, 404)).status == 200

    def files(self, folder: str) -> Iterator[Row]:
        """Every file below a folder; none when it is not there."""
        for path in self._below(folder):
            yield from self._list(path, {"type": "file"})

    def oldest(self, folder: str) -> str | None:
        """The time of the file below a folder that was changed last the longest ago."""
        times = [self._oldest_in(path) for path in self._below(folder)]
        return min((time for time in times if time), default=None)

    def delete(self, folder: str) -> int | None:
        """Begin to delete a folder with everything in it; the number of the background job, if one does it."""
        act = "delete a folder"
        path = f"{REST}/file_actions/delete/{segment(folder)}"
        reply = self._api.call(act, "POST", path, json={"recursive": True}, ok=(200, 404))
        if reply.status == 404 or reply.need("status", str) == "completed":
            return None
        if reply.body["status"] == "failed":
            raise SystemProblem(
                f"{self._name}: {act}: Files.com says that it failed; delete it there", consequence="stop"
            )
        job: int = reply.need("file_migration_id", int)
        return job

    def job(self, number: int) -> Row:
        """How a background job stands: its status, how many files it did."""
        reply = self._api.call("look at a deletion", "GET", f"{REST}/file_migrations/{number}")
        reply.need("status", str)
        body: Row = reply.body
        return body

    def read(self, path: str) -> Any:
        """The content of a JSON file."""
        told = self._api.call("read a record", "GET", f"{REST}/files/{segment(path)}")
        api, where = self._split(told.need("download_uri", str))
        return api.call("read a record", "GET", where).body

    def write(self, path: str, document: Mapping[str, Any]) -> None:
        """A JSON file, in place of what is there, with the folders it needs."""
        act, content = "write a record", json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
        begun = f"{REST}/file_actions/begin_upload/{segment(path)}"
        reply = self._api.call(act, "POST", begun, json={"mkdir_parents": True, "size": len(content)})
        part = reply.body[0]
        api, where = self._split(part["upload_uri"])
        headers = {**(part.get("headers") or {}), "content-type": "application/octet-stream"}
        put = api.call(act, "PUT", where, content=content, headers=headers, ok=(200, 201, 204))
        end: dict[str, Any] = {"action": "end", "ref": part["ref"], "size": len(content)}
        end["etags"] = [{"etag": put.headers.get("etag", ""), "part": part["part_number"]}]
        self._api.call(act, "POST", f"{REST}/files/{segment(path)}", json=end, ok=(200, 201))

    def _below(self, folder: str) -> Iterator[str]:
        """The folder and every folder in it."""
        waiting, seen = [folder], 0
        while waiting:
            path = waiting.pop()
            seen += 1
            if seen > MOST_FOLDERS:
                raise SystemProblem(
                    f"{self._name}: more than {MOST_FOLDERS} folders; name narrower ones under `folders`",
                    consequence="stop",
                )
            yield path
            waiting += [str(row["path"]) for row in self._list(path, {"type": "folder"})]

    def _list(self, path: str, params: Mapping[str, str]) -> Iterator[Row]:
        where = f"{REST}/folders/{segment(path)}"
        return rows(self._api, f"{self._name}: list a folder", where, params, missing=True)

    def _oldest_in(self, path: str) -> str | None:
        order = {"type": "file", "per_page": "1", "sort_by[modified_at_datetime]": "asc"}
        for row in self._list(path, order):
            return str(row["mtime"])
        return None

    def _split(self, link: str) -> tuple[Api, str]:
        """The Api of a link's host, and the rest of it."""
        url = urlsplit(link)
        if url.scheme not in ("http", "https") or not url.netloc:
            raise SystemProblem(f"{self._name}: Files.com names no address for a content", consequence="retry")
        where = url.path + (f"?{url.query}" if url.query else "")
        return self._elsewhere(f"{url.scheme}://{url.netloc}"), where or "/"


def elsewhere(make: Callable[[str], Api]) -> Callable[[str], Api]:
    """Remembers the Api of each address, since each has its own limits."""
    known: dict[str, Api] = {}
    return lambda address: known.setdefault(address, known.get(address) or make(address))


NO_KEY = NoAuth()
"""Contents are fetched by signed links: the API key stays at Files.com."""
