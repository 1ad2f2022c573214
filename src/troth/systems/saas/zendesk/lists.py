"""Zendesk's lists: by cursor where it offers one, by page number where it searches."""

from collections.abc import Iterator, Mapping
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.paging import MOST_PAGES, pages

V2 = "/api/v2"
PAGE = "100"

Row = Mapping[str, Any]


def listed(
    api: Api, act: str, path: str, key: str, *, most: int = MOST_PAGES, gone: bool = False, **request: Any
) -> Iterator[Row]:
    """Every row of a list with cursors; `key` is where a page holds its rows.

    `gone`: whose list it is may be deleted, and then the list is empty. `request`: more of the call, such as params.
    """
    params, ok = {"page[size]": PAGE, **request.pop("params", {})}, (200, 404) if gone else (200,)

    def fetch(after: str) -> Row:
        place = {"page[after]": after} if after else {}
        reply = api.call(act, "GET", f"{V2}{path}", params={**params, **place}, ok=ok, **request)
        if reply.status == 404:
            return {key: [], "meta": {}}
        reply.need(key, list)
        reply.need("meta", dict)
        page: Row = reply.body
        return page

    for page in pages(fetch(""), _cursor, fetch, most=most):
        yield from page[key]


def searched(api: Api, act: str, path: str, key: str, query: str) -> Iterator[Row]:
    """Every row a search gives; searches know page numbers only."""

    def fetch(number: str) -> Row:
        reply = api.call(act, "GET", f"{V2}{path}", params={"query": query, "per_page": PAGE, "page": number})
        reply.need(key, list)
        page: Row = {**reply.body, "number": number}
        return page

    for page in pages(fetch("1"), _number, fetch):
        yield from page[key]


def _cursor(page: Row) -> str | None:
    after: str | None = page["meta"].get("after_cursor") if page["meta"].get("has_more") else None
    return after


def _number(page: Row) -> str | None:
    return str(int(page["number"]) + 1) if page.get("next_page") else None
