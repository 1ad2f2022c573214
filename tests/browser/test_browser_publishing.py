"""A change of policy as a person meets it: announced, and agreed to afresh, readable by anybody."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from browser_kit import PHONE, SMALL, WIDE, Opener, broken_rules, overflow
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).parents[1] / "systems"))

from publishing_kit import person, policy, publish, services, wider, write

from troth import ground
from troth.consent import queries as consent
from troth.sharing import services as sharing


@pytest.fixture
def link(transactional_db: None) -> str:
    """Ada agreed to everything, and since today it means more; the path of her choices."""
    now, past = ground.clock(), ground.clock() - timedelta(days=3)
    publish(policy(), past)
    write("ada@mail.example", "news", "study", now=past)
    publish(wider(now.date().isoformat()), past)
    services.take_effect(now)
    return sharing.choice_link(person(), now).partition(":8800")[2]


@pytest.mark.parametrize("page", ["", "again/"])
def test_no_accessibility_rule_is_broken_and_nothing_is_cut_off(open_page: Opener, link: str, page: str) -> None:
    for size, scheme in ((WIDE, "light"), (PHONE, "dark")):
        shown = open_page(f"{link}{page}", size=size, color_scheme=scheme)
        expect(shown.get_by_text("Our privacy policy changed on")).to_be_visible()
        assert broken_rules(shown) == [], (size, scheme)
        assert overflow(shown) == 0
    assert overflow(open_page(f"{link}{page}", size=SMALL)) == 0


def test_from_the_choices_one_agrees_again_in_two_steps(open_page: Opener, link: str) -> None:
    page = open_page(link, size=PHONE)
    page.get_by_role("link", name="see what is asked now, and agree again").click()
    page.locator("section", has_text="When you write to us").get_by_role("button", name="I agree").click()
    expect(page.get_by_text("You agreed. You can take it back here at any time.")).to_be_visible()
    expect(page.get_by_role("heading", name="When you write to us")).to_be_visible()
    assert consent.state(person())["contact", "news"] == "given"
