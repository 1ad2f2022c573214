"""The console's pages before anything happened, for strangers, and for addresses somebody made up."""

from uuid import UUID

import pytest
from django.test import Client
from web_kit import publish, staff_client, stranger

pytestmark = pytest.mark.django_db

NOBODY = UUID(int=0)  # fixed: parallel workers must collect the same tests
PAGES = {
    "/console/": "No policy is published yet",
    "/console/requests/": "No request is open",
    "/console/people/": "Nobody’s data is here yet",
    "/console/systems/": "No system is connected",
    "/console/evidence/": "The log is not signed yet",
    "/console/checks/": "No policy is published yet",
    "/console/reviews/": "No record is due for review",
}
POSTS = (
    "/console/people/",
    "/console/systems/at/salesforce/test/",
    "/console/systems/at/salesforce/settings/",
    "/console/systems/at/salesforce/disconnect/",
    "/console/systems/connect/hubspot/",
    "/console/evidence/sign/",
    "/console/evidence/bundle/",
    "/console/checks/run/",
    "/console/reviews/dry-run/",
    f"/console/reviews/{NOBODY}/keep/",
    f"/console/reviews/{NOBODY}/",
)


@pytest.mark.parametrize(("path", "words"), PAGES.items())
def test_an_empty_page_says_what_to_do(path: str, words: str) -> None:
    answer = staff_client().get(path)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_published_policy_offers_to_be_checked() -> None:
    publish()
    page = staff_client().get("/console/checks/").content.decode()
    assert "Nothing was checked yet" in page
    assert 'action="/console/checks/run/"' in page


@pytest.mark.parametrize("path", [*PAGES, *POSTS, f"/console/people/{NOBODY}/", f"/console/requests/{NOBODY}/"])
def test_only_staff_come_in(path: str) -> None:
    client = Client()
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/console/login/?next=")
    client.force_login(stranger(), backend="sesame.backends.ModelBackend")
    assert client.get(path).status_code == 403
    assert client.post(path).status_code == 403


@pytest.mark.parametrize("path", POSTS)
def test_nothing_is_done_for_a_page_of_another_site(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = staff_client().cookies
    answer = client.post(path, {"search": "x"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


@pytest.mark.parametrize("path", [path for path in POSTS if path.endswith(("keep/", "test/", "run/", "sign/"))])
def test_an_act_is_not_done_by_following_a_link(path: str) -> None:
    assert staff_client().get(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/console/requests/?after=2026-13-45.x",
        "/console/requests/?after=nonsense",
        "/console/people/?after=nonsense",
        "/console/evidence/?before=-1",
        "/console/evidence/?before=²",
        "/console/evidence/?before=99999999999999999999999",
    ],
)
def test_a_made_up_place_in_a_list_is_refused_in_words(path: str) -> None:
    answer = staff_client().get(path)
    assert answer.status_code == 400
    assert "start from its" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        f"/console/people/{NOBODY}/",
        f"/console/requests/{NOBODY}/",
        f"/console/reviews/{NOBODY}/",
        "/console/checks/no-such-check/",
        f"/console/people/?after={NOBODY}",
    ],
)
def test_what_is_not_there_is_not_found(path: str) -> None:
    answer = staff_client().get(path)
    assert answer.status_code == (200 if "after" in path else 404)


def test_a_made_up_filter_shows_the_open_requests() -> None:
    answer = staff_client().get("/console/requests/?state=nonsense&kind=nonsense")
    assert (answer.context["state"], answer.context["kind"]) == ("open", "")


def test_a_record_that_is_gone_is_said_to_be() -> None:
    client = staff_client()
    kept = client.post(f"/console/reviews/{NOBODY}/keep/", follow=True)
    assert "is not in the vault any more" in kept.content.decode()
    gone = client.post(f"/console/reviews/{NOBODY}/", follow=True)
    assert "the record was gone already" in gone.content.decode()


def test_nothing_to_check_or_sweep_without_a_policy() -> None:
    client = staff_client()
    assert "no policy is published" in client.post("/console/checks/run/", follow=True).content.decode()
    assert "no policy is published" in client.post("/console/reviews/dry-run/", follow=True).content.decode()
