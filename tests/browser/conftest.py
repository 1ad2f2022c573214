"""A real Chromium against a live server. `page` fails its test on anything a person would not see: a script error,
a broken content policy, a request that leaves this machine."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from browser_kit import WIDE, Opener
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))  # the pages' test kit

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module. Playwright keeps a loop running in this thread, so it must end with the module, and
    Django must be told that the database may be used meanwhile."""
    found = which("chromium") or which("google-chrome")
    if found is None:
        pytest.fail("no Chromium: install it with `apt-get install chromium`, or run `make browser`")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=found, args=ARGS)
            yield chromium
            chromium.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def live(live_server: LiveServer) -> str:
    """The address of a server on this test's database, without a slash at the end."""
    return str(live_server.url)


@pytest.fixture
def open_page(browser: Browser, live: str) -> Iterator[Opener]:
    """Makes pages: `open_page("/notice/", size=PHONE, color_scheme="dark")`. All are watched."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith((live, "data:", "blob:")):
            wrong.append(f"a request left for {request.url}")

    def opener(path: str = "/", size: tuple[int, int] = WIDE, **options: object) -> Page:
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, base_url=live, **options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", watch)
        page.on("pageerror", lambda error: wrong.append(f"a script failed: {error}"))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(open_page: Opener) -> Page:
    """A wide page at the privacy centre."""
    return open_page("/")
