"""The notice as a PDF, read back: all is in it, tagged, with title, language and bookmarks; texts are no code."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from notice_kit import folded, full, quali
from pypdf import PdfReader

from troth.notice import as_pdf, document
from troth.policy.model import Policy

FOOT = re.compile(r"Our Privacy Policy\s*Page \d+ of \d+")
CODE = '#panic("ran") #eval("1+1") $x$ @nowhere <label> // /* */ \\ [*] #{1} "quoted" \x00'


def read(policy: Policy, language: str) -> PdfReader:
    return PdfReader(BytesIO(as_pdf.pdf(document(policy, language))))


def text(reader: PdfReader) -> str:
    """The words of all pages, without the line at their foot. Words broken at the end of a line are put together."""
    pages = "\n".join(FOOT.sub("", page.extract_text()) for page in reader.pages)
    return folded(pages.replace("\u00ad", "").replace("-\n", "-").replace("\n", " "))


def squeezed(words: str) -> str:
    """Without spaces, hyphens and case: where a line ends does not matter."""
    return "".join(c for c in words.casefold() if c.isalnum())


@pytest.fixture(scope="module")
def english() -> PdfReader:
    return read(full(), "en")


def catalogue(reader: PdfReader) -> Any:
    """The root of the document: what a reader's software is told about it."""
    return reader.trailer["/Root"]


def test_it_is_tagged_and_says_title_language_author_and_day(english: PdfReader) -> None:
    root = catalogue(english)
    assert bool(root["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert english.metadata is not None
    assert english.metadata.title == "Our Privacy Policy"
    assert english.metadata.author == "QualiSystems"
    assert english.metadata.creation_date == datetime(2024, 6, 2, tzinfo=UTC)
    assert b"pdfuaid" in (english.xmp_metadata.stream.get_data() if english.xmp_metadata else b"")


def test_it_has_a_bookmark_for_each_section_and_numbers_on_each_page(english: PdfReader) -> None:
    marks = [mark.title for mark in english.outline if not isinstance(mark, list)]
    assert marks[:1] == ["The short of it"]
    assert {"What we collect, and why", "Cookie notice", "Your rights", "Open points"} <= set(marks)
    total = len(english.pages)
    assert f"Page {total} of {total}" in english.pages[-1].extract_text()


def test_every_promise_is_in_it(english: PdfReader) -> None:
    policy = full()
    rows = [row for touchpoint in policy.touchpoints.values() for row in touchpoint.rows]
    said = [touchpoint.title for touchpoint in policy.touchpoints.values()]
    said += [text for row in rows for text in row.without]
    said += [
        policy.item_label(t, row.id, i.item) for t, p in policy.touchpoints.items() for row in p.rows for i in row.items
    ]
    said += [recipient.name for recipient in policy.recipients.values()]
    said += [right.text for right in policy.rights.values()]
    said += [cookie.pattern for cookie in policy.cookies.values()]
    said += [point.decided for point in policy.assumptions.values()]
    said += [promise.text for promise in policy.never.values()]
    held = squeezed(text(english))
    assert [each for each in said if squeezed(each) not in held] == []


def test_long_texts_go_on_over_the_page() -> None:
    plain = quali().model_dump(mode="json")
    long = " ".join(f"word{n}" for n in range(2500))
    plain["rights"]["access"]["text"] = long
    plain["touchpoints"]["schedule-demo"]["rows"][0]["without"] = [long]
    plain["recipients"]["salesforce"]["does"] = [long]
    held = text(read(Policy.model_validate(plain), "en"))
    assert held.count("word2499") >= 3
    assert held.count("word1250") >= 3


def test_it_speaks_german() -> None:
    german = read(quali(), "de")
    assert catalogue(german)["/Lang"] == "de"
    assert german.metadata is not None
    assert german.metadata.title == "Unsere Datenschutzerklärung"
    first = german.pages[0].extract_text()
    assert squeezed("Das Wichtigste in Kürze") in squeezed(first)
    assert "Seite 1 von" in first


def test_texts_are_data_and_never_run() -> None:
    plain = quali().model_dump(mode="json")
    row = {**plain["touchpoints"]["schedule-demo"]["rows"][0], "without": CODE}
    plain["touchpoints"] = {"schedule-demo": {**plain["touchpoints"]["schedule-demo"], "rows": [row], "title": CODE}}
    plain |= {"title": CODE, "cookies": {}, "introduction": [CODE]}
    plain["third_parties"] = {"x": {"label": CODE, "text": CODE, "urls": ["#nowhere", "https://x.example/#a b", CODE]}}
    reader = read(Policy.model_validate(plain), "en")
    assert squeezed(CODE) in squeezed(text(reader))
    assert reader.metadata is not None
    assert '#panic("ran")' in str(reader.metadata.title)


def test_the_same_document_makes_the_same_bytes() -> None:
    made = document(quali(), "en")
    assert as_pdf.pdf(made) == as_pdf.pdf(made)


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(as_pdf.NoTypst, match=r"troth\[pdf\]"):
        as_pdf.pdf(document(quali(), "en"))
