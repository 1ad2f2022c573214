"""The notice as a value: sections of blocks of runs. Every form (HTML, Markdown, PDF) is a rendering of it.

A text is a `Run`; nothing in it is markup in any form. Ids are those of the policy, or this package's own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from troth.policy.difference.values import Change

Style = Literal["", "strong", "soft", "code", "tag", "note"]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text. `href`: where it leads, `#id` inside the document. `lang`: its language, where it is another.

    A `note` is a reference to an open point: its text is the number.
    """

    text: str
    style: Style = ""
    href: str = ""
    lang: str = ""


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a list or a cell; `more` stands below it, smaller."""

    runs: Runs
    more: Runs = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Para:
    """`lead`: what one reads first; `soft`: beside the point; `open`: something the published text left open."""

    runs: Runs
    kind: Literal["", "lead", "soft", "open", "name"] = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `numbered` entries are referred to by their number."""

    lines: tuple[Line, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A term, what it means, and what there is to say further."""

    term: Runs
    said: tuple["Para | Items", ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    entries: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the table's head; the first one names the row."""

    cells: tuple[tuple[Line, ...], ...]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a table that is read across: its name, what it holds, and a remark."""

    name: str
    lines: tuple[Line, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    caption: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A part with a heading of its own and its details: a page may fold the details away, paper does not."""

    id: str
    title: Runs
    brief: tuple[Para, ...]
    details: tuple["Para | Facts", ...]


Block: TypeAlias = Para | Items | Terms | Table | Facts | Entry


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the notice, for the history: its number, the day it takes effect, what changed since the one before.

    `first`: there is none before it.
    """

    number: int
    effective: date
    changes: tuple[Change, ...] = ()
    first: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """Where the other pages are, for links; empty ones are not linked. `form` holds `{id}` for the touchpoint.

    `editions`: an older version's address, with `{number}`.
    """

    centre: str = ""
    choices: str = ""
    form: str = ""
    edition: str = ""

    def form_of(self, touchpoint: str) -> str:
        return self.form.replace("{id}", touchpoint)

    def edition_of(self, number: int) -> str:
        return self.edition.replace("{number}", str(number))


@dataclass(frozen=True, slots=True)
class Document:
    """`updated`: the day the version takes effect, which is what *Last updated* means here.

    `short` comes first and says the most important on one screen; `words`: the furniture a renderer needs, by key.
    """

    title: Run
    name: str
    language: str
    direction: str
    number: int | None
    updated: date
    digest: str
    meta: tuple[str, ...]
    short: Section
    sections: tuple[Section, ...]
    words: Mapping[str, str] = field(default_factory=dict)

    def every_section(self) -> Iterator[Section]:
        """All sections in reading order, the short one first."""
        yield self.short
        for section in self.sections:
            yield section
            yield from section.sections
