"""The record as a workbook: a cover, the table, what holds for all of it, what it assumes. Same input, same bytes."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from troth.exports import articles
from troth.exports.record import cells
from troth.exports.record import who as parties
from troth.exports.record.columns import ColumnSet, columns, table
from troth.exports.record.speech import say
from troth.exports.record.values import Entry, Open, Record

LONGEST = 32_767
"""Characters a cell of a workbook may hold."""

CUT = " … (cut here: the JSON form has all of it)"
_NEVER_READ = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_TITLES = {"controller": "Record of processing activities", "processor": "Record of processing on behalf of others"}


def as_xlsx(record: Record, which: ColumnSet = "art30") -> bytes:
    """An Excel workbook. Cells are texts, never formulas or links; its dates come from the record, not from a clock."""
    import xlsxwriter  # only here: nothing else should wait for it

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _NEVER_READ)
    created = datetime.combine(record.as_of, time(), UTC).replace(tzinfo=None)
    book.set_properties(
        {"title": say(record, _TITLES[record.form]), "author": record.responsible.name, "created": created}
    )
    styles = _styles(book)
    _cover(book.add_worksheet(say(record, "Cover")), record, styles)
    _activities(book.add_worksheet(say(record, "Activities")), record, which, styles)
    _general(book.add_worksheet(say(record, "For all activities")), record, styles)
    if record.assumptions:
        rows = [(a.id, a.open, a.decided) for a in record.assumptions]
        heads = tuple(say(record, head) for head in ("Name", "What the published text leaves open", "Decided"))
        _list(book.add_worksheet(say(record, "Assumptions")), heads, rows, styles)
    book.close()
    return out.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    wrapped = {"text_wrap": True, "valign": "top", "font_size": 10}
    return {
        "cell": book.add_format(wrapped),
        "name": book.add_format(wrapped | {"bold": True}),
        "head": book.add_format(
            wrapped | {"bold": True, "bg_color": "#E8ECEF", "border": 1, "border_color": "#9AA5AE"}
        ),
        "title": book.add_format({"bold": True, "font_size": 16}),
    }


def _fits(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - len(CUT)] + CUT


def _cover(sheet: Any, record: Record, styles: dict[str, Any]) -> None:
    who = record.responsible
    facts = [
        ("Controller" if record.form == "controller" else "Processor", who.name),
        ("Address", who.address or cells.not_stated(record)),
        ("Country", cells.country(record, who.country)),
        ("Contact", who.contact),
        ("Data protection officer", parties.officer(record)),
        ("Representative", parties.representative(record)),
        ("Joint controllers", cells.lines(who.joint) or cells.none(record)),
        ("Group companies", cells.lines(who.group) or say(record, "none stated")),
        ("Supervisory authority", cells.lines(who.authorities) or cells.not_stated(record)),
        ("Policy", f"{record.title} ({record.policy})"),
        ("In effect from", cells.day(record, record.effective)),
        ("Policy digest", record.digest),
        ("As of", cells.day(record, record.as_of)),
        ("Activities", str(len(record.activities))),
        *[("Not stated by the policy", f"{_asked(record, o)} ({o.article})") for o in record.open],
    ]
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, say(record, _TITLES[record.form]), styles["title"])
    for i, (name, text) in enumerate(facts, start=2):
        sheet.write_string(i, 0, say(record, name), styles["name"])
        sheet.write_string(i, 1, _fits(text), styles["cell"])
    _paper(sheet, record, landscape=False)


def _asked(record: Record, gap: Open) -> str:
    return say(record, gap.asks, title=gap.about) if gap.about else say(record, gap.asks)


def _activities(sheet: Any, record: Record, which: ColumnSet, styles: dict[str, Any]) -> None:
    headings, rows = table(record, which)
    for i, column in enumerate(columns(record.form, which)):
        sheet.set_column(i, i, column.width, styles["cell"])
    _table(sheet, headings, rows, styles)
    sheet.freeze_panes(1, 2)
    _paper(sheet, record, landscape=True)


def _general(sheet: Any, record: Record, styles: dict[str, Any]) -> None:
    parts: list[tuple[str, Sequence[Entry]]] = [
        ("Security measure", record.measures),
        ("Disclosure to others", record.disclosures),
        ("Kept longer", record.longer),
        ("Transfers", record.transfer_terms),
        ("Place of storage", record.storage),
        ("Right of the persons", record.rights),
    ]
    rows = [
        (say(record, kind), e.label, e.text, "; ".join(e.to), _bases(record, e))
        for kind, entries in parts
        for e in entries
    ]
    heads = ("Kind", "Name", "What it says", "To whom, or where", "Legal bases")
    _list(sheet, tuple(say(record, head) for head in heads), rows, styles)


def _bases(record: Record, entry: Entry) -> str:
    return "; ".join(say(record, articles.basis(basis)) for basis in entry.basis)


def _list(sheet: Any, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]], styles: dict[str, Any]) -> None:
    for i in range(len(headings)):
        sheet.set_column(i, i, 26 if i == 0 else 50, styles["cell"])
    _table(sheet, headings, rows, styles)
    sheet.freeze_panes(1, 0)
    _page(sheet, landscape=True)


def _table(sheet: Any, headings: Sequence[str], rows: Sequence[Sequence[str]], styles: dict[str, Any]) -> None:
    """A real table: it filters and sorts. One without rows keeps an empty line, as a table must."""
    head = [{"header": heading, "header_format": styles["head"]} for heading in headings]
    sheet.add_table(0, 0, max(len(rows), 1), len(headings) - 1, {"columns": head, "style": "Table Style Light 1"})
    for i, row in enumerate(rows, start=1):
        for j, text in enumerate(row):
            sheet.write_string(i, j, _fits(text), styles["cell"])


def _paper(sheet: Any, record: Record, *, landscape: bool) -> None:
    sheet.set_header(f"&L{say(record, _TITLES[record.form])}&R{record.responsible.name[:90].replace('&', '&&')}")
    _page(sheet, landscape=landscape)


def _page(sheet: Any, *, landscape: bool) -> None:
    if landscape:
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.repeat_rows(0)
    else:
        sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&LPage &P of &N")
