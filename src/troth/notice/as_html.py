"""The document as HTML: everything is in the page, nothing needs script, every text is escaped."""

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from troth.notice.clean import clean
from troth.notice.values import (
    Block,
    Document,
    Entry,
    Fact,
    Facts,
    Items,
    Line,
    Para,
    Row,
    Run,
    Section,
    Table,
    Term,
    Terms,
)

TOP = 2
"""The level of the sections' headings, below the title."""
COLUMNS = 4
"""A list with more short entries than this stands in columns."""
LONG, STEP = 40, 20
"""A word with more letters than `LONG` may break every `STEP` letters."""
_SPACES = re.compile(r"(\s+)")
_PARA = {"": "", "lead": ' class="lead"', "soft": ' class="soft small"', "name": ' class="row-name"'}
_PARA["open"] = ' class="open-point"'


def page(document: Document, *, style: str = "") -> str:
    """A page of its own: nothing is fetched. `style`: the stylesheet, set into the page; trusted."""
    own = f"<style>{style}</style>\n" if style else ""
    return (
        f'<!doctype html>\n<html lang="{_text(document.language)}" dir="{document.direction}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n{meta(document)}\n'
        f"<title>{_text(document.title.text)} · {_text(document.name)}</title>\n{own}</head>\n"
        f'<body class="public">\n<a class="skip" href="#main">{_text(document.words["skip"])}</a>\n'
        f'<main id="main" class="wrap" tabindex="-1">\n{head(document)}\n{body(document)}\n</main>\n</body>\n</html>\n'
    )


def meta(document: Document) -> str:
    """Which version this is, for programs."""
    number = f'<meta name="troth-version" content="{document.number}">' if document.number is not None else ""
    day = document.updated.isoformat()
    return (
        f'{number}<meta name="troth-digest" content="{_text(document.digest)}">'
        f'<meta name="dcterms.modified" content="{day}">'
    )


def head(document: Document) -> str:
    """Title, version, and the day of the last update."""
    said = "".join(f"<li>{_text(each)}</li>" for each in document.meta)
    return f'<h1>{_runs((document.title,))}</h1>\n<ul class="plain meta">{said}</ul>'


def body(document: Document) -> str:
    """The short notice, the contents, then every section."""
    w = document.words
    entries = "".join(_entry_of_contents(section) for section in document.sections)
    return (
        f"{_section(document.short, 2, w, 'flow panel short')}\n"
        f'<div class="split">\n<nav class="contents no-print" aria-labelledby="contents_title">'
        f'<p class="soft" id="contents_title">{_text(w["contents"])}</p><ul>{entries}</ul></nav>\n'
        f'<div class="notice">{"".join(_section(section, 2, w) for section in document.sections)}</div>\n</div>'
    )


def section(section: Section) -> str:
    """One section alone, for a page of its own."""
    return _section(section, 2, {})


def _entry_of_contents(section: Section) -> str:
    inside = "".join(f"<li>{_to(part)}</li>" for part in section.sections)
    return f"<li>{_to(section)}{f'<ul>{inside}</ul>' if inside else ''}</li>"


def _to(section: Section) -> str:
    return f'<a href="#{section.id}"{_lang(section.lang)}>{_words(section.title)}</a>'


def _section(section: Section, level: int, w: Any, looks: str = "") -> str:
    flow = looks or ("flow group" if level > TOP else "flow")
    blocks = "".join(_block(block, level, w) for block in section.blocks)
    inside = "".join(_section(part, level + 1, w) for part in section.sections)
    title = f'<h{level} id="{section.id}"{_lang(section.lang)}>{_words(section.title)}</h{level}>'
    return f'<section aria-labelledby="{section.id}" class="{flow}">\n{title}\n{blocks}{inside}</section>\n'


def _block(block: Block, level: int, w: Any) -> str:
    write: Callable[..., str] = _WRITERS[type(block)]
    return write(block, level, w) + "\n"


def _para(block: Para, *_: Any) -> str:
    return f"<p{_PARA[block.kind]}>{_runs(block.runs)}</p>"


def _items(block: Items, *_: Any) -> str:
    lines = "".join(f"<li{_id(line.id)}>{_line(line)}</li>" for line in block.lines)
    return f'<ol class="open-list">{lines}</ol>' if block.numbered else f"<ul>{lines}</ul>"


def _terms(block: Terms, level: int, w: Any) -> str:
    entries = (
        f"<div{_id(entry.id)}><dt>{_runs(entry.term)}</dt><dd>{_said(entry, level, w)}</dd></div>"
        for entry in block.entries
    )
    return f'<dl class="terms">{"".join(entries)}</dl>'


def _said(entry: Term, level: int, w: Any) -> str:
    match entry.said:
        case (Para(kind="") as only,):
            return _runs(only.runs)
        case said:
            return "".join(_block(each, level, w) for each in said)


def _table(block: Table, *_: Any) -> str:
    head = "".join(f'<th scope="col" role="columnheader">{_text(name)}</th>' for name in block.head)
    rows = "".join(_row(row, block.head) for row in block.rows)
    return _framed("table", block.caption, f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>', rows)


def _framed(kind: str, caption: str, head: str, rows: str) -> str:
    """A table that a narrow screen turns into cards: the roles say what it is when it no longer looks like one."""
    return (
        f'<div class="{kind}-wrap"><table class="{kind}" role="table"><caption class="hush">{_text(caption)}</caption>'
        f'{head}<tbody role="rowgroup">{rows}</tbody></table></div>'
    )


def _row(row: Row, head: tuple[str, ...]) -> str:
    first = f'<th scope="row" role="rowheader">{_lines(row.cells[0])}</th>'
    rest = (
        f'<td role="cell" data-label="{_text(name)}"><div>{_lines(lines)}</div></td>'
        for name, lines in zip(head[1:], row.cells[1:], strict=True)
    )
    return f'<tr role="row"{_id(row.id)}>{first}{"".join(rest)}</tr>'


def _facts(block: Facts, *_: Any) -> str:
    return _framed("facts", block.caption, "", "".join(map(_fact, block.facts)))


def _fact(fact: Fact) -> str:
    remark = f'<p class="open-point">{_text(fact.remark)}</p>' if fact.remark else ""
    name = f'<th scope="row" role="rowheader">{_text(fact.name)}</th>'
    return f'<tr role="row">{name}<td role="cell">{_lines(fact.lines)}{remark}</td></tr>'


def _entry(block: Entry, level: int, w: Any) -> str:
    name, tag = f"{block.id}_title", f"h{level + 1}"
    brief = "".join(_para(para) for para in block.brief)
    title = _text("".join(run.text for run in block.title if run.style != "note"))
    details = "".join(_block(each, level + 1, w) for each in block.details)
    summary = f'<summary>{_text(w["details"])}<span class="hush">: {title}</span></summary>'
    return (
        f'<article id="{block.id}" aria-labelledby="{name}">'
        f'<header><{tag} id="{name}">{_runs(block.title)}</{tag}>{brief}</header>\n'
        f"<details>{summary}\n{details}</details></article>"
    )


_WRITERS: dict[type, Callable[..., str]] = {
    Para: _para,
    Items: _items,
    Terms: _terms,
    Table: _table,
    Facts: _facts,
    Entry: _entry,
}


def _lines(lines: tuple[Line, ...]) -> str:
    if len(lines) == 1:
        return _line(lines[0])
    columns = " cols" if len(lines) >= COLUMNS and not any(line.more for line in lines) else ""
    return f'<ul class="plain{columns}">{"".join(f"<li>{_line(line)}</li>" for line in lines)}</ul>'


def _line(line: Line) -> str:
    more = f'<br><span class="small">{_runs(line.more)}</span>' if line.more else ""
    return f"{_runs(line.runs)}{more}"


def _runs(runs: Iterable[Run]) -> str:
    return "".join(map(_run, runs))


def _run(run: Run) -> str:
    text = _words(run.text)
    if run.style == "note":
        return f'<sup><a class="fn" href="{_text(run.href)}">{text}</a></sup>'
    said = f'<a href="{_text(run.href)}"{_lang(run.lang)}>{text}</a>' if run.href else text
    lang = "" if run.href else _lang(run.lang)
    if run.style == "strong":
        return f"<strong{lang}>{said}</strong>"
    if run.style == "code":
        return f"<code>{said}</code>"
    classes = {"soft": ' class="soft small"', "tag": ' class="tag open"'}.get(run.style, "")
    return f"<span{classes}{lang}>{said}</span>" if classes or lang else said


def _id(id: str) -> str:
    return f' id="{id}"' if id else ""


def _lang(lang: str) -> str:
    return f' lang="{_text(lang)}"' if lang else ""


def _text(text: str) -> str:
    return escape(clean(text))


def _words(text: str) -> str:
    """As `_text`, between tags: what is too long for a narrow cell may break, and stays one word."""
    return "".join(_breakable(part) if len(part) > LONG else escape(part) for part in _SPACES.split(clean(text)))


def _breakable(word: str) -> str:
    return "<wbr>".join(escape(word[i : i + STEP]) for i in range(0, len(word), STEP))
