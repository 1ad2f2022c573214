"""Where and why the YAML parser gave up, in words an author can use."""

import re

import yaml

from troth.policy.lines import Starts, lines
from troth.policy.places import Place
from troth.policy.problems import Problem

UNREADABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML allows nowhere."""

SYNTAX = {
    "mapping values are not allowed": ("a `:` stands where no key can be", "put a text that holds `: ` in quotes"),
    "could not find expected ':'": ("a key has no `:` after it", "write `key: value`, with a space after the colon"),
    "did not find expected key": ("a key was expected here", "check that the lines around it start in the same column"),
    "did not find expected '-'": (
        "a list entry was expected here",
        "check the columns: the keys of an entry stand in one, its `-` in one",
    ),
    "expected <document start>": (
        "the line begins left of the first key of the file",
        "let the sections of a file start in the first column",
    ),
    "violates indentation": ("a tab stands where YAML wants spaces", "indent with spaces"),
    "unexpected end of stream": ("a quoted text does not end", "close the quotes"),
    "unacceptable character": ("a character that no text file should hold", None),
}
"""The parser's words → ours, with help."""


BEGUN = re.compile(r"expected ',' or|alphabetic|could not find expected ':'")
"""Complaints that are better placed where the part began than where the parser gave up."""

CONFLICT = (
    re.compile(r"^<{7} ", re.MULTILINE),
    re.compile(r"^={7}\r?$", re.MULTILINE),
    re.compile(r"^>{7} ", re.MULTILINE),
)


def syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """The problem of a file that is no YAML."""
    words = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    marks = [mark.search(text) for mark in CONFLICT]
    if marks[0] and all(marks):
        return _conflict(Starts(text).at(marks[0].start())[0], file)
    begun = getattr(error, "context_mark", None) if BEGUN.search(words) else None
    line, column = Starts(text).at(int(begun.index) if begun else _index(error, text))
    shown_lines = lines(text)
    at = shown_lines[line][column : column + 1] if line < len(shown_lines) else ""
    said = _said(words, at, begun=begun is not None)
    return Problem("T-0008", "error", said[0], Place(file, line + 1, column + 1, column + 2), help=said[1])


def _said(words: str, at: str, *, begun: bool) -> tuple[str, str | None]:
    """What is wrong and what to do. `at`: the character there; `begun`: it is where the part began."""
    if begun and at in CLOSES:
        return f"this `{at}` finds no `{CLOSES[at]}`", "close it; look for a missing `,` or quote on the way as well"
    if "alphabetic" in words or "cannot start any token" in words:
        return _bad_start(at)
    return next((ours for theirs, ours in SYNTAX.items() if theirs in words), (f"this is not YAML: {words}", None))


CLOSES = {"{": "}", "[": "]"}


def _conflict(line: int, file: str) -> Problem:
    help = "keep one side, and remove the lines of `<`, `=` and `>`"
    return Problem("T-0008", "error", "a merge conflict is left here", Place(file, line + 1, 1, 8), help=help)


def _index(error: yaml.YAMLError, text: str) -> int:
    """Where the parser stopped; what cannot be read at all, it does not place."""
    mark = getattr(error, "problem_mark", None)
    if mark:
        return int(mark.index)
    found = UNREADABLE.search(text)
    return found.start() if found else 0


def _bad_start(character: str) -> tuple[str, str | None]:
    if character == "\t":
        return "a tab stands where YAML wants spaces", "indent with spaces"
    return f"a plain text cannot start with `{character}`", "put it in quotes"
