"""Where a list or mapping of a file ends, by its lines: so that it can be added to and the rest stays. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from troth.policy.tree import Data, Tree


class Unfit(Exception):
    """The file is not written in a form that can be added to; says what to do."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines `start` to before `end` (counted from 0) become `new`."""

    start: int
    end: int
    new: tuple[str, ...]


def edited(lines: Sequence[str], edits: Iterable[Edit]) -> list[str]:
    """The lines after the edits, which do not overlap; those at one place come in the order given."""
    changed = list(lines)
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    for edit in ordered[::-1]:
        changed[edit.start : edit.end] = edit.new
    return changed


@dataclass(frozen=True, slots=True)
class Block:
    """What stands under `section: language:` in a file.

    `end`: the line after its last, where more can be put, under the lines of `head`. `indent`: that of its entries.
    """

    end: int
    indent: str
    head: tuple[str, ...]


def block(tree: Tree, lines: Sequence[str], section: str, language: str) -> Block:
    """The block of a language, there or still to be made. Raises Unfit if it stands in braces or brackets."""
    if section not in tree.data:
        gap = ("",) if lines else ()
        return Block(len(lines), "    ", (*gap, f"{section}:", f"  {language}:"))
    languages = tree.data[section] or {}
    if not isinstance(languages, dict):
        raise Unfit(f"`{section}` is not a mapping of languages: `troth check` says more")
    if language not in languages:
        return _beside(tree, lines, section, languages, language)
    return _there(tree, lines, f"{section}.{language}", languages[language])


def _beside(tree: Tree, lines: Sequence[str], section: str, languages: dict[str, Data], language: str) -> Block:
    first = tree.keys[section].line
    others = [tree.keys[f"{section}.{other}"] for other in languages]
    if any(place.line == first for place in others):
        raise Unfit(f"`{section}` stands on one line: write each language on a line of its own")
    indent = " " * (others[0].column - 1 if others else 2)
    return Block(first, f"{indent}  ", (f"{indent}{language}:",))


def _there(tree: Tree, lines: Sequence[str], path: str, value: Data) -> Block:
    key = tree.keys[path]
    if not value:
        if not lines[key.line - 1].rstrip().endswith(":"):
            raise Unfit(f"`{path}` is empty: remove it, or leave nothing after its `:`")
        return Block(key.line, " " * (key.column + 1), ())
    if isinstance(value, list):
        places = [tree.places[f"{path}.{step}"] for step in range(len(value))]
    elif isinstance(value, dict):
        places = [tree.keys[f"{path}.{step}"] for step in value]
    else:
        raise Unfit(f"`{path}` is neither a list nor a mapping: `troth check` says more")
    if any(lines[place.line - 1][: place.column - 1].strip() not in ("", "-") for place in places):
        raise Unfit(f"`{path}` stands in brackets or braces: write each entry on a line of its own")
    first, last = places[0], places[-1]
    indent = lines[first.line - 1][: first.column - 1].partition("-")[0]
    return Block(last_line(lines, last.line, len(indent)), indent, ())


def last_line(lines: Sequence[str], start: int, indent: int) -> int:
    """The number of the last line of an entry: it starts at line `start` (from 1), its first mark in column `indent`.

    Comments and empty lines after it are not its own.
    """
    last = start
    for number, line in enumerate(lines[start:], start + 1):
        text = line.lstrip(" ")
        if not text.strip():
            continue
        deep = len(line) - len(text)
        if deep <= indent and not text.startswith("#"):
            break
        if deep > indent:
            last = number
    return last
