"""The notice at its addresses: languages, files, versions past and to come, and what readers need not fetch twice."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import Client
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries
from web_kit import NOW, changed, publish, quali

from troth import ground

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock of the pages: a list whose one entry is now."""
    now = [NOW]
    monkeypatch.setattr(ground, "clock", lambda: now[0])
    return now


def text(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return response.content.decode()


def test_each_language_has_an_address_and_they_name_each_other(client: Client) -> None:
    publish()
    german = text(client, "/notice/de/")
    assert '<html lang="de"' in german
    assert "Unsere Datenschutzerklärung" in german
    assert "Zum Inhalt springen" in german
    for language in ("en", "de"):
        assert f'<link rel="alternate" hreflang="{language}" href="/notice/{language}/">' in german
    assert '<link rel="alternate" hreflang="x-default" href="/notice/">' in german
    assert '<link rel="canonical" href="/notice/de/">' in german
    assert client.get("/notice/fr/").status_code == 404
    assert client.get("/notice/de/")["Content-Language"] == "de"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("fr,de;q=0.4,en;q=0.7", "en"),
        ("fr", "en"),
        ("", "en"),
        ("de;q=0", "en"),
        (";q=x,,*;q=,de", "de"),
    ],
)
def test_without_a_language_the_browser_chooses_and_caches_are_told(client: Client, asked: str, given: str) -> None:
    publish()
    response = client.get("/notice/", headers={"accept-language": asked})
    assert response["Content-Language"] == given
    assert "Accept-Language" in response["Vary"]
    assert "Accept-Language" not in client.get("/notice/de/").get("Vary", "")


def test_a_policy_in_one_language_offers_no_other(client: Client) -> None:
    publish(changed(translations={}))
    page = text(client, "/notice/", **{"accept-language": "de"})
    assert '<html lang="en"' in page
    assert "hreflang" not in page
    assert client.get("/notice/de/").status_code == 404


def test_the_files_say_which_version_and_language_they_are(client: Client) -> None:
    version = publish()
    page = text(client, "/notice/")
    for kind, content_type in (("md", "text/markdown"), ("pdf", "application/pdf"), ("json", "application/json")):
        assert f'href="/notice/1/en.{kind}"' in page
        for path in (f"/notice.{kind}", f"/notice/1.{kind}", f"/notice/en.{kind}", f"/notice/1/en.{kind}"):
            response = client.get(path)
            assert response.status_code == 200, path
            assert response["Content-Type"].startswith(content_type)
        assert client.get(f"/notice/1/fr.{kind}").status_code == 404
        assert client.get(f"/notice/7.{kind}").status_code == 404
    facts = json.loads(text(client, "/notice/1/de.json"))
    assert facts["version"] == {"number": 1, "digest": version.digest, "effective": "2024-06-02"}
    assert facts["language"] == "de"
    assert facts["facts"]["title"] == "Unsere Datenschutzerklärung"
    assert text(client, "/notice/de.md").startswith("# Unsere Datenschutzerklärung\n\nFassung 1 · ")
    reader = PdfReader(BytesIO(client.get("/notice/1/de.pdf").content))
    assert "Fassung 1" in reader.pages[0].extract_text()


def test_the_vocabulary_names_a_part_the_same_in_every_version_and_language(client: Client) -> None:
    publish()
    response = client.get("/notice.jsonld")
    assert response["Content-Type"] == "application/ld+json"
    said, german = (json.loads(client.get(path).content) for path in ("/notice.jsonld", "/notice/1/de.jsonld"))
    assert said["@context"]["this"] == german["@context"]["this"] == f"{ground.settings().public_url}/notice.jsonld#"
    assert [each["@id"] for each in said["@graph"]] == [each["@id"] for each in german["@graph"]]
    assert client.get("/notice.jsonld").content == client.get("/notice/1/en.jsonld").content


def test_links_in_files_lead_here_from_anywhere(client: Client) -> None:
    publish()
    said = text(client, "/notice.md")
    assert f"]({'<'}{ground.settings().public_url}/forms/schedule-demo/>)" in said
    assert "](</" not in said


def test_last_updated_is_the_day_of_the_version_shown(client: Client, at: list[datetime]) -> None:
    publish()
    publish(changed(effective="2027-01-01"))
    assert "Last updated 2 June 2024" in text(client, "/notice/")
    assert "Last updated 1 January 2027" in text(client, "/notice/2/")
    at[0] = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)
    assert "Last updated 1 January 2027" in text(client, "/notice/")
    assert "Last updated 2 June 2024" in text(client, "/notice/1/")


def test_a_version_to_come_is_readable_says_so_and_is_announced(client: Client, at: list[datetime]) -> None:
    publish()
    publish(changed(title="A later text", effective="2027-01-01"))
    now, later = text(client, "/notice/"), text(client, "/notice/2/")
    assert "A new version holds from 1 Jan 2027." in now
    assert 'href="/notice/2/en/"' in now
    assert "not in force yet. It holds from 1 Jan 2027." in later
    assert 'href="/notice/"' in later
    assert "Version 2, from 1 Jan 2027" not in now
    at[0] += timedelta(days=60)
    assert "A later text" in text(client, "/notice/")
    assert "not the version in force" in text(client, "/notice/1/")
    assert "Diese Fassung gilt nicht mehr." in text(client, "/notice/1/de/")
    assert client.get("/notice/2/de/")["Location"] == "/notice/de/"


def test_the_changes_are_told_in_plain_words_those_to_come_too(client: Client, at: list[datetime]) -> None:
    publish()
    plain = quali().model_dump(mode="json")
    plain["retention"]["website-logs"]["period"] = "P90D"
    publish(changed(retention=plain["retention"], effective="2027-01-01"))
    english, german = text(client, "/notice/changes/"), text(client, "/notice/changes/de/")
    assert english.index("Version 2, from 1 Jan 2027") < english.index("kept longer: 90 days")
    assert english.index("kept longer: 90 days") < english.index("Version 1, from 2 Jun 2024")
    assert "länger aufbewahrt: 90 Tage" in german
    assert client.get("/notice/changes/fr/").status_code == 404
    assert "kept longer: 90 days" in text(client, "/notice/2/")
    assert "kept longer: 90 days" not in text(client, "/notice/")


@pytest.mark.parametrize("path", ["/notice/", "/notice/de/", "/notice/changes/", "/notice.md", "/notice/1/de.pdf"])
def test_what_a_reader_has_is_not_sent_again_until_it_changes(client: Client, path: str, at: list[datetime]) -> None:
    publish()
    first = client.get(path)
    assert first["Cache-Control"] == "no-cache"
    assert first["Last-Modified"]
    again = client.get(path, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"] == first["ETag"]
    publish(changed(effective="2027-01-01"))
    at[0] += timedelta(days=60)
    if "1" not in path:
        assert client.get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_the_page_in_force_is_not_taken_for_the_same_once_another_is_announced(client: Client) -> None:
    publish()
    etag = client.get("/notice/")["ETag"]
    publish(changed(effective="2099-01-01"))
    response = client.get("/notice/", headers={"if-none-match": etag})
    assert response.status_code == 200
    assert "1 Jan 2099" in response.content.decode()


def test_pages_are_compressed(client: Client) -> None:
    publish()
    plain, small = client.get("/notice/"), client.get("/notice/", headers={"accept-encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    assert len(small.content) < len(plain.content) / 4


def test_few_statements_however_many_versions(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    publish()
    for month in (1, 2, 3):
        publish(changed(effective=f"2027-0{month}-01"))
    for path in ("/notice/", "/notice/3/", "/notice/changes/", "/notice.md", "/notice/2.pdf"):
        client.get(path)
        with django_assert_max_num_queries(3):
            assert client.get(path).status_code == 200


def test_before_anything_is_published_no_file_is_there(client: Client) -> None:
    for path in ("/notice.md", "/notice.pdf", "/notice.jsonld", "/notice/changes/", "/notice/1.pdf", "/notice/1/"):
        assert client.get(path).status_code == 404, path


def test_without_the_typesetter_no_pdf_is_offered(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from troth.notice import as_pdf
    from troth.web import notice_forms

    publish()
    monkeypatch.setattr(as_pdf, "find_spec", lambda _: None)
    assert ".pdf" not in text(client, "/notice/")
    assert client.get("/notice.pdf").status_code == 404
    assert set(notice_forms.FORMS) == {"md", "pdf", "json", "jsonld"}
