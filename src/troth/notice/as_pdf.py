"""The document as PDF, set by Typst: tagged (PDF/UA-1), with title, language, bookmarks and page numbers.

The document goes in as data and is never read as Typst code. Typst comes with the extra `pdf`.
"""

import json
from datetime import UTC, datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from troth.notice.clean import clean
from troth.notice.values import Block, Document, Entry, Facts, Items, Line, Para, Row, Run, Section, Table, Terms

Plain = dict[str, Any]
_TEMPLATE = Path(__file__).with_name("notice.typ")
STANDARD: Literal["ua-1"] = "ua-1"


class NoTypst(Exception):
    """The package that sets PDF is not installed."""


def available() -> bool:
    """True if a PDF can be made here."""
    return find_spec("typst") is not None


def pdf(document: Document) -> bytes:
    """The notice as a PDF; the same bytes for the same document. Raises NoTypst."""
    try:
        import typst
    except ImportError:
        raise NoTypst("PDF needs the package typst: install `troth[pdf]`") from None
    given = json.dumps(_document(document), ensure_ascii=True)
    made = typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        format="pdf",
        sys_inputs={"notice": given},
        pdf_standards=STANDARD,
        timestamp=datetime.combine(document.updated, time(), UTC),
    )
    assert isinstance(made, bytes)
    return made


def _document(document: Document) -> Plain:
    ids = {section.id for section in document.every_section()} | set(_ids(document))
    write = _Writer(ids)
    language, _, region = document.language.partition("-")
    return {
        "title": clean(document.title.text),
        "name": clean(document.name),
        "lang": language,
        "region": region if len(region) == 2 and region.isalpha() else None,
        "day": [document.updated.year, document.updated.month, document.updated.day],
        "meta": [clean(each) for each in document.meta],
        "contents": clean(document.words["contents"]),
        "pages": document.words["pages"].split("|"),
        "sections": [write.section(section) for section in (document.short, *document.sections)],
    }


def _ids(document: Document) -> list[str]:
    """Every id inside a section that a link may lead to."""
    found: list[str] = []
    for section in document.every_section():
        for block in section.blocks:
            match block:
                case Entry():
                    found.append(block.id)
                case Items():
                    found += [line.id for line in block.lines]
                case Terms():
                    found += [entry.id for entry in block.entries]
                case Table():
                    found += [row.id for row in block.rows]
                case _:
                    pass
    return [id for id in found if id]


class _Writer:
    """Values → plain data. A link inside the document is kept only if something bears its id."""

    def __init__(self, ids: set[str]) -> None:
        self._ids = ids

    def section(self, section: Section) -> Plain:
        return {
            "id": section.id,
            "title": clean(section.title),
            "blocks": [self.block(block) for block in section.blocks],
            "sections": [self.section(part) for part in section.sections],
        }

    def block(self, block: Block) -> Plain:
        match block:
            case Para():
                return {"is": "para", "kind": block.kind, "runs": self.runs(block.runs)}
            case Items():
                return {"is": "items", "numbered": block.numbered, "lines": self.lines(block.lines)}
            case Terms():
                entries = [
                    {"id": e.id, "term": self.runs(e.term), "said": [self.block(said) for said in e.said]}
                    for e in block.entries
                ]
                return {"is": "terms", "entries": entries}
            case Table():
                head = [clean(name) for name in block.head]
                return {"is": "table", "head": head, "rows": [self.row(row) for row in block.rows]}
            case Facts():
                facts = [
                    {"name": clean(f.name), "lines": self.lines(f.lines), "remark": clean(f.remark)}
                    for f in block.facts
                ]
                return {"is": "facts", "facts": facts}
            case Entry():
                parts = [self.block(part) for part in (*block.brief, *block.details)]
                return {"is": "entry", "id": block.id, "title": self.runs(block.title), "blocks": parts}

    def row(self, row: Row) -> Plain:
        return {"id": row.id, "cells": [self.lines(cell) for cell in row.cells]}

    def lines(self, lines: tuple[Line, ...]) -> list[Plain]:
        return [{"id": line.id, "runs": self.runs(line.runs), "more": self.runs(line.more)} for line in lines]

    def runs(self, runs: tuple[Run, ...]) -> list[Plain]:
        return [
            {"text": clean(run.text), "style": run.style, "to": self.to(run.href), "lang": run.lang.partition("-")[0]}
            for run in runs
        ]

    def to(self, href: str) -> str:
        inside = href.startswith("#")
        return "" if inside and href[1:] not in self._ids else clean(href)
