"""Versions of the policy and their differences in the console: readable on any screen, by anyone, without script."""

import pytest
from browser_kit import PHONE, SMALL, WIDE, Opener, broken_rules, overflow, sign_in
from playwright.sync_api import expect

LIST, CHANGES = "/console/policy/versions/", "/console/policy/versions/changes/?from=1&to=3"


@pytest.fixture(autouse=True)
def _published(transactional_db: None) -> None:
    from test_console_versions import three_versions

    three_versions()


def test_the_pages_keep_the_rules_and_fit_the_screen(open_page: Opener) -> None:
    for size, scheme in ((WIDE, "dark"), (PHONE, "light"), (SMALL, "light")):
        page = open_page("/", size=size, color_scheme=scheme)
        sign_in(page)
        for path in (LIST, CHANGES):
            page.goto(path)
            assert broken_rules(page) == [], (path, size, scheme)
            assert overflow(page) == 0, (path, size)


def test_two_versions_are_chosen_and_compared(open_page: Opener) -> None:
    page = open_page("/")
    sign_in(page)
    page.goto(LIST)
    page.get_by_role("link", name="What changed with version 3").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("from version 2 to version 3")
    page.get_by_label("From").select_option("1")
    expect(page.get_by_text("Your data is kept longer")).to_be_visible()
    expect(page.get_by_role("heading", level=2)).to_have_count(2)


def test_without_script(open_page: Opener) -> None:
    page = open_page("/", java_script_enabled=False)
    sign_in(page)
    page.goto(CHANGES)
    page.get_by_label("To").select_option("2")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("from version 1 to version 2")
