"""Connecting a system as staff do it: mistakes said at their fields, a key pasted into a field of one line, a system
that is left alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browser_kit import PHONE, WIDE, Opener, broken_rules, overflow, sign_in
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page, expect


@pytest.fixture
def systems(transactional_db: None) -> Iterator[Path]:
    from troth import ground

    path = ground.settings().systems_file
    kept = ground.settings().home / "secrets" / "systems"
    path.unlink(missing_ok=True)
    yield kept
    path.unlink(missing_ok=True)
    for one in kept.glob("*"):
        one.unlink()


def sound(page: Page) -> None:
    assert broken_rules(page) == [], page.url
    assert overflow(page) == 0, page.url


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (PHONE, "light")])
def test_a_system_is_connected_tried_changed_and_left_alone(
    open_page: Opener, systems: Path, size: tuple[int, int], scheme: str
) -> None:
    from troth.systems import services

    page = open_page("/", size=size, color_scheme=scheme)
    sign_in(page)
    page.goto("/console/systems/connect/")
    sound(page)
    page.get_by_role("link", name="Okta").click()
    page.get_by_label("Name").fill("sign-in")
    page.get_by_label("Address").fill("https://me:pass@example.okta.com")
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    _paste(page, "Private key", pem)
    page.get_by_label("Client id").fill("client")
    page.get_by_label("Key id").fill("k1")
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_text("should hold no user and no password").first).to_be_visible()
    sound(page)
    assert page.get_by_label("Private key").input_value() == "", "a credential is not sent back"
    page.get_by_label("Address").fill("https://example.okta.com")
    _paste(page, "Private key", pem)
    page.get_by_role("button", name="Connect", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Okta")
    (kept,) = systems.glob("*")
    assert kept.read_text() == pem
    (system,) = services.registry().all()
    system.pace.hold(timedelta(hours=1))  # type: ignore[attr-defined]
    page.reload()
    expect(page.get_by_text("It asked us to wait")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_text("It is called again")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_text("Set (secret:sign-in.private-key").first).to_be_visible()
    sound(page)
    page.get_by_label("Address").fill("https://other.okta.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("must be entered again").first).to_be_visible()
    page.goto("/console/systems/connect/aws/")
    page.get_by_label("Buckets").fill("- bucket: people\n  objects: [x]")
    page.get_by_label("Region").fill("eu-central-1")
    page.get_by_role("button", name="Connect", exact=True).click()
    sound(page)


def _paste(page: Page, label: str, text: str) -> None:
    """As from the clipboard: a field of one line drops the ends of lines."""
    field = page.get_by_label(label)
    field.focus()
    page.keyboard.insert_text(text)
    assert field.input_value().count("\n") == 0
