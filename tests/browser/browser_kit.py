"""What the browser tests share: sizes of screens, how a page is opened, how staff sign in, what axe finds."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PHONE, SMALL, WIDE = (390, 844), (320, 640), (1280, 900)
Opener = Callable[..., Page]


def sign_in(page: Page, email: str = "dpo@example.com") -> None:
    """Make the member of staff, and sign this page's browser in by a one-time link."""
    from troth.web import staff  # not at the top: conftest reads this file before Django is up

    staff.add(email)
    page.goto("/" + staff.link(email).split("/", 3)[3])


def broken_rules(page: Page) -> list[str]:
    """Accessibility rules the page breaks: each with the first place."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['target']}" for rule in found]


def overflow(page: Page) -> int:
    """How many pixels of the page are cut off at the side."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
