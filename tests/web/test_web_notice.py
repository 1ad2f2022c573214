"""The notice people read says everything the published policy says."""

from html import unescape
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from web_kit import changed, publish, quali

from troth.notice.rows import PublishedTable
from troth.policy.languages import words

pytestmark = pytest.mark.django_db


class Page(HTMLParser):
    """A page's text (white space folded), ids and local links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self._text: list[str] = []
        self.feed(html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []
        self.links += [given["href"]] if tag == "a" and given.get("href") else []

    def handle_data(self, data: str) -> None:
        self._text.append(data)


@pytest.fixture
def page(client: Client) -> Page:
    cache.clear()
    publish()
    response = client.get("/notice/")
    assert response.status_code == 200
    return Page(response.content.decode())


def folded(text: str) -> str:
    return " ".join(text.split())


def test_every_row_is_there_with_all_its_cells(page: Page) -> None:
    for group in PublishedTable(quali(), words("en")).groups:
        for touchpoint in group.touchpoints:
            assert touchpoint.id in page.ids
            for row in touchpoint.rows:
                said = [line.text for cells in (row.items, row.recipients, row.retention) for line in cells]
                said += [purpose.label for purpose in row.purposes] + list(row.without)
                missing = [text for text in said if folded(text) not in page.text]
                assert not missing, f"{touchpoint.id}/{row.id}"


def test_the_view_drops_no_touchpoint_and_no_row() -> None:
    shown = {t.id: len(t.rows) for group in PublishedTable(quali(), words("en")).groups for t in group.touchpoints}
    assert shown == {id: len(t.rows) for id, t in quali().touchpoints.items()}


def test_every_promise_around_the_tables_is_there(page: Page) -> None:
    policy = quali()
    parts = [
        *(right.text for right in policy.rights.values()),
        *(limit for right in policy.rights.values() for limit in right.limits),
        *(promise.text for promise in policy.never.values()),
        *(ground.text for ground in policy.sharing.values()),
        *(measure.text for measure in policy.security.values()),
        *(other.text for other in policy.third_parties.values()),
        *(exception.text for exception in policy.retention_exceptions.values()),
        *(purpose.label for purpose in policy.secondary_purposes.values()),
        *(a.decided for a in policy.assumptions.values()),
        *(cookie.pattern for cookie in policy.cookies.values()),
        *(recipient.name for recipient in policy.recipients.values()),
        *policy.introduction,
        policy.controller.name,
        policy.controller.contact,
    ]
    assert policy.transfers is not None
    parts += [term.text for term in policy.transfers.terms.values()]
    for single in (policy.children, policy.signals, policy.changes, policy.anonymous):
        assert single is not None
        parts.append(single.text)
    text = page.text.casefold()
    assert [part for part in parts if folded(part).casefold() not in text] == []


def test_links_inside_the_page_lead_somewhere_and_ids_are_unique(page: Page) -> None:
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside - set(page.ids) == set()
    assert len(page.ids) == len(set(page.ids))


def test_a_touchpoint_with_a_form_links_to_it_and_the_link_works(page: Page, client: Client) -> None:
    with_form = {f"/forms/{id}/" for id, t in quali().touchpoints.items() if "form" in t.channels}
    assert {link for link in page.links if link.startswith("/forms/") and link != "/forms/"} == with_form
    assert {client.get(link).status_code for link in with_form} == {200}


def test_few_statements_and_the_text_is_made_once(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    publish()
    client.get("/notice/")
    with django_assert_max_num_queries(3):
        client.get("/notice/")


def test_what_a_policy_says_is_text_and_never_markup(client: Client) -> None:
    cache.clear()
    publish(changed(title="<script>alert(1)</script>", introduction=["a <b>bold</b> & 'quoted' claim"]))
    html = client.get("/notice/").content.decode()
    assert "<script>alert" not in html
    assert "<b>bold" not in html
    assert "a <b>bold</b> & 'quoted' claim" in unescape(html)


def test_older_versions_stay_readable_and_say_so(client: Client) -> None:
    cache.clear()
    publish()
    publish(changed(title="A later text", effective="2026-11-01"))
    now, old = client.get("/notice/").content.decode(), client.get("/notice/1/").content.decode()
    assert "A later text" in now
    assert "not the version in force" not in now
    assert "not the version in force" in old
    assert "A later text" not in old
    assert client.get("/notice/2/")["Location"] == "/notice/"
    assert client.get("/notice/3/").status_code == 404


def test_before_anything_is_published_the_pages_say_so(client: Client) -> None:
    assert "No privacy notice is published yet" in client.get("/notice/").content.decode()
    assert client.get("/").status_code == 200
    assert client.get("/notice.json").status_code == 404


def test_the_facts_name_the_version_they_are_of(client: Client) -> None:
    version = publish()
    answer = client.get("/notice.json").json()
    assert answer["version"] == {"number": 1, "digest": version.digest, "effective": "2024-06-02"}
    assert len(answer["facts"]["touchpoints"]) == 26


def test_reading_leaves_nothing_on_the_device(client: Client) -> None:
    publish()
    for path in ("/", "/notice/", "/forms/"):
        assert not client.get(path).cookies, path
