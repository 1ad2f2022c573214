"""The record in German: every word of ours has its German, and no German word is left over."""

import re
from datetime import date
from pathlib import Path

import pytest

from troth.exports import articles
from troth.exports.record import as_xlsx, record, table
from troth.exports.record import workbook as made_by
from troth.exports.record.columns import columns
from troth.exports.record.speech import say, texts
from troth.policy.load import load_policy
from troth.policy.localise import localised

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "troth" / "exports" / "record"
DAY = date(2026, 6, 1)
GERMAN = texts("de")
HOLE = re.compile(r"\{\w+\}")


@pytest.fixture(scope="module")
def german() -> tuple[str, ...]:
    quali = localised(load_policy(ROOT / "policies" / "quali", today=DAY), "de")
    tables = [table(record(quali, form=form, day=DAY, language="de"), "art30") for form in ("controller", "processor")]  # type: ignore[arg-type]
    return tuple(cell for headings, rows in tables for row in (headings, *rows) for cell in row)


def said() -> set[str]:
    """The English of everything the record says by itself."""
    found = {a or b for a, b in re.findall(r"say\(\s*record, (?:\"([^\"]+)\"|'([^']+)')", _source())}
    found |= {articles.basis(b) for b in articles.BASES} | {articles.mechanism(m) for m in articles.MECHANISMS}
    found |= {articles.ground(g) for g in articles.GROUNDS}
    return found | {c.heading for form in ("controller", "processor") for c in columns(form)}  # type: ignore[arg-type]


def _source() -> str:
    return "\n".join(path.read_text() for path in sorted(SOURCES.glob("*.py")))


def test_everything_said_has_its_german() -> None:
    assert sorted(said() - set(GERMAN)) == []


def test_every_german_text_is_of_something_said() -> None:
    source = _source()
    assert [text for text in GERMAN if text not in said() and text.split(" (")[0] not in source] == []


def test_names_in_braces_are_the_same() -> None:
    assert [text for text, german in GERMAN.items() if set(HOLE.findall(text)) != set(HOLE.findall(german))] == []


def test_a_german_record_has_no_english_of_ours(german: tuple[str, ...]) -> None:
    english = [text for text, says in GERMAN.items() if says != text and len(text) > 8 and not HOLE.search(text)]
    left = {text for text in english for cell in german if re.search(rf"\b{re.escape(text)}(?!\w)", cell)}
    assert left <= {"marketing", "customers"}  # they stand in ids


def test_german_sheets(german: tuple[str, ...]) -> None:
    assert "Zwecke (Art. 30 Abs. 1 lit. b)" in german
    quali = localised(load_policy(ROOT / "policies" / "quali", today=DAY), "de")
    assert as_xlsx(record(quali, day=DAY, language="de"))
    kept = record(quali, day=DAY, language="de-AT")
    assert say(kept, made_by._TITLES["controller"]) == "Verzeichnis von Verarbeitungstätigkeiten"


def test_a_language_without_a_file_speaks_english() -> None:
    assert texts("fr") == {}
