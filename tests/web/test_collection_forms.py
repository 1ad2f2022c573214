"""Hosted forms over HTTP: what they show, what they refuse, and that nothing is stored when they do."""

import re
import secrets
import sys
from html import unescape
from pathlib import Path

import pytest
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries
from web_kit import NOW, changed, publish, quali

from troth.collection import queries, rules

sys.path.insert(0, str(Path(__file__).parents[1] / "systems"))
from sharing_kit import ADA, STORED, person, rows_of

from troth.consent import queries as consent
from troth.people import queries as people

pytestmark = pytest.mark.django_db
FORMS = [name for name, touchpoint in quali().touchpoints.items() if "form" in touchpoint.channels]
NOTHING = dict.fromkeys(STORED, 0)
DEMO = {"item:full-name": "Ada Lovelace", "item:email": ADA, "of-age": "yes"}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found.group(1)


def filled(client: Client, touchpoint: str = "schedule-demo", **more: str) -> dict[str, str]:
    page = client.get(f"/forms/{touchpoint}/").content.decode()
    return {"key": hidden(page, "key"), "notice-version": hidden(page, "notice-version"), **DEMO, **more}


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def ticked(page: str) -> list[str]:
    return re.findall(r'<input type="checkbox" id="([^"]+)"[^>]* checked', page)


@pytest.mark.parametrize("touchpoint", FORMS)
def test_every_form_asks_what_its_rows_declare_and_says_what_it_must(client: Client, touchpoint: str) -> None:
    publish()
    page = client.get(f"/forms/{touchpoint}/").content.decode()
    said, declared = text_of(page), quali().touchpoints[touchpoint]
    names = re.findall(r'name="item:([^"]+)"', page)
    assert names == list(rules.asked(quali(), declared))
    assert ticked(page) == []
    for row in declared.rows:
        for use in row.purposes:
            assert quali().purposes[use.purpose].label in said
        for receiver in row.receivers:
            assert quali().recipients[receiver.recipient].name in said
        for kept in row.retention:
            assert quali().retention[kept.rule].label in said
        if any(item.required for item in row.items):
            assert all(rules.lower_first(text) in said for text in row.without)
    assert quali().controller.name in said
    assert f"mailto:{quali().controller.contact}" in page
    assert f"/notice/#{touchpoint}" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("touchpoint", FORMS)
def test_every_form_can_be_sent_without_any_tick_that_is_not_needed(client: Client, touchpoint: str) -> None:
    publish()
    form = queries.form(touchpoint, NOW)
    assert form is not None
    texts = {"email": ADA, "phone": "+44 20 7946 0000", "url": "https://ada.example"}
    sent = filled(client, touchpoint)
    sent |= {f"item:{f.id}": texts.get(f.format, "something") for f in form.fields if f.required}
    sent = {k: v for k, v in sent.items() if not k.startswith("item:") or k[5:] in {f.id for f in form.fields}}
    sent |= {f"agree:{tick.row}": "yes" for tick in form.ticks if tick.required}
    answer = client.post(f"/forms/{touchpoint}/", sent)
    assert answer.status_code == 302, text_of(answer.content.decode())
    thanks = client.get(answer["Location"]).content.decode()
    assert people.records(person())[0].submission_id.hex[:8].upper() in thanks
    assert "session" not in client.cookies


def test_a_form_and_its_sending_take_few_statements(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    publish()
    with django_assert_max_num_queries(3):
        sent = filled(client)
    with django_assert_max_num_queries(42):
        answer = client.post("/forms/schedule-demo/", {**sent, "agree:marketing": "yes"})
    with django_assert_max_num_queries(3):
        client.get(answer["Location"])


def test_a_refusal_shows_every_reason_beside_its_field_and_keeps_what_was_typed(client: Client) -> None:
    publish()
    sent = filled(client, **{"item:email": "nothing", "item:phone": "call me", "agree:marketing": "yes"})
    del sent["of-age"]
    answer = client.post("/forms/schedule-demo/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page
    for place in ("item-email", "item-phone", "of-age"):
        assert f'<a href="#{place}">' in page
        assert f'id="{place}-error"' in page
    assert 'value="Ada Lovelace"' in page
    assert ticked(page) == ["agree-marketing"]
    assert hidden(page, "key") == sent["key"]
    assert rows_of(*STORED) == NOTHING


def test_an_undeclared_field_is_refused_by_its_escaped_name(client: Client) -> None:
    publish()
    answer = client.post("/forms/schedule-demo/", filled(client, **{"item:<b>shoe</b>" + "x" * 300: "43"}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "&lt;b&gt;shoe&lt;/b&gt;xxx" in page
    assert "<b>shoe" not in page
    assert "x" * 65 not in page
    assert rows_of(*STORED) == NOTHING


@pytest.mark.parametrize("touchpoint", ["newsletter", "survey"])
def test_what_rests_on_agreement_alone_shows_one_needed_box(client: Client, touchpoint: str) -> None:
    publish()
    page = client.get(f"/forms/{touchpoint}/").content.decode()
    assert "Your agreement" in page
    sent = filled(client, touchpoint)
    if touchpoint == "newsletter":
        del sent["item:full-name"]
    answer = client.post(f"/forms/{touchpoint}/", sent)
    assert answer.status_code == 422
    assert '<a href="#agree-main">' in answer.content.decode()
    assert client.post(f"/forms/{touchpoint}/", {**sent, "agree:main": "yes"}).status_code == 302


def test_a_file_is_sent_by_mail_instead_and_the_form_says_where(client: Client) -> None:
    publish()
    said = text_of(client.get("/forms/apply-job/").content.decode())
    assert "This form takes no files yet CV: send it to privacy@quali.com" in said


def test_a_secret_kept_by_a_recipient_is_not_asked_and_the_form_says_so(client: Client) -> None:
    plain = quali().model_dump(mode="json")["touchpoints"]
    plain["service-account"]["channels"] = ["form"]
    publish(changed(touchpoints=plain))
    page = client.get("/forms/service-account/").content.decode()
    assert 'type="password"' not in page
    assert "You set it at Okta" in text_of(page)


def test_a_password_is_never_sent_back(client: Client) -> None:
    plain = quali().model_dump(mode="json")["touchpoints"]
    plain["torque-community"]["channels"] = ["form"]
    publish(changed(touchpoints=plain))
    sent = filled(client, "torque-community", **{"item:password": "correct horse", "item:email": "nothing"})
    answer = client.post("/forms/torque-community/", sent)
    assert answer.status_code == 422
    assert b"correct horse" not in answer.content


def test_a_notice_that_changed_meanwhile_is_shown_and_nothing_stored(client: Client) -> None:
    publish()
    sent = filled(client, **{"agree:marketing": "yes"})
    publish(changed(title="A newer policy"))
    answer = client.post("/forms/schedule-demo/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Our privacy notice changed" in page
    assert hidden(page, "notice-version") == "2"
    assert 'value="Ada Lovelace"' in page
    assert ticked(page) == ["of-age"]  # the agreement was to another text
    assert rows_of(*STORED) == NOTHING
    assert client.post("/forms/schedule-demo/", {**sent, "notice-version": "2"}).status_code == 302


def test_sending_twice_stores_once_and_sending_something_else_is_asked_about(client: Client) -> None:
    publish()
    sent = filled(client)
    first, second = (client.post("/forms/schedule-demo/", sent) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert len(people.records(person())) == 1
    other = client.post("/forms/schedule-demo/", {**sent, "item:company": "Another"})
    assert other.status_code == 409
    assert "You sent this form before" in other.content.decode()
    again = {**sent, "item:company": "Another", "key": hidden(other.content.decode(), "key")}
    assert client.post("/forms/schedule-demo/", again).status_code == 302
    assert len(people.records(person())) == 2


def test_marketing_left_empty_is_a_refusal_in_the_ledger(client: Client) -> None:
    publish()
    client.post("/forms/schedule-demo/", filled(client))
    assert consent.state(person()) == {("schedule-demo", "send-marketing"): "refused"}


def test_too_much_is_met_with_413_and_stores_nothing(client: Client) -> None:
    publish()
    sent = filled(client, **{"item:company": "x" * 3_000_000})
    answer = client.post("/forms/schedule-demo/", sent)
    assert answer.status_code == 413
    assert "Nothing was stored" in answer.content.decode()
    many = client.post("/forms/schedule-demo/", {**filled(client), **{f"item:{n}": "x" for n in range(1_100)}})
    assert many.status_code == 413
    assert rows_of(*STORED) == NOTHING


def test_a_forged_post_is_refused() -> None:
    publish()
    client = Client(enforce_csrf_checks=True)
    assert client.post("/forms/schedule-demo/", DEMO).status_code == 403
    sent = filled(client)
    token = client.cookies["csrf"].value
    assert client.post("/forms/schedule-demo/", {**sent, "csrfmiddlewaretoken": token}).status_code == 302


@pytest.mark.parametrize("path", ["/forms/chat-website/", "/forms/nothing/", "/forms/service-account/"])
def test_a_touchpoint_without_a_form_has_no_page(client: Client, path: str) -> None:
    publish()
    assert client.get(path).status_code == client.post(path).status_code == 404


def test_a_forged_or_foreign_confirmation_leads_back_to_the_forms(client: Client) -> None:
    publish()
    sent = client.post("/forms/schedule-demo/", filled(client))["Location"].rstrip("/").rsplit("/", 1)[1]
    for path in (f"/forms/newsletter/sent/{sent}/", f"/forms/schedule-demo/sent/{sent[:-2]}/"):
        assert client.get(path)["Location"] == "/forms/"


def test_before_anything_is_published_there_is_no_form(client: Client) -> None:
    assert "No form is open" in client.get("/forms/").content.decode()
    assert client.get("/forms/schedule-demo/").status_code == 404


@override_settings(DEBUG=False)
def test_a_failure_of_ours_says_nothing_of_what_was_sent(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """A real failure: the table is gone."""
    from django.db import connection

    publish()
    sent = filled(client)
    with connection.cursor() as cursor:
        cursor.execute("alter table people_value rename to people_value_lost")
    answer = client.post("/forms/schedule-demo/", sent)
    with connection.cursor() as cursor:
        cursor.execute("alter table people_value_lost rename to people_value")
    assert answer.status_code == 500
    assert "Something is wrong on our side" in answer.content.decode()
    assert "ProgrammingError at " in caplog.text
    assert "Lovelace" not in caplog.text
    assert secrets.compare_digest(hidden(answer.content.decode(), "key"), sent["key"])
    assert rows_of(*STORED) == NOTHING
