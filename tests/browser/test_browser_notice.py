"""The notice as a person reads it: in their language, on a phone, in the dark, on paper, without script."""

import pytest
from browser_kit import PHONE, SMALL, WIDE, Opener, broken_rules, overflow
from playwright.sync_api import expect
from web_kit import changed, publish


@pytest.fixture(autouse=True)
def _published(transactional_db: None) -> None:
    publish()
    publish(changed(title="A later text", effective="2099-01-01"))


LOOKS = [
    ("/notice/de/", PHONE, "dark"),
    ("/notice/2/", WIDE, "dark"),
    ("/notice/changes/", PHONE, "light"),
]


@pytest.mark.parametrize(("path", "size", "scheme"), LOOKS)
def test_no_accessibility_rule_is_broken(open_page: Opener, path: str, size: tuple[int, int], scheme: str) -> None:
    page = open_page(path, size=size, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert broken_rules(page) == []


@pytest.mark.parametrize("path", ["/notice/de/", "/notice/2/", "/notice/changes/de/"])
def test_nothing_is_cut_off_on_a_small_phone(open_page: Opener, path: str) -> None:
    page = open_page(path, size=SMALL)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert overflow(page) == 0


def test_the_details_open_without_script_and_by_keyboard(open_page: Opener) -> None:
    page = open_page("/notice/", java_script_enabled=False)
    article = page.locator("#schedule-demo")
    expect(article.get_by_text("If you do not give it").first).to_be_hidden()
    article.locator("summary").press("Enter")
    expect(article.get_by_text("We cannot give you a demo")).to_be_visible()


def test_on_paper_every_detail_is_open_and_nothing_is_there_to_click(open_page: Opener) -> None:
    page = open_page("/notice/")
    page.emulate_media(media="print")
    expect(page.locator("#schedule-demo").get_by_text("We cannot give you a demo")).to_be_visible()
    expect(page.locator("summary").first).to_be_hidden()
    expect(page.get_by_role("navigation")).to_have_count(0)


def test_the_short_of_it_fits_a_screen(open_page: Opener) -> None:
    page = open_page("/notice/")
    box = page.locator("section.short").bounding_box()
    assert box is not None
    assert box["height"] <= WIDE[1]


def test_a_reader_changes_the_language_and_stays_on_the_notice(open_page: Opener) -> None:
    page = open_page("/notice/")
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Unsere Datenschutzerklärung")
    expect(page.get_by_role("button", name="Farben: System")).to_be_visible()
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our Privacy Policy")


def test_a_browser_that_asks_for_german_gets_german(open_page: Opener) -> None:
    page = open_page("/notice/", locale="de-DE")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Das Wichtigste in Kürze")


def test_what_will_change_is_one_step_away(open_page: Opener) -> None:
    page = open_page("/notice/")
    page.get_by_role("link", name="Read what will change").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A later text")
    page.get_by_role("link", name="Read the present notice").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our Privacy Policy")
