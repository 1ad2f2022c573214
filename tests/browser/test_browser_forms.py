"""The forms as a person meets them: filled in by keyboard, wide and narrow, with errors, and taken back again."""

import os
import re

import pytest
from browser_kit import PHONE, SMALL, WIDE, Opener, broken_rules, overflow
from playwright.sync_api import Page, expect
from web_kit import changed, publish, quali

from troth.consent import queries as consent
from troth.messages import queries as messages
from troth.people import queries as people
from troth.systems.kit.identifiers import Identifiers

ADA = "ada@mail.example"


@pytest.fixture(autouse=True)
def _published(transactional_db: None) -> None:
    publish()


def look(page: Page, name: str) -> None:
    """Leaves a picture where TROTH_SHOTS says, for people who want to look."""
    if folder := os.environ.get("TROTH_SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]


def choices_link() -> str:
    found = re.search(r"/privacy/choices/[^/\s]+/", messages.mailbox(1)[0].text)
    assert found
    return found.group()


def tab_to(page: Page, label: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText")
        if str(focused).startswith(label):
            return
    raise AssertionError(f"the keyboard does not reach {label}")


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_a_demo_is_asked_for_by_keyboard_alone_with_errors_first(open_page: Opener, size: tuple[int, int]) -> None:
    page = open_page("/forms/schedule-demo/", size=size)
    look(page, "form")
    assert broken_rules(page) == []
    tab_to(page, "Email Address")
    page.keyboard.type("nobody")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Error: "))
    look(page, "errors")
    assert broken_rules(page) == []
    assert overflow(page) == 0
    page.get_by_role("alert").get_by_role("link", name="Full Name is needed").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#item-full-name")).to_be_focused()
    page.keyboard.type("Ada Lovelace")
    tab_to(page, "Email Address")
    page.keyboard.press("Control+a")
    page.keyboard.type(ADA)
    tab_to(page, "Yes, QualiSystems Ltd. may use")
    page.keyboard.press("Space")
    tab_to(page, "I am 18 or older")
    page.keyboard.press("Space")
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("We have it")
    look(page, "thanks")
    assert broken_rules(page) == []
    assert overflow(page) == 0
    who = people.find(Identifiers(email=(ADA,)))
    assert who is not None
    assert consent.state(who) == {("schedule-demo", "send-marketing"): "given"}


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_an_agreement_is_taken_back_with_two_presses(open_page: Opener, size: tuple[int, int]) -> None:
    page = open_page("/forms/newsletter/", size=size)
    look(page, "newsletter")
    page.get_by_label("Email Address").fill(ADA)
    page.get_by_label("Yes, QualiSystems Ltd. may use").check()
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have it")
    page.goto(choices_link())
    look(page, "choices")
    assert broken_rules(page) == []
    assert overflow(page) == 0
    page.get_by_role("button", name="Withdraw this").click()
    expect(page.get_by_text("Withdrawn. It works from this moment")).to_be_visible()
    expect(page.get_by_text("You have agreed to nothing")).to_be_visible()
    look(page, "choices-after")
    assert broken_rules(page) == []
    who = people.find(Identifiers(email=(ADA,)))
    assert who is not None
    assert set(consent.state(who).values()) == {"withdrawn"}


def test_nothing_is_ticked_before_a_person_ticks_it(open_page: Opener) -> None:
    for name, touchpoint in quali().touchpoints.items():
        if "form" in touchpoint.channels:
            page = open_page(f"/forms/{name}/", size=SMALL)
            assert page.locator("input:checked").count() == 0
            assert overflow(page) == 0
            page.context.close()


@pytest.mark.parametrize("touchpoint", ["apply-job", "survey", "contact"])
def test_other_forms_break_no_accessibility_rule(open_page: Opener, touchpoint: str) -> None:
    page = open_page(f"/forms/{touchpoint}/", size=PHONE, color_scheme="dark")
    page.locator("summary").click()
    look(page, touchpoint)
    assert broken_rules(page) == []
    assert overflow(page) == 0


def test_a_form_works_without_script(open_page: Opener) -> None:
    page = open_page("/forms/torque-demo-trial/", java_script_enabled=False)
    page.locator("#item-first-name").fill("Ada")
    page.get_by_label("Last Name").fill("Lovelace")
    page.get_by_label("Email Address").fill(ADA)
    page.get_by_label("I am 18 or older").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have it")


def test_a_notice_that_changed_meanwhile_keeps_what_was_typed(open_page: Opener) -> None:
    page = open_page("/forms/schedule-demo/")
    page.get_by_label("Full Name").fill("Ada Lovelace")
    page.get_by_label("Email Address").fill(ADA)
    page.get_by_label("I am 18 or older").check()
    publish(changed(title="A newer policy"))
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Our privacy notice changed")
    look(page, "changed")
    expect(page.get_by_label("Full Name")).to_have_value("Ada Lovelace")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have it")
