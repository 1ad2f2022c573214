"""All pages of a list, by the link or cursor each page names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from troth.systems.kit.outcomes import SystemProblem

Page = Mapping[str, Any]
T = TypeVar("T")

MOST_PAGES = 500
"""Of one answer about one person. A list of everybody says how many it takes."""


def pages(
    first: Page, next_of: Callable[[Page], str | None], fetch: Callable[[str], Page], *, most: int = MOST_PAGES
) -> Iterator[Page]:
    """`first` and every page after it. Raises `SystemProblem` when they go in a circle or do not end."""
    seen: set[str] = set()
    page = first
    while True:
        yield page
        where = next_of(page)
        if not where:
            return
        if where in seen:
            raise SystemProblem("the list of pages goes in a circle; the answer is not complete", consequence="retry")
        if len(seen) + 1 >= most:
            raise SystemProblem(f"the list does not end within {most} pages; look into it there", consequence="stop")
        seen.add(where)
        page = fetch(where)


def in_batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The things in order, at most `size` at a time."""
    return (things[at : at + size] for at in range(0, len(things), size))
