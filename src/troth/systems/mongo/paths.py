"""Dotted names inside documents: `profile.emails.address` leads through mappings and lists alike. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]


def places(document: Any, path: str) -> Iterator[tuple[str, Any]]:
    """(place, value) of everything at `path`, lists taken apart: `emails.0.address`. What is absent or NULL is not
    among them; a mapping at the end is one value."""
    yield from _places(document, path.split("."), ())


def values(document: Any, path: str) -> list[Any]:
    """Every value at `path`."""
    return [value for _, value in places(document, path)]


def _places(inside: Any, parts: list[str], gone: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if inside is None:
        return
    if isinstance(inside, list):
        for number, one in enumerate(inside):
            yield from _places(one, parts, (*gone, str(number)))
    elif not parts:
        yield ".".join(gone), inside
    elif isinstance(inside, Mapping):
        yield from _places(inside.get(parts[0]), parts[1:], (*gone, parts[0]))


def token(value: Any) -> str:
    """A value as it is compared along a reference: numbers, texts and object ids that say the same are the same."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def root(path: str) -> str:
    """The top-level field a path begins with."""
    return path.partition(".")[0]
