"""A request as a person makes it: by mouse, on a phone, by keyboard; every page clean and whole."""

import io
import os
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from browser_kit import PHONE, SMALL, WIDE, Opener, broken_rules, overflow
from playwright.sync_api import Page, expect
from web_kit import publish

from troth import ground
from troth.messages import queries as messages
from troth.requests import queries, services
from troth.requests.services import answer

ANA = "ana@example.org"
SHOTS = os.environ.get("TROTH_SCREENSHOTS")


@pytest.fixture(autouse=True)
def _published(transactional_db: None) -> Iterator[None]:
    publish(now=ground.clock() - timedelta(days=1))
    yield
    ground.settings().systems_file.unlink(missing_ok=True)


def link(part: str) -> str:
    for mail in messages.mailbox(50):
        found = re.search(rf"/privacy/{part}/[^/\s]+/", mail.text)
        if found:
            return found.group()
    raise AssertionError(f"no {part} link was mailed")


def code() -> str:
    return next(m.group(1) for mail in messages.mailbox(50) if (m := re.search(r"code is (\d{6})", mail.text)))


def work_off() -> None:
    now = ground.clock()
    for line in queries.board(now, state="running"):
        for _ in range(6):
            full = queries.one(line.id, now)
            assert full is not None
            for tally in full.tallies:
                services.run_step(UUID(tally.step), ground.clock())
        answer.answer(line.id, now)


def clean(page: Page, width: int) -> None:
    assert broken_rules(page) == []
    assert overflow(page) == 0
    if SHOTS:
        name = re.sub(r"[^a-z]+", "-", page.title().lower())
        page.screenshot(path=f"{SHOTS}/{name}{width}.png", full_page=True)


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")])
def test_access_from_the_centre_to_the_file(open_page: Opener, size: tuple[int, int], scheme: str) -> None:
    page = open_page("/privacy/", size=size, color_scheme=scheme)
    clean(page, size[0])
    page.get_by_role("link", name="Ask for a copy").click()
    page.get_by_role("button", name="Ask for a copy").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter an e-mail address")
    clean(page, size[0])
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Your e-mail address")).to_be_focused()
    page.get_by_label("Your e-mail address").fill(ANA)
    clean(page, size[0])
    page.get_by_role("button", name="Ask for a copy").click()
    expect(page.get_by_role("status")).to_contain_text("Look in your mail")
    clean(page, size[0])
    page.goto(link("confirm"))
    clean(page, size[0])
    page.get_by_role("button", name="Yes, it was me").click()
    expect(page.get_by_role("status")).to_contain_text("Your request is confirmed")
    clean(page, size[0])
    work_off()
    page.goto(link("answer"))
    clean(page, size[0])
    page.get_by_role("button", name="Send me the code").click()
    page.get_by_label("Code", exact=True).fill("1")
    page.get_by_role("button", name="Get my data").click()
    expect(page.get_by_role("alert")).to_contain_text("not right")
    clean(page, size[0])
    page.get_by_label("Code", exact=True).fill(code())
    with page.expect_download() as got:
        page.get_by_role("button", name="Get my data").click()
    content = got.value.path().read_bytes()
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert {"answer.html", "answer.json", "records.csv"} <= set(names)


def test_erasure_by_keyboard_alone_ends_with_a_proof(open_page: Opener) -> None:
    page = open_page("/privacy/ask/erasure/")
    page.get_by_label("Your e-mail address").focus()
    page.keyboard.type(ANA)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Look in your mail")
    page.goto(link("confirm"))
    clean(page, WIDE[0])
    page.get_by_role("button", name="Yes, erase my data").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("confirmed")
    work_off()
    page.goto(link("answer"))
    clean(page, WIDE[0])
    with page.expect_download() as got:
        page.get_by_role("link", name="Download the proof").press("Enter")
    assert b"erasure.proven" in got.value.path().read_bytes()
    page.goto(link("confirm"))
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work")
    clean(page, WIDE[0])


def test_account_deletion_offers_the_further_step(open_page: Opener) -> None:
    services.receive("account-deletion", ANA, now=ground.clock())
    page = open_page(link("confirm"), size=PHONE)
    page.get_by_role("button", name="Yes, delete my account").click()
    work_off()
    page.goto(link("answer"))
    clean(page, PHONE[0])
    page.get_by_role("link", name="Ask for erasure too").click()
    expect(page).to_have_url(re.compile("/privacy/ask/erasure/"))


def test_nothing_is_cut_off_on_a_small_phone(open_page: Opener) -> None:
    services.receive("erasure", ANA, now=ground.clock())
    page = open_page(link("confirm"), size=SMALL)
    assert overflow(page) == 0
    page.get_by_role("button", name="Yes, erase my data").click()
    assert overflow(page) == 0
    work_off()
    page.goto(link("answer"))
    assert overflow(page) == 0
