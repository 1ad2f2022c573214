"""Nobody but staff sees the console; a link works once."""

import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from typer.testing import CliRunner
from web_kit import BACKEND, publish, staff_client, stranger

from troth.cli import staff as cli
from troth.evidence import queries as evidence
from troth.web import staff

pytestmark = pytest.mark.django_db
OPEN = {"console/login/", "console/logout/", "console/inactive/", "console/enter/"}


def console_paths() -> list[str]:
    patterns = [p for p in get_resolver().url_patterns if isinstance(p, URLPattern)]
    routes = {str(p.pattern) for p in patterns if str(p.pattern).startswith("console/")} - OPEN
    uuid = "00000000-0000-4000-8000-000000000000"
    fixed = [route.replace("<uuid:task_id>", uuid) for route in routes]
    return sorted(f"/{route}" for route in fixed if "<" not in route)


def token_path(email: str = "dpo@example.com") -> str:
    return "/" + staff.link(email).split("/", 3)[3]


def test_every_console_page_sends_a_stranger_to_the_sign_in_page(client: Client) -> None:
    assert len(console_paths()) >= 7
    for path in console_paths():
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 302, path
            assert answer["Location"].startswith("/console/login/?next="), path


def test_an_account_that_is_not_staff_is_refused_everywhere(client: Client) -> None:
    client.force_login(stranger(), backend=BACKEND)
    assert {client.get(path).status_code for path in console_paths()} == {403}


def test_a_staff_member_who_was_closed_is_out_at_once() -> None:
    client = staff_client()
    assert client.get("/console/").status_code == 200
    user = staff.add("dpo@example.com")
    user.is_active = False
    user.save()
    assert client.get("/console/").status_code == 302


def test_console_pages_are_kept_by_no_cache() -> None:
    assert "no-store" in staff_client().get("/console/")["Cache-Control"]


def test_a_link_signs_in_once_and_leaves_evidence(client: Client) -> None:
    staff.add("dpo@example.com")
    path = token_path()
    assert client.get(path)["Location"] == reverse("console-overview")
    assert client.get("/console/").status_code == 200
    assert [entry.kind for entry in evidence.entries()] == ["staff.signed_in", "staff.link_made", "staff.added"]
    assert "example.com" not in str(evidence.entries())
    again = Client().get(path)
    assert again.status_code == 403
    assert "works once" in again.content.decode()


def test_a_new_sign_in_makes_older_links_useless(client: Client) -> None:
    staff.add("dpo@example.com")
    first, second = token_path(), token_path()
    assert client.get(second).status_code == 302
    assert Client().get(first).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "AAAA" * 20])
def test_a_wrong_token_opens_nothing(client: Client, token: str) -> None:
    assert client.get("/console/enter/", {"token": token}).status_code == 403
    assert not client.cookies.get("session")


def test_a_link_for_somebody_who_is_not_staff_is_not_made() -> None:
    stranger()
    with pytest.raises(LookupError, match="troth staff add"):
        staff.link("visitor@example.com")


def test_adding_twice_is_one_person_whatever_the_case() -> None:
    assert staff.add("DPO@example.com") == staff.add("dpo@EXAMPLE.com")


def test_signing_in_with_a_password(client: Client) -> None:
    staff.add("dpo@example.com")
    staff.set_password("dpo@example.com", "a long enough phrase")
    wrong = client.post("/console/login/", {"login": "dpo@example.com", "password": "no"})
    assert "correct" in wrong.content.decode()
    right = client.post("/console/login/", {"login": "DPO@example.com", "password": "a long enough phrase"})
    assert right["Location"] == "/console/"
    assert evidence.entries()[0].kind == "staff.signed_in"


def test_a_weak_password_is_refused_with_reasons() -> None:
    staff.add("dpo@example.com")
    with pytest.raises(ValueError, match="12 characters"):
        staff.set_password("dpo@example.com", "password")


def test_guessing_is_stopped_even_with_the_right_password(client: Client) -> None:
    cache.clear()
    staff.add("dpo@example.com")
    staff.set_password("dpo@example.com", "a long enough phrase")
    for guess in range(6):
        client.post("/console/login/", {"login": "dpo@example.com", "password": f"guess {guess}"})
    late = client.post("/console/login/", {"login": "dpo@example.com", "password": "a long enough phrase"})
    assert "Location" not in late
    cache.clear()


def test_the_command_makes_links_and_names_what_is_wrong() -> None:
    run = CliRunner().invoke
    assert run(cli.app, ["link", "dpo@example.com"]).exit_code == 1
    assert run(cli.app, ["add", "no address"]).exit_code == 2
    assert run(cli.app, ["add", "dpo@example.com", "--json"]).exit_code == 0
    made = json.loads(run(cli.app, ["link", "dpo@example.com", "--json"]).stdout)
    assert Client().get("/" + made["url"].split("/", 3)[3]).status_code == 302


def test_signing_in_does_not_lead_to_other_sites(client: Client) -> None:
    staff.add("dpo@example.com")
    staff.set_password("dpo@example.com", "a long enough phrase")
    sent = {"login": "dpo@example.com", "password": "a long enough phrase", "next": "https://evil.example/"}
    assert client.post("/console/login/", sent)["Location"] == "/console/"


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/console/login/").status_code == 200
    assert {client.get(f"/{p}").status_code for p in ("console/signup/", "accounts/signup/", "signup/")} == {404}


def test_signing_out_ends_the_session() -> None:
    client = staff_client()
    publish()
    assert client.post("/console/logout/")["Location"] == "/console/login/"
    assert client.get("/console/").status_code == 302
