"""A person's choices by the link they hold, over HTTP."""

import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from web_kit import NOW, publish

sys.path.insert(0, str(Path(__file__).parents[1] / "systems"))
from sharing_kit import ADA, person, send

from troth.consent import queries as consent
from troth.messages import queries as messages
from troth.people import services as people

pytestmark = pytest.mark.django_db


def link() -> str:
    """The path of the newest choices link in the mailbox."""
    found = re.search(r"/privacy/choices/[^/\s]+/", messages.mailbox(1)[0].text)
    assert found
    return found.group()


def test_the_link_shows_what_was_agreed_to_and_nothing_else_of_the_person(client: Client) -> None:
    publish()
    send("schedule-demo", "marketing")
    answer = client.get(link())
    page = answer.content.decode()
    assert "When you schedule a demo" in page
    assert "Send you marketing communications" in page
    assert ADA not in page
    assert "Lovelace" not in page
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"  # the address is the key


def test_one_press_takes_it_back_at_once(client: Client) -> None:
    publish()
    send("schedule-demo", "marketing")
    where = link()
    answer = client.post(where, {"withdraw": "schedule-demo"}, follow=True)
    assert "Withdrawn. It works from this moment" in answer.content.decode()
    assert "You have agreed to nothing" in answer.content.decode()
    assert consent.state(person()) == {("schedule-demo", "send-marketing"): "withdrawn"}
    again = client.post(where, {"withdraw": "schedule-demo"}, follow=True)
    assert "There was nothing left to withdraw there" in again.content.decode()


def test_one_touchpoint_or_everything(client: Client) -> None:
    publish()
    send("schedule-demo", "marketing")
    send("newsletter", "main", now=NOW + timedelta(minutes=1))
    where = link()
    client.post(where, {"withdraw": "newsletter"})
    assert consent.state(person())["schedule-demo", "send-marketing"] == "given"
    client.post(where, {"withdraw": "everything"})
    assert set(consent.state(person()).values()) == {"withdrawn"}


def test_a_press_without_a_choice_takes_nothing_back(client: Client) -> None:
    publish()
    send("schedule-demo", "marketing")
    client.post(link(), {})
    assert set(consent.state(person()).values()) == {"given"}


def test_a_wrong_link_and_that_of_somebody_erased_open_nothing(client: Client) -> None:
    publish()
    send("schedule-demo", "marketing")
    where = link()
    assert client.get(f"{where[:-2]}/").status_code == 404
    people.erase(person(), now=NOW)
    assert client.get(where).status_code == client.post(where, {"withdraw": "everything"}).status_code == 404


def test_asking_for_a_link_says_the_same_for_every_address(client: Client) -> None:
    publish()
    send()
    known = client.post("/privacy/choices/", {"email": ADA})
    unknown = client.post("/privacy/choices/", {"email": "nobody@mail.example"})
    assert known.content == unknown.content
    assert len(messages.mailbox(10)) == 1


@pytest.mark.parametrize("address", ["", "nothing", "a@b@", f"{'x' * 400}@mail.example", "a b@mail.example"])
def test_what_is_no_address_is_said_so(client: Client, address: str) -> None:
    publish()
    answer = client.post("/privacy/choices/", {"email": address})
    assert answer.status_code == 422
    assert "Enter an e-mail address" in answer.content.decode()


def test_the_page_takes_few_statements(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    publish()
    send("schedule-demo", "marketing")
    where = link()
    with django_assert_max_num_queries(5):
        client.get(where)
