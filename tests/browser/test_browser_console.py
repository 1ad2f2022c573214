"""The console over a filled deployment, as staff meet it: readable everywhere, by keyboard, without script."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser_kit import PHONE, SMALL, WIDE, Opener, broken_rules, overflow, sign_in
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from console_kit import Filled

ANA = "ana@example.org"


@pytest.fixture
def world(transactional_db: None, tmp_path: Path) -> "Iterator[Filled]":
    from console_kit import filled

    with filled(tmp_path) as made:
        yield made


def pages(world: "Filled") -> list[str]:
    from troth import ground
    from troth.retention import queries

    return [
        "/console/",
        "/console/requests/?state=all",
        f"/console/requests/{world.access}/",
        f"/console/requests/{world.answered}/",
        "/console/people/",
        f"/console/people/{world.ana}/",
        "/console/systems/",
        "/console/systems/at/hubspot/",
        "/console/systems/at/logs/",
        "/console/systems/connectors/",
        "/console/systems/connect/",
        "/console/systems/connect/zendesk/",
        "/console/systems/at/hubspot/settings/",
        "/console/systems/at/hubspot/disconnect/",
        "/console/evidence/",
        "/console/checks/",
        "/console/checks/logs-in-period/",
        "/console/reviews/",
        f"/console/reviews/{queries.reviews_due(ground.clock())[0].record_id}/",
    ]


def test_every_page_keeps_the_rules_and_fits_the_screen(open_page: Opener, world: "Filled") -> None:
    for size, scheme in ((WIDE, "dark"), (PHONE, "light")):
        page = open_page("/", size=size, color_scheme=scheme)
        sign_in(page)
        for path in pages(world):
            page.goto(path)
            assert broken_rules(page) == [], (path, size, scheme)
            assert overflow(page) == 0, (path, size)


def test_nothing_is_cut_off_on_a_small_phone_or_at_double_size(open_page: Opener, world: "Filled") -> None:
    page = open_page("/", size=SMALL)
    sign_in(page)
    for path in pages(world):
        page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
        page.goto(path)
        assert overflow(page) == 0, path
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert overflow(page) == 0, (path, "at double size")


def test_staff_work_through_a_day(open_page: Opener, world: "Filled") -> None:
    """From what is late to the person behind it; values open on demand; a record is let go after its plan."""
    page = open_page("/")
    sign_in(page)
    walk(page)
    page.get_by_role("navigation", name="Console").get_by_role("link", name="Reviews").click()
    page.get_by_role("link", name="Let go…").click()
    expect(page.get_by_text("It cannot be undone.")).to_be_visible()
    page.get_by_role("button", name="Erase 1 record").click()
    expect(page.get_by_role("status")).to_contain_text("1 record erased")
    expect(page.get_by_text("No record is due for review.")).to_be_visible()
    with page.expect_download() as started:
        page.goto("/console/evidence/")
        page.get_by_role("button", name="Download the bundle").click()
    assert started.value.suggested_filename.endswith(".zip")
    page.get_by_role("button", name="Make a checkpoint now").click()
    expect(page.get_by_role("status")).to_contain_text("the log is signed")


def test_the_way_to_a_person_needs_no_script(open_page: Opener, world: "Filled") -> None:
    page = open_page("/", size=PHONE, java_script_enabled=False)
    sign_in(page)
    walk(page)


def walk(page: Page) -> None:
    page.goto("/console/")
    page.get_by_role("row").filter(has_text="A copy of your data").get_by_role("link").first.click()
    expect(page.get_by_text("I was at your webinar in spring")).to_be_visible()
    page.get_by_role("link", name="Everything held").click()
    expect(page.get_by_text("When you schedule a demo").first).to_be_visible()
    expect(page.get_by_text(ANA)).to_have_count(0)
    page.get_by_role("button", name="Show values").click()
    expect(page.get_by_text(ANA).first).to_be_visible()
    assert "@" not in page.url
    page.goto("/console/people/")
    page.get_by_label("E-mail address, whole").fill(ANA)
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_role("link", name="a…@example.org")).to_be_visible()
    assert "@" not in page.url
