"""Examples of the codes' pages: small changes of the sound policy in `base/`, read and checked as any policy is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Any

from troth.policy.load import Loaded, load_texts
from troth.policy.places import Place
from troth.policy.problems import Problem
from troth.policy.text import decode, misnamed

DAY = date(2026, 6, 1)
"""The day examples are judged as of, so that they say the same for ever."""

CONTEXT = 2
LONGEST = 24
"""Lines shown of one file."""

GAP = "…"
KEYS = frozenset({"edit", "files", "bytes", "repeat", "only", "show", "today", "connectors", "note", "varies"})


@dataclass(frozen=True, slots=True)
class Example:
    """A change of some files.

    `files`: file → its whole text. `edit`: file, of these too → old text → new text. `bytes`: file → its whole text,
    with `\\xe9` for bytes that are no text. `repeat`: file → a line and how often it stands there. `only`: what was
    there before is left out. `show`: the files to print; those that differ if empty. `note`: a sentence to print
    beside them. `varies`: what of the finding's words changes from release to release (a regular expression); printed
    as `…`.
    """

    edit: Mapping[str, Mapping[str, str]]
    files: Mapping[str, str]
    bytes: Mapping[str, str]
    repeat: Mapping[str, tuple[str, int]]
    only: bool
    show: tuple[str, ...]
    today: date
    connectors: tuple[str, ...] | None
    note: str | None
    varies: str | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Example":
        """From the plain data of a page. Raises ValueError for a key that means nothing."""
        if odd := data.keys() - KEYS:
            raise ValueError(f"an example has no key `{min(odd)}`")
        connectors = data.get("connectors")
        return cls(
            edit=data.get("edit", {}),
            files=data.get("files", {}),
            bytes=data.get("bytes", {}),
            repeat={name: (line, times) for name, (line, times) in data.get("repeat", {}).items()},
            only=data.get("only", False),
            show=tuple(data.get("show", ())),
            today=data.get("today", DAY),
            connectors=None if connectors is None else tuple(connectors),
            note=data.get("note"),
            varies=data.get("varies"),
        )


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an example. `read`: what can be read; `shown`: what is printed of each; `problems`: the others."""

    read: Mapping[str, str]
    shown: Mapping[str, str]
    problems: tuple[Problem, ...] = ()


@cache
def base() -> Files:
    """The sound policy that all examples change."""
    folder = files(__package__) / "base"
    found = sorted(folder.iterdir(), key=lambda file: file.name)
    texts = {file.name: file.read_text("utf-8") for file in found if file.name.endswith(".yaml")}
    return Files(texts, texts)


def changed(before: Files, example: Example) -> Files:
    """The files after the change. Raises ValueError if a text to replace is not there."""
    read = {} if example.only else {name: text for name, text in before.read.items() if name not in example.bytes}
    shown = {} if example.only else dict(before.shown)
    read |= example.files
    for name, edits in example.edit.items():
        for old, new in edits.items():
            if old not in read[name]:
                raise ValueError(f"{name} has no `{old}`")
            read[name] = read[name].replace(old, new, 1)
    shown |= {name: read[name] for name in (*example.files, *example.edit)}
    problems = []
    for name, raw, said in _raw(example):
        shown[name] = said
        text = misnamed(name) if name.endswith(".yml") else decode(raw, name)
        if isinstance(text, Problem):
            problems.append(text)
        else:
            read[name] = text
    return Files(dict(sorted(read.items())), dict(sorted(shown.items())), tuple(problems))


def _raw(example: Example) -> Iterator[tuple[str, bytes, str]]:
    """Files given as bytes: name, bytes, and what is printed for them."""
    for name, text in example.bytes.items():
        parts = re.split(r"\\x([0-9a-f]{2})", text)
        yield name, b"".join(bytes.fromhex(p) if i % 2 else p.encode() for i, p in enumerate(parts)), text
    for name, (line, times) in example.repeat.items():
        yield name, line.encode() * times, f"{line}{line}{GAP}\n"


def load(given: Files, example: Example) -> Loaded:
    """Checks the files as `troth check` does."""
    problems = list(given.problems)
    return load_texts(given.read, today=example.today, connectors=example.connectors, problems=problems)


def excerpts(
    mine: Files, others: tuple[Files, ...], show: tuple[str, ...] = (), places: Iterable[Place] = ()
) -> dict[str, list[str]]:
    """File → the lines in which it differs from the others, with the lines they stand under; `…` for what is left out.

    `show`: these files, from their beginning, instead of those that differ. `places`: shown as well, in files that
    differ.
    """
    if show:
        return {name: _short(mine.shown[name].splitlines()) for name in show}
    found = {}
    for name, text in mine.shown.items():
        numbers = {place.line - 1 for place in places if place.file == name}
        found[name] = _excerpt(text, [other.shown.get(name) for other in others], numbers)
    return {name: lines for name, lines in found.items() if lines}


def _excerpt(mine: str, others: list[str | None], places: set[int]) -> list[str]:
    lines = mine.splitlines()
    wanted: set[int] = set()
    for other in others:
        if other is None:
            return _short(lines)
        wanted |= _differing(lines, other.splitlines())
    for place in places if wanted else ():
        wanted |= {place, *_above(lines, place)}
    return list(_with_gaps(lines, sorted(n for n in wanted if lines[n].strip())))


def _differing(mine: list[str], other: list[str]) -> set[int]:
    wanted: set[int] = set()
    for tag, start, end, there, _ in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        if tag != "equal":
            indent = _indent(mine[start] if start < end else other[there])
            before = list(_neighbours(mine, range(start - 1, -1, -1), indent, parent=True))
            after = _neighbours(mine, range(end, len(mine)), indent, parent=False)
            wanted |= {*before, *range(start, end), *after, *_above(mine, min([start, *before]))}
    return wanted


def _neighbours(lines: list[str], numbers: range, indent: int, *, parent: bool) -> Iterator[int]:
    """Some lines of the same part, going away from it; `parent`: ends with the line they stand under."""
    left = CONTEXT
    for n in numbers:
        outside = bool(lines[n].strip()) and _indent(lines[n]) < indent
        if left == 0 or (outside and not parent):
            return
        yield n
        if outside:
            return
        left -= bool(lines[n].strip())


def _above(lines: list[str], number: int) -> Iterator[int]:
    """The lines a line stands under: each indented less than the one before."""
    indent = _indent(lines[number]) if number < len(lines) else 0
    for n in range(number - 1, -1, -1):
        if lines[n].strip() and _indent(lines[n]) < indent:
            indent = _indent(lines[n])
            yield n


def _with_gaps(lines: list[str], wanted: list[int]) -> Iterator[str]:
    """The wanted lines; of what stands between them a single line as it is, more as `…`."""
    before = -1
    for n in wanted:
        between = [line for line in lines[before + 1 : n] if line.strip()]
        yield from between if len(between) < 2 else [" " * _indent(lines[n]) + GAP]
        yield lines[n]
        before = n


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _short(lines: list[str]) -> list[str]:
    return lines if len(lines) <= LONGEST else [*lines[:LONGEST], GAP]
