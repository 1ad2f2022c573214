"""All pages of a list, however the vendor turns them: by link, cursor, page number or offset.

Each gives the pages in order and ends by itself. A list that goes in a circle or does not end is a `SystemProblem`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from troth.systems.kit.outcomes import SystemProblem

if TYPE_CHECKING:
    from troth.systems.kit.api import Api, Reply

Page = Mapping[str, Any]
P = TypeVar("P")
T = TypeVar("T")

MOST_PAGES = 500
"""Of one answer about one person. A list of everybody says how many it takes."""
_NEXT = re.compile(r"<([^>]*)>\s*(?:;[^,]*)?;\s*rel=\"?next\"?", re.IGNORECASE)


def pages(
    first: P, next_of: Callable[[P], str | None], fetch: Callable[[str], P], *, most: int = MOST_PAGES
) -> Iterator[P]:
    """`first` and every page after it: `next_of` reads a page's link or cursor, `fetch` gets what it names."""
    seen: set[str] = set()
    page = first
    while True:
        yield page
        where = next_of(page)
        if not where:
            return
        if where in seen:
            raise _circle()
        if len(seen) + 1 >= most:
            raise _endless(most)
        seen.add(where)
        page = fetch(where)


def by_link(
    api: "Api",
    act: str,
    path: str,
    *,
    next_of: "Callable[[Reply], str | None] | None" = None,
    most: int = MOST_PAGES,
    **request: Any,
) -> "Iterator[Reply]":
    """GET `path` and every page its replies link to: in the `Link` header, or where `next_of` says.

    A link carries its own query; of `request` the params are for the first page only.
    """  # fmt: skip
    again = {name: value for name, value in request.items() if name != "params"}

    def fetch(link: str) -> "Reply":
        return api.call(act, "GET", api.local(link), **again)

    yield from pages(api.call(act, "GET", path, **request), next_of or link_header, fetch, most=most)


def by_cursor(
    fetch: "Callable[[str | None], Reply]", next_of: "Callable[[Reply], str | None]", *, most: int = MOST_PAGES
) -> "Iterator[Reply]":
    """`fetch(None)` is the first page, `fetch(cursor)` the one a page's cursor names."""
    yield from pages(fetch(None), next_of, fetch, most=most)


def by_number(
    fetch: "Callable[[int], Reply]",
    rows_of: "Callable[[Reply], Sequence[Any]]",
    *,
    first: int = 1,
    more: "Callable[[Reply], bool] | None" = None,
    most: int = MOST_PAGES,
) -> "Iterator[Reply]":
    """Pages by number, until one is empty or, where the vendor tells, `more` says that it was the last.

    A page shorter than asked for is not the last: vendors cut pages as they like.
    """  # fmt: skip
    yield from _counted(fetch, rows_of, lambda _, number: number + 1, start=first, more=more, most=most)


def by_offset(
    fetch: "Callable[[int], Reply]",
    rows_of: "Callable[[Reply], Sequence[Any]]",
    *,
    first: int = 0,
    more: "Callable[[Reply], bool] | None" = None,
    most: int = MOST_PAGES,
) -> "Iterator[Reply]":
    """Pages by how many rows came before: by those that came, not by those asked for."""  # fmt: skip
    yield from _counted(fetch, rows_of, lambda rows, offset: offset + len(rows), start=first, more=more, most=most)


def link_header(reply: "Reply") -> str | None:
    """The address of the next page in the `Link` header (RFC 8288)."""
    found = _NEXT.search(reply.headers.get("link", ""))
    return found.group(1) if found else None


def link_in(*keys: str) -> "Callable[[Reply], str | None]":
    """Reads the link or cursor of the next page at `keys` of the body: `link_in("links", "next")`."""

    def read(reply: "Reply") -> str | None:
        value: Any = reply.body
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        return str(value) if isinstance(value, str | int) and value != "" and value is not False else None

    return read


def in_batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The things in order, at most `size` at a time."""
    return (things[at : at + size] for at in range(0, len(things), size))


def _counted(
    fetch: "Callable[[int], Reply]",
    rows_of: "Callable[[Reply], Sequence[Any]]",
    step: Callable[[Sequence[Any], int], int],
    *,
    start: int,
    more: "Callable[[Reply], bool] | None",
    most: int,
) -> "Iterator[Reply]":
    at, before = start, None
    for turned in count(1):
        reply = fetch(at)
        rows = rows_of(reply)
        if rows and rows == before:
            raise _circle()
        yield reply
        if not rows or (more and not more(reply)):
            return
        if turned >= most:
            raise _endless(most)
        at, before = step(rows, at), rows


def _circle() -> SystemProblem:
    return SystemProblem("the list of pages goes in a circle; the answer is not complete", consequence="retry")


def _endless(most: int) -> SystemProblem:
    return SystemProblem(f"the list does not end within {most} pages; look into it there", consequence="stop")
