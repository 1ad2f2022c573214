"""YAML text → plain data with the place of every part.

Built from the parser's events, so that neither depth nor aliases can exhaust the machine: the C parser keeps no
stack of ours, and the limits below hold before anything is built on top.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from troth.policy.lines import MORE, Starts, lines
from troth.policy.places import Place
from troth.policy.problems import Problem, shown
from troth.policy.scalars import Scalar, resolve
from troth.policy.syntax import syntax

MAX_DEPTH = 24
MAX_NODES = 2_000_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
ONE_WORD = (yaml.ScalarEvent, yaml.AliasEvent)
CORE = "tag:yaml.org,2002:"

Data = Scalar | list["Data"] | dict[str, "Data"]


@dataclass(slots=True)
class Tree:
    """Data of one or more files, and places by dotted path: of values (`places`) and of keys (`keys`)."""

    data: dict[str, Data] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)

    def head(self) -> Place | None:
        """Where to point for what concerns the whole policy: the head of the file that names it."""
        first = self.keys.get("name") or self.keys.get("title") or next(iter(self.keys.values()), None)
        return Place(first.file, 1, 1, 2) if first else None


class _Stop(Exception):
    """The file cannot be understood past this point."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def parse(text: str, file: str) -> tuple[Tree, list[Problem]]:
    """The tree of one file, as far as it can be read, and its problems. Never raises."""
    builder = _Builder(text, file)
    try:
        builder.document()
    except _Stop as stop:
        builder.problems.append(stop.problem)
    except yaml.YAMLError as error:
        builder.problems.append(syntax(error, text, file))
    return builder.tree, builder.problems


class _Builder:
    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines = lines(text)
        self.starts = Starts(text) if MORE.search(text) else None
        self.tree = Tree()
        self.problems: list[Problem] = []
        self.nodes = 0
        self.anchors: dict[str, tuple[Data, int]] = {}
        self.events: Iterator[yaml.Event] = iter(yaml.CSafeLoader(text).get_event, None)

    def document(self) -> None:
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            return
        data = self.value(next(self.events), "", 0)
        if isinstance(data, dict):
            self.tree.data = data
        elif data is not None:
            self.problem("T-0007", "a policy file is a mapping of sections", start, help="write `key: value` lines")
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self.problem("T-0006", "the file holds several documents", after, help="split it at `---` into files")

    def value(self, event: yaml.Event, path: str, depth: int) -> Data:
        before = self.nodes
        self.count(event)
        data: Data
        if isinstance(event, yaml.ScalarEvent):
            data = self.scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            data = self.alias(event)
        elif depth >= MAX_DEPTH:
            raise _Stop(self.made("T-0009", f"nested more than {MAX_DEPTH} levels deep", event))
        elif isinstance(event, yaml.MappingStartEvent):
            data = self.mapping(event, path, depth + 1)
        else:
            data = self.sequence(path, depth + 1)
        anchor = getattr(event, "anchor", None)
        if anchor and not isinstance(event, yaml.AliasEvent):
            self.anchors[anchor] = (data, self.nodes - before)
        return data

    def mapping(self, start: yaml.Event, path: str, depth: int) -> dict[str, Data]:
        found: dict[str, Data] = {}
        prefix = f"{path}." if path else ""
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _Stop(self.made("T-0010", "a key must be a plain word", event))
            key, here = event.value, self.place(event)
            inner = prefix + key
            if key in found:
                first = self.tree.keys[inner]
                self.problem(
                    "T-0005", f"`{key}` is given twice", event, where=inner, help=f"first at line {first.line}"
                )
                self.aside(depth)
                continue
            self.tree.keys[inner] = here
            value = next(self.events)
            plain = isinstance(value, yaml.ScalarEvent) and value.value
            self.tree.places[inner] = self.place(value) if plain else here
            found[key] = self.value(value, inner, depth)
        return found

    def aside(self, depth: int) -> None:
        """Reads a value that is not used, so that what follows keeps its places."""
        tree, self.tree = self.tree, Tree()
        self.value(next(self.events), "", depth)
        self.tree = tree

    def sequence(self, path: str, depth: int) -> list[Data]:
        found: list[Data] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            inner = f"{path}.{len(found)}"
            self.tree.places[inner] = self.place(event)
            found.append(self.value(event, inner, depth))
            self.widen(inner, event)
        return found

    def widen(self, path: str, event: yaml.Event) -> None:
        """A mapping or list in a list is underlined from its start to the end of its line."""
        if not isinstance(event, ONE_WORD):
            place = self.tree.places[path]
            self.tree.places[path] = Place(place.file, place.line, place.column, self.width(place.line) + 1)

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        if not event.value.isprintable() and CONTROL.search(event.value):
            self.problem("T-0014", "the text holds a control character", event, help="remove it")
            return CONTROL.sub(" ", event.value)
        if event.tag in (None, "!"):
            return resolve(event.value) if event.implicit[0] and event.tag is None else event.value
        if event.tag == f"{CORE}str":
            return event.value
        if event.tag in (f"{CORE}int", f"{CORE}float", f"{CORE}bool", f"{CORE}null"):
            return resolve(event.value)
        self.problem("T-0011", f"the tag {shown(event.tag)} is not known here", event, help="write plain values")
        return event.value

    def alias(self, event: yaml.AliasEvent) -> Data:
        if event.anchor not in self.anchors:
            self.problem("T-0012", f"`*{event.anchor}` names no anchor above it", event)
            return None
        data, size = self.anchors[event.anchor]
        self.nodes += size
        self.count(event)
        return data

    def count(self, event: yaml.Event) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Stop(self.made("T-0013", f"more than {MAX_NODES:,} parts once its aliases are written out", event))

    def place(self, event: yaml.Event) -> Place:
        """Called for every part: what it does, it does without detours."""
        start: Any = event.start_mark
        end: Any = event.end_mark
        if self.starts is None:
            line, column, end_line, end_column = start.line, start.column, end.line, end.column
        else:  # the parser breaks lines that editors do not: counted anew
            (line, column), (end_line, end_column) = self.starts.at(start.index), self.starts.at(end.index)
        if end_line != line or end_column <= column:
            end_column = max(self.width(line + 1), column + 1)
        return Place(self.file, line + 1, column + 1, end_column + 1)

    def width(self, line: int) -> int:
        return len(self.lines[line - 1].rstrip()) if 0 < line <= len(self.lines) else 0

    def made(self, code: str, message: str, event: yaml.Event, where: str = "", help: str | None = None) -> Problem:
        return Problem(code, "error", message, self.place(event), where, help)

    def problem(self, code: str, message: str, event: yaml.Event, where: str = "", help: str | None = None) -> None:
        self.problems.append(self.made(code, message, event, where, help))
