"""The privacy centre announces a change of policy: before it takes effect, and for a month after."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

sys.path.insert(0, str(Path(__file__).parents[1] / "systems"))

from publishing_kit import ON_THE_DAY, policy, publish, wider
from publishing_policy import raw

from troth import ground
from troth.policy.model import Policy

pytestmark = pytest.mark.django_db

PAGES = ("/", "/notice/2/", "/forms/", "/privacy/choices/")  # the notice in force says it in words of its own
NEWS = "Our privacy policy change"


@pytest.mark.parametrize("page", PAGES)
def test_a_change_that_is_coming_is_on_every_page(client: Client, page: str) -> None:
    now = ground.clock()
    publish(policy(), now)
    assert NEWS not in client.get("/").content.decode()
    publish(wider("2099-01-01"), now)
    text = client.get(page).content.decode()
    assert "Our privacy policy changes on 1 January 2099." in text
    assert 'href="/notice/changes/' in text


def test_the_notice_says_it_in_its_language_and_leads_to_what_changes(client: Client) -> None:
    now = ground.clock()
    publish(policy(), now)
    publish(wider("2099-01-01"), now)
    assert 'href="/notice/2/' in client.get("/notice/").content.decode()
    text = client.get("/notice/2/de/").content.decode()
    assert "Unsere Datenschutzerklärung ändert sich am 1. Januar 2099." in text
    assert 'href="/notice/changes/de/"' in text
    assert "Lab" in client.get("/notice/changes/de/").content.decode()


def test_after_the_day_it_is_news_for_a_month(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(policy())
    publish(wider())
    for days, said in ((0, True), (29, True), (31, False)):
        monkeypatch.setattr(ground, "clock", lambda days=days: ON_THE_DAY + timedelta(days=days))
        text = client.get("/forms/").content.decode()
        assert ("Our privacy policy changed on 1 January 2027." in text) is said


def test_other_words_are_no_news(client: Client) -> None:
    now = ground.clock()
    publish(policy(), now)
    publish(Policy.model_validate(raw(title="In other words", effective=now.date().isoformat())), now)
    assert NEWS not in client.get("/").content.decode()
