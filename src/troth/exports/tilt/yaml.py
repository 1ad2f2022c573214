"""Policy files as text: mappings in the order they were made, with comments above keys."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Union

from troth.policy.languages import emit

WIDTH = 116
Value = Union[str, bool, "Raw", "Map", Sequence[str], Sequence["Map"]]
_ID = re.compile(r"[a-z][a-z0-9-]*|[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Raw:
    """A scalar written as it is: a day, a number."""

    text: str


@dataclass(slots=True)
class Map:
    """A mapping being written. A comment without a key stands where a key is missing."""

    entries: list[tuple[str | None, Value, tuple[str, ...]]] = field(default_factory=list)

    def put(self, key: str, value: Value | None, *notes: str | None) -> None:
        """Adds a key, with comments above it; nothing if the value is None."""
        if value is not None:
            self.entries.append((key, value, tuple(note for note in notes if note)))

    def note(self, *notes: str | None) -> None:
        """Comments that belong to no key."""
        self.entries.append((None, "", tuple(note for note in notes if note)))

    def get(self, key: str) -> Value | None:
        return next((value for name, value, _ in self.entries if name == key), None)

    def __bool__(self) -> bool:
        return any(key is not None for key, _, _ in self.entries)


def text(top: Map, head: str) -> str:
    """The text of a file. `head`: a comment at its top."""
    return "\n".join([*comment(head, ""), *lines(top, "")]) + "\n"


def comment(said: str, indent: str) -> list[str]:
    """A comment, wrapped; nothing in it can end it."""
    width = max(WIDTH - len(indent), 40)
    wrapped = textwrap.wrap(said, width, break_long_words=False, break_on_hyphens=False)
    return [f"{indent}# {line}" for line in wrapped]


def lines(made: Map, indent: str) -> Iterator[str]:
    """The lines of a mapping."""
    for key, value, notes in made.entries:
        for note in notes:
            yield from comment(note, indent)
        if key is not None:
            yield from _pair(key, value, indent)


def _pair(key: str, value: Value, indent: str) -> Iterator[str]:
    name = f"{indent}{emit.scalar(key)}:"
    if isinstance(value, Raw):
        yield f"{name} {value.text}"
    elif isinstance(value, bool):
        yield f"{name} {'true' if value else 'false'}"
    elif isinstance(value, str):
        yield from _text(name, value, indent)
    elif isinstance(value, Map):
        yield from [name, *lines(value, f"{indent}  ")] if value else [*lines(value, indent), f"{name} {{}}"]
    else:
        yield from _list(name, value, indent)


def _text(name: str, value: str, indent: str) -> Iterator[str]:
    """A text after its key or dash, folded where it is long."""
    if len(name) + len(value) < WIDTH or value != " ".join(value.split(" ")) or not value.isprintable():
        yield f"{name} {emit.scalar(value)}"
        return
    yield f"{name} >-"
    inner = f"{indent}  "
    wrapped = textwrap.wrap(value, max(WIDTH - len(inner), 40), break_long_words=False, break_on_hyphens=False)
    yield from (f"{inner}{line}" for line in wrapped)


def _list(name: str, values: Sequence[str] | Sequence[Map], indent: str) -> Iterator[str]:
    flow = f"{name} [{', '.join(str(v) for v in values)}]"
    if all(isinstance(v, str) and _ID.fullmatch(v) and emit.scalar(v) == v for v in values) and len(flow) < WIDTH:
        yield flow
        return
    yield name
    for value in values:
        if isinstance(value, str):
            yield from _text(f"{indent}  -", value, f"{indent}  ")
        else:
            first, *rest = lines(value, f"{indent}    ")
            yield f"{indent}  - {first.strip()}"
            yield from rest
