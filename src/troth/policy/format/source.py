"""A policy file as its author wrote it: where its words stand, and the comments between them."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import yaml

HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(#.*)")
"""The first line of a block scalar that carries a comment."""

WORDS = (
    yaml.ScalarToken,
    yaml.AliasToken,
    yaml.AnchorToken,
    yaml.TagToken,
    yaml.BlockEntryToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowSequenceEndToken,
    yaml.FlowMappingStartToken,
    yaml.FlowMappingEndToken,
    yaml.DocumentStartToken,
    yaml.DocumentEndToken,
)
"""Tokens that stand somewhere; the others only say where a block begins or ends, or stand between two of these."""


@dataclass(frozen=True, slots=True)
class Comment:
    """`index`: of its `#` in the text; `own`: it has a line of its own; `blank`: an empty line stands before it.

    `header`: it stands behind the `|` or `>` of a block scalar, whose text begins on the next line.
    """

    text: str
    index: int
    column: int
    own: bool
    blank: bool
    header: bool = False


class Source:
    """A text with LF line ends, its tokens and comments. Raises YAMLError if the text is not YAML."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(yaml.scan(text, Loader=yaml.CSafeLoader))
        self.comments = tuple(self._comments())

    @cached_property
    def words(self) -> list[int]:
        """Where each word starts."""
        return [_start(token) for token in self.tokens if isinstance(token, WORDS)]

    @cached_property
    def dashes(self) -> list[int]:
        """Where each `-` of a list stands."""
        return [_start(token) for token in self.tokens if isinstance(token, yaml.BlockEntryToken)]

    @property
    def begins(self) -> int:
        """Where the `---` stands that begins the document; where the text does if there is none."""
        return next((_start(t) for t in self.tokens if isinstance(t, yaml.DocumentStartToken)), 0)

    def gap(self, index: int) -> int:
        """The number of the space between words that `index` is in, or whose word before it `index` is in."""
        return bisect_right(self.words, index)

    def column(self, index: int) -> int:
        return index - (self.text.rfind("\n", 0, index) + 1)

    def blank_before(self, index: int) -> bool:
        """True if an empty line stands above the line of `index`."""
        start = self.text.rfind("\n", 0, index)
        above = self.text[:start].rfind("\n") if start > 0 else -1
        return start > 0 and not self.text[above + 1 : start].strip()

    def _comments(self) -> list[Comment]:
        found: list[Comment] = []
        end = 0
        for token in self.tokens:
            start = _start(token)
            found += self._between(end, start)
            if isinstance(token, yaml.ScalarToken):
                found += self._header(start)
            end = max(end, _end(token))
        return found + self._between(end, len(self.text))

    def _between(self, start: int, end: int) -> list[Comment]:
        """The comments of a space between tokens, which holds nothing else but spaces and marks such as `,`."""
        found = []
        at = self.text.find("#", start, end)
        while at >= 0:
            stop = self.text.find("\n", at)
            stop = len(self.text) if stop < 0 else stop
            found.append(self._comment(at, self.text[at:stop].rstrip()))
            at = self.text.find("#", stop, end)
        return found

    def _comment(self, at: int, text: str, *, header: bool = False) -> Comment:
        column = self.column(at)
        own = not self.text[at - column : at].strip()
        return Comment(text, at, column, own, own and self.blank_before(at), header)

    def _header(self, start: int) -> list[Comment]:
        stop = self.text.find("\n", start)
        found = HEADER.match(self.text, start, len(self.text) if stop < 0 else stop)
        if self.text[start] not in "|>" or not found:
            return []
        return [self._comment(found.start(1), found[1].rstrip(), header=True)]


def _start(token: yaml.Token) -> int:
    return cast(int, token.start_mark.index)


def _end(token: yaml.Token) -> int:
    return cast(int, token.end_mark.index)
