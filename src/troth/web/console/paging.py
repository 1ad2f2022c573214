"""Lists a page at a time: what a page shows, and the address of the lines after it. Pure."""

from collections.abc import Sequence
from typing import TypeVar

from django.utils.http import urlencode

PAGE = 50
T = TypeVar("T")


def cut(found: Sequence[T], size: int) -> tuple[Sequence[T], T | None]:
    """This page's lines out of `size + 1` asked for, and the last of them if more follow."""
    return (found[:size], found[size - 1]) if len(found) > size else (found, None)


def address(path: str, **given: object) -> str:
    """`path` with the filters that are set."""
    query = urlencode({name: str(value) for name, value in given.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path
