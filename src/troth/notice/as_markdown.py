"""The document as Markdown (CommonMark with tables): every text is escaped, so that it stays text."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from troth.notice.clean import clean
from troth.notice.values import Block, Document, Entry, Facts, Items, Line, Para, Row, Run, Section, Table, Terms

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#!|~&$])")
_BEGINS = re.compile(r"^([-+=]|\d+(?=[.)]))")
"""What begins a list or underlines a heading, where it stands first in a line."""


def markdown(document: Document) -> str:
    """The whole notice: title, version, the short of it, contents, sections."""
    said = " · ".join(_text(each) for each in document.meta)
    contents = [f"- [{_text(section.title)}](#{section.id})" for section in document.sections]
    parts = [f"# {_runs((document.title,))}", said, _section(document.short, 2, document.words)]
    parts += [f"## {_text(document.words['contents'])}", "\n".join(contents)]
    parts += [_section(section, 2, document.words) for section in document.sections]
    return "\n\n".join(parts) + "\n"


def _section(section: Section, level: int, w: Any) -> str:
    parts = [f'<a id="{section.id}"></a>', f"{'#' * level} {_text(section.title)}"]
    parts += [_block(block, level, w) for block in section.blocks]
    parts += [_section(part, level + 1, w) for part in section.sections]
    return "\n\n".join(part for part in parts if part)


def _block(block: Block, level: int, w: Any) -> str:
    write: Callable[..., str] = _WRITERS[type(block)]
    return write(block, level, w)


def _para(block: Para, *_: Any) -> str:
    text = _begin(_runs(block.runs))
    return f"**{text}**" if block.kind == "name" else text


def _items(block: Items, *_: Any) -> str:
    if block.numbered:
        return "\n".join(f"{n}. {_anchor(line.id)}{_line(line)}" for n, line in enumerate(block.lines, start=1))
    return "\n".join(f"- {_line(line)}" for line in block.lines)


def _terms(block: Terms, level: int, w: Any) -> str:
    entries = []
    for entry in block.entries:
        said = [f"- {_anchor(entry.id)}**{_runs(entry.term)}**"]
        said += [_indent(_block(part, level, w)) for part in entry.said]
        entries.append("\n\n".join(said))
    return "\n\n".join(entries)


def _table(block: Table, *_: Any) -> str:
    head = [f"| {' | '.join(map(_text, block.head))} |", f"|{' --- |' * len(block.head)}"]
    return "\n".join([*head, *map(_row, block.rows)])


def _row(row: Row) -> str:
    cells = ["; ".join(map(_line, lines)) for lines in row.cells]
    return f"| {_anchor(row.id)}{' | '.join(cells)} |"


def _facts(block: Facts, *_: Any) -> str:
    out = []
    for fact in block.facts:
        out.append(f"- **{_text(fact.name)}**")
        out += [f"  - {_line(line)}" for line in fact.lines]
        out += [f"  - {_text(fact.remark)}"] if fact.remark else []
    return "\n".join(out)


def _entry(block: Entry, level: int, w: Any) -> str:
    parts = [f'<a id="{block.id}"></a>', f"{'#' * (level + 1)} {_runs(block.title)}"]
    parts += [_para(para) for para in block.brief] + [_block(each, level + 1, w) for each in block.details]
    return "\n\n".join(parts)


_WRITERS: dict[type, Callable[..., str]] = {
    Para: _para,
    Items: _items,
    Terms: _terms,
    Table: _table,
    Facts: _facts,
    Entry: _entry,
}


def _line(line: Line) -> str:
    return _begin(f"{_runs(line.runs)} — {_runs(line.more)}" if line.more else _runs(line.runs))


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" if line else line for line in text.split("\n"))


def _anchor(id: str) -> str:
    return f'<a id="{id}"></a>' if id else ""


def _runs(runs: Iterable[Run]) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    if run.style == "note":
        return f" [\\[{_text(run.text)}\\]]({run.href})"
    text = _code(run.text) if run.style == "code" else _text(run.text)
    if run.style == "tag":
        text = f"({text})"
    if run.href:
        text = f"[{text}](<{_address(run.href)}>)"
    return f"**{text}**" if run.style == "strong" else text


def _address(href: str) -> str:
    return re.sub(r"([\\<>|])", lambda m: f"%{ord(m[1]):02X}", clean(href)).replace(" ", "%20")


def _code(text: str) -> str:
    """A code span; a bar is escaped, since in a table it would end the cell even here."""
    said = clean(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", said)), default=0) + 1)
    return f"{fence} {said} {fence}" if said.startswith("`") or said.endswith("`") else f"{fence}{said}{fence}"


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", clean(text))


def _begin(text: str) -> str:
    """A line that begins as text: not as a list, nor with spaces, which would make it code."""
    begun = text.strip()
    found = _BEGINS.match(begun)
    if not found:
        return begun
    end = found.end() if found[1].isdigit() else 0
    return f"{begun[:end]}\\{begun[end:]}"
