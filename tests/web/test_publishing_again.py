"""Agreeing afresh over one's own link: only by saying so, only to what is asked now."""

import re
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

sys.path.insert(0, str(Path(__file__).parents[1] / "systems"))

from publishing_kit import NOW, ON_THE_DAY, changed, person, policy, publish, rows, services, wider, write

from troth import ground
from troth.consent import queries as consent
from troth.people import queries as people
from troth.people import services as people_services
from troth.sharing import queries as sharing
from troth.sharing import services as sharing_services

pytestmark = pytest.mark.django_db

NEWS, STUDY = ("contact", "news"), ("survey", "study")


@pytest.fixture
def link(monkeypatch: pytest.MonkeyPatch) -> str:
    """Ada agreed to everything, and what it means became more: the path of her choices, on the day."""
    publish(policy())
    write("ada@mail.example", "news", "study")
    publish(wider())
    services.take_effect(ON_THE_DAY)
    monkeypatch.setattr(ground, "clock", lambda: ON_THE_DAY)
    return sharing_services.choice_link(person(), ON_THE_DAY).partition(":8800")[2]


def test_the_choices_say_what_ended_and_lead_to_what_is_asked(client: Client, link: str) -> None:
    page = client.get(link).content.decode()
    assert "Ended, and asked again" in page
    assert f'href="{link}again/"' in page
    asked = client.get(f"{link}again/")
    text = asked.content.decode()
    for words in (
        "When you write to us",
        "Yes, Small Ltd may use these data to send you news",
        "Mailer and Lab",
        "New since then",
        "Lab newly gets your data",
    ):
        assert words in text
    assert "ada@mail.example" not in text
    assert "no-store" in asked["Cache-Control"]
    assert consent.state(person()) == {NEWS: "superseded", STUDY: "superseded"}


def test_agreeing_counts_for_the_version_in_force_and_its_recipients(client: Client, link: str) -> None:
    answer = client.post(f"{link}again/", {"agree": "contact/news", "version": "2"}, follow=True)
    assert "You agreed. You can take it back here at any time." in answer.content.decode()
    assert consent.state(person()) == {NEWS: "given", STUDY: "superseded"}
    (event,) = [event for event in consent.deciding(person()) if event.purpose == "news"]
    assert event.how == "choices link"
    assert len(event.text_digest) == 64
    records = [record for record in people.records(person()) if record.row == "news"]
    assert [record.source for record in records] == ["api", "choices link"]
    assert records[1].values == records[0].values
    fresh = {d.recipient for d in sharing.deliveries(person()) if d.record_id == records[1].id}
    assert fresh == {"mailer", "lab"}
    assert services.take_effect(ON_THE_DAY + timedelta(minutes=1)) == 0
    assert consent.state(person())[NEWS] == "given"


def test_it_can_be_taken_back_like_any_other(client: Client, link: str) -> None:
    client.post(f"{link}again/", {"agree": "contact/news", "version": "2"})
    client.post(link, {"withdraw": "contact"})
    assert consent.state(person())[NEWS] == "withdrawn"
    assert "Ended, and asked again" in client.get(link).content.decode()  # the survey still is


@pytest.mark.parametrize(
    "sent",
    [
        {"agree": "contact/main", "version": "2"},
        {"agree": "nowhere/news", "version": "2"},
        {"agree": "contact/news", "version": "1"},
        {"agree": "contact/news", "version": "x"},
        {"agree": "contact/news", "version": "9" * 40},
        {"agree": "contact/news"},
        {},
    ],
)
def test_what_is_not_asked_is_not_agreed_to(client: Client, link: str, sent: dict[str, str]) -> None:
    before = rows("select count(*) from consent_event")
    answer = client.post(f"{link}again/", sent, follow=True)
    assert "Nothing was agreed to" in answer.content.decode()
    assert rows("select count(*) from consent_event") == before


def test_what_was_never_agreed_to_is_not_asked_for(client: Client) -> None:
    publish(policy())
    write("bob@mail.example")
    publish(changed("2026-11-26", news={"recipients": ["mailer", "lab"]}))
    services.take_effect(ON_THE_DAY)
    link = sharing_services.choice_link(person("bob@mail.example"), NOW).partition(":8800")[2]
    assert "Ended" not in client.get(link).content.decode()
    assert "Nothing is asked of you again" in client.get(f"{link}again/").content.decode()


def test_a_wrong_link_opens_nothing(client: Client, link: str) -> None:
    assert client.get("/privacy/choices/wrong/again/").status_code == 404
    assert client.post("/privacy/choices/wrong/again/", {"agree": "contact/news"}).status_code == 404
    people_services.erase(person(), now=ON_THE_DAY)
    assert client.get(f"{link}again/").status_code == 404


def test_no_forged_post_agrees(link: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"{link}again/", {"agree": "contact/news", "version": "2"}).status_code == 403
    page = client.get(f"{link}again/").content.decode()
    assert re.search(r'name="csrfmiddlewaretoken"', page)
    assert consent.state(person())[NEWS] == "superseded"


def test_an_old_link_agrees_to_nothing_and_still_takes_back(
    client: Client, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post(f"{link}again/", {"agree": "contact/news", "version": "2"})
    monkeypatch.setattr(ground, "clock", lambda: ON_THE_DAY + timedelta(days=181))
    for answer in (
        client.get(f"{link}again/"),
        client.post(f"{link}again/", {"agree": "survey/study", "version": "2"}),
    ):
        assert answer.status_code == 403
        assert "have a new link sent to you" in answer.content.decode()
    assert consent.state(person()) == {NEWS: "given", STUDY: "superseded"}
    assert "Withdrawn." in client.post(link, {"withdraw": "contact"}, follow=True).content.decode()
    assert consent.state(person())[NEWS] == "withdrawn"


def test_agreeing_needs_the_forms_own_token(link: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(f"{link}again/", {"agree": "contact/news", "version": "2"})
    assert answer.status_code == 403
    assert consent.state(person())[NEWS] == "superseded"
