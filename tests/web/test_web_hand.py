"""What every page keeps: strict headers, no inline script or style, problem pages in the hand."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import troth
from troth.web import staff

SOURCE = Path(troth.__file__).parent
STATIC = SOURCE / "web" / "static"


def templates() -> Iterator[Path]:
    """Every page we serve; the package a person takes away is a file of its own, read without us."""
    return (path for path in SOURCE.glob("*/templates/**/*.html") if path.name != "package.html")


def test_the_stylesheet_is_one_and_small() -> None:
    assert [path.name for path in SOURCE.rglob("*.css")] == ["troth.css"]
    assert len((STATIC / "troth.css").read_bytes()) <= 20_000


def test_no_template_has_inline_script_style_or_a_foreign_address() -> None:
    wrong = re.compile(
        r"""<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|<script(?![^>]*\bsrc=)|javascript:|(?:src|action)=["']?https?:"""
    )
    found = {str(path.relative_to(SOURCE)): hits for path in templates() if (hits := wrong.findall(path.read_text()))}
    assert found == {}


def test_no_colour_outside_the_tokens() -> None:
    css = (STATIC / "troth.css").read_text()
    body = css[css.index("/* Page */") : css.index("@media print")]
    assert re.findall(r"#[0-9a-f]{3,8}\b", body) == []


def luminance(colour: str) -> float:
    full = colour if len(colour) == 6 else "".join(c * 2 for c in colour)
    parts = [int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def tokens() -> dict[str, tuple[str, str]]:
    css = (STATIC / "troth.css").read_text()
    found = re.findall(r"--([\w-]+):light-dark\(#(\w+), #(\w+)\)", css)
    return {name: (light, dark) for name, light, dark in found}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_contrast_is_aaa_for_text_and_enough_for_edges(scheme: int) -> None:
    colour = {name: pair[scheme] for name, pair in tokens().items()}
    for ground in ("paper", "raised", "sunk"):
        for text in ("ink", "soft", "accent", "bad", "soon", "good"):
            assert contrast(colour[text], colour[ground]) >= 7, (text, ground)
        assert contrast(colour["edge"], colour[ground]) >= 3, ground
    for tone in ("bad", "soon", "good"):
        assert contrast(colour[tone], colour[f"{tone}-wash"]) >= 7, tone
    assert contrast(colour["on-accent"], colour["accent"]) >= 7
    assert contrast(colour["ink"], colour["mark"]) >= 7


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/notice/", "/nowhere", "/console/login/", "/healthz"])
def test_headers(client: Client, path: str) -> None:
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.django_db
def test_cookies_are_for_this_site_and_not_for_scripts(client: Client) -> None:
    staff.add("dpo@example.com")
    client.get("/" + staff.link("dpo@example.com").split("/", 3)[3])
    client.get("/console/")
    assert {cookie.key for cookie in client.cookies.values()} == {"session", "csrf"}
    for cookie in client.cookies.values():
        assert (cookie["samesite"], bool(cookie["httponly"])) == ("Lax", True), cookie.key


@pytest.mark.django_db
def test_problem_pages_are_in_the_hand(client: Client, settings: object) -> None:
    missing = client.get("/nowhere")
    assert missing.status_code == 404
    assert "There is no page at this address" in missing.content.decode()
    forged = Client(enforce_csrf_checks=True).post("/console/login/", {"login": "x", "password": "y"})
    assert forged.status_code == 403
    assert "Nothing was changed" in forged.content.decode()
    host = client.get("/", headers={"host": "evil.example"})
    assert host.status_code == 400
    assert "could not understand" in host.content.decode()


def test_the_page_for_our_own_failures_needs_no_database() -> None:
    from django.test import RequestFactory
    from django.views.defaults import server_error

    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"Something failed here" in answer.content
