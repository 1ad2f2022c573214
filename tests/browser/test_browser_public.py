"""The pages as a person meets them: on a phone, by keyboard, in the dark, without script, on paper."""

import re

import pytest
from browser_kit import PHONE, SMALL, WIDE, Opener, broken_rules, overflow, sign_in
from playwright.sync_api import Page, expect
from web_kit import publish

PUBLIC = [
    "/",
    "/notice/",
    "/forms/",
    "/forms/schedule-demo/",
    "/privacy/",
    "/privacy/ask/access/",
    "/privacy/choices/",
    "/mailbox/",
]
CONSOLE = [
    "/console/",
    "/console/policy/?q=zoom",
    "/console/policy/clauses/?q=cookies",
    "/console/policy/assumptions/?q=cookies",
    "/console/tasks/",
    "/console/styleguide/",
]


@pytest.fixture(autouse=True)
def _published(transactional_db: None) -> None:
    publish()


@pytest.mark.parametrize("path", PUBLIC)
def test_no_accessibility_rule_is_broken(open_page: Opener, path: str) -> None:
    looks = ((WIDE, "light"), (PHONE, "dark"))
    for size, scheme in looks[:1] if path == "/notice/" else looks:  # the notice is long: once
        page = open_page(path, size=size, color_scheme=scheme)
        assert broken_rules(page) == [], (size, scheme)


@pytest.mark.parametrize("path", CONSOLE)
def test_no_accessibility_rule_is_broken_in_the_console(open_page: Opener, path: str) -> None:
    for size, scheme in ((WIDE, "dark"), (PHONE, "light")):
        page = open_page("/", size=size, color_scheme=scheme)
        sign_in(page)
        page.goto(path)
        assert broken_rules(page) == [], (size, scheme)
        assert overflow(page) == 0


@pytest.mark.parametrize("path", [*PUBLIC, "/nowhere", "/console/login/"])
def test_nothing_is_cut_off_on_a_small_phone_or_at_double_size(open_page: Opener, path: str) -> None:
    assert overflow(open_page(path, size=SMALL)) == 0
    page = open_page(path, size=WIDE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(page) == 0
    page.set_viewport_size({"width": 640, "height": 450})  # 1280 at 200 % zoom, text doubled once more
    assert overflow(page) == 0


def test_the_first_key_offers_to_skip_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    expect(skip).to_have_text("Skip to the content")
    expect(skip).to_be_in_viewport()
    skip.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("path", ["/", "/forms/schedule-demo/", "/privacy/ask/access/"])
def test_the_keyboard_reaches_every_control_and_shows_where_it_is(open_page: Opener, path: str) -> None:
    page = open_page(path)
    visible = "[...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary')]"
    wanted = int(page.evaluate(f"{visible}.filter(e => e.checkVisibility()).length"))
    reached = set()
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")
        place = page.evaluate(f"{visible}.indexOf(document.activeElement)")
        if place in reached:
            break
        if place >= 0:
            reached.add(place)
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert len(reached) == wanted


def test_colours_follow_the_system_until_a_person_chooses(open_page: Opener) -> None:
    page = open_page("/", color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    switch = page.get_by_role("button", name="Colours")
    switch.click()
    expect(switch).to_have_text("Colours: light")
    light = page.evaluate(ground)
    assert light != dark
    page.goto("/notice/")
    assert page.evaluate(ground) == light
    page.get_by_role("button", name="Colours: light").click()
    assert page.evaluate(ground) == dark


def test_everything_is_there_without_script(open_page: Opener) -> None:
    page = open_page("/", java_script_enabled=False)
    page.get_by_role("link", name="Read the privacy notice").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("When you schedule a demo").first).to_be_visible()
    expect(page.get_by_role("button", name="Colours")).to_have_count(0)


def test_a_touchpoint_has_an_address_and_leads_to_its_form(open_page: Opener) -> None:
    page = open_page("/notice/#schedule-demo", size=PHONE)
    article = page.locator("#schedule-demo")
    expect(article).to_be_in_viewport()
    article.get_by_role("link", name="Open this form").click()
    expect(page).to_have_url(re.compile("/forms/schedule-demo/$"))


def test_an_open_point_is_one_step_from_the_line_that_rests_on_it(open_page: Opener) -> None:
    page = open_page("/notice/")
    mark = page.locator("#schedule-demo a.fn").first
    number = mark.inner_text()
    mark.click()
    point = page.locator(f"#open_{number}")
    expect(point).to_be_in_viewport()
    expect(point).to_contain_text("Decided:")


def test_on_paper_there_is_the_notice_and_nothing_to_click(open_page: Opener) -> None:
    page = open_page("/notice/")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("button")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("#schedule-demo")).to_be_visible()


def test_staff_find_a_promise_and_where_it_is_written(open_page: Opener) -> None:
    page = open_page("/")
    sign_in(page)
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Policy").click()
    page.get_by_role("link", name="Clause register").click()
    page.get_by_label("State").select_option("not-yet")
    expect(page).to_have_url(re.compile("state=not-yet"))
    rows = page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("clauses.yaml:")
    expect(rows.nth(1)).to_contain_text("not yet")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to the console")


def test_a_dialog_says_what_will_happen_and_can_be_left_by_key(open_page: Opener) -> None:
    page = open_page("/")
    sign_in(page)
    page.goto("/console/styleguide/")
    page.get_by_role("button", name="Erase 4 records").first.scroll_into_view_if_needed()
    page.locator("[data-open=sample]").click()
    dialog = page.get_by_role("dialog", name="Erase 4 records?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("[data-open=sample]").click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
