"""The parts of a policy file as a tree, each with the place and the form its author gave it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import yaml

from troth.policy.format.source import Source

CORE = "tag:yaml.org,2002:"


@dataclass(slots=True)
class Node:
    """`start` and `end`: where it stands in the text; `opened`: where its anchor and tag end and the rest begins.

    `mark`: anchor and tag as they are printed, with a space behind.
    """

    start: int
    opened: int
    end: int
    mark: str = ""


@dataclass(slots=True)
class Scalar(Node):
    """`style` is YAML's sign: `'`, `"`, `|`, `>`, or empty for plain words. `value`: what it says; `raw`: how."""

    style: str = ""
    value: str = ""
    raw: str = ""


@dataclass(slots=True)
class Alias(Node):
    name: str = ""


@dataclass(slots=True)
class Mapping(Node):
    flow: bool = False
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)


@dataclass(slots=True)
class Sequence(Node):
    flow: bool = False
    items: list[Node] = field(default_factory=list)


class Reader:
    """Builds the tree of a text that has been read before: it is YAML, not nested too deeply, its keys are words."""

    def __init__(self, source: Source) -> None:
        self.text = source.text
        self.begins = {_end(t): _start(t) for t in source.tokens if isinstance(t, yaml.ScalarToken)}
        self.events: Iterator[yaml.Event] = yaml.parse(source.text, Loader=yaml.CSafeLoader)

    def document(self) -> tuple[Node | None, bool]:
        """The one document, and whether it begins with `---`; None if the text holds nothing."""
        next(self.events)
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            return None, False
        return self.node(next(self.events)), bool(getattr(start, "explicit", False))

    def node(self, event: yaml.Event) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        start, opened, mark = _start(event), _end(event), _mark(event)
        if isinstance(event, yaml.AliasEvent):
            return Alias(start, start, opened, name=event.anchor or "")
        flow = bool(getattr(event, "flow_style", False))
        if isinstance(event, yaml.MappingStartEvent):
            pairs = []
            while not isinstance(key := next(self.events), yaml.MappingEndEvent):
                pairs.append((self.scalar(key), self.node(next(self.events))))
            return Mapping(start, opened, _end(key), mark, flow, pairs)
        items = []
        while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(item))
        return Sequence(start, opened, _end(item), mark, flow, items)

    def scalar(self, event: yaml.Event) -> Scalar:
        start, end = _start(event), _end(event)
        begin = self.begins.get(end, end) if end > start else end
        style, value = getattr(event, "style", None) or "", getattr(event, "value", "")
        return Scalar(start, begin, end, _mark(event), style, value, self.text[begin:end])


def _mark(event: yaml.Event) -> str:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    said = f"&{anchor} " if anchor else ""
    return f"{said}{tag.replace(CORE, '!!')} " if tag else said


def _start(part: yaml.Event | yaml.Token) -> int:
    return cast(yaml.Mark, part.start_mark).index


def _end(part: yaml.Event | yaml.Token) -> int:
    return cast(yaml.Mark, part.end_mark).index
