"""Versions of the policy in the console: what each changed, and what changed between any two."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from web_kit import NOW, changed, loaded, publish, quali, staff_client

from troth import ground
from troth.publishing import services as publishing

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "clock", lambda: NOW)


@pytest.fixture
def staff() -> Client:
    return staff_client()


def html(client: Client, path: str, **query: object) -> str:
    answer = client.get(f"/console/policy/versions/{path}", query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def edited(day: date, **sections: Any) -> dict[str, Any]:
    """Parts of the reference policy with other values: `retention={"website-logs": {"period": "P90D"}}`."""
    plain = quali().model_dump(mode="json")
    whole: dict[str, Any] = {"effective": day.isoformat()}
    for section, entries in sections.items():
        whole[section] = {**plain[section], **{n: {**plain[section][n], **new} for n, new in entries.items()}}
    return whole


def three_versions() -> None:
    """The policy; logs kept longer; from next month on also by another controller, under another title."""
    publish(changed(effective=(TODAY - timedelta(days=60)).isoformat()), NOW - timedelta(days=60))
    longer = edited(TODAY - timedelta(days=10), retention={"website-logs": {"period": "P90D"}})
    publish(changed(**longer), NOW - timedelta(days=10))
    controller = {**quali().model_dump(mode="json")["controller"], "name": "Quali AG"}
    later = longer | {
        "effective": (TODAY + timedelta(days=30)).isoformat(),
        "title": "Privacy",
        "controller": controller,
    }
    publish(changed(**later), NOW)


def test_the_list_says_what_each_version_changed(staff: Client) -> None:
    three_versions()
    page = html(staff, "")
    assert page.index('id="version-3"') < page.index('id="version-2"') < page.index('id="version-1"')
    first, second, third = (page.split(f'id="version-{n}"')[1].split("</tr>")[0] for n in (1, 2, 3))
    assert "the first version" in first
    assert "earlier" in first
    assert "in force" in second
    assert "1 <span" in second
    assert "significant" in second
    assert "to come" in third
    assert "/console/policy/versions/changes/?from=2&amp;to=3" in third
    assert f"/notice/{3}/" in third


def test_the_latest_change_in_plain_words(staff: Client) -> None:
    three_versions()
    page = html(staff, "changes/")
    assert "from version 2 to version 3" in page
    assert "Who is responsible for your data is now Quali AG, formerly QualiSystems Ltd.</span>" in page
    assert "everyone whose data we hold" in page
    assert "policy.yaml:" in page
    assert "Your data is kept longer" not in page
    assert page.index("Significant") < page.index("Wording")


def test_what_was_approved_is_what_the_list_tells(staff: Client) -> None:
    first = changed(effective=(TODAY - timedelta(days=60)).isoformat())
    publishing.publish(first, loaded().places, plan=None, by="dpo", now=NOW - timedelta(days=60))
    second = changed(**edited(TODAY + timedelta(days=60), retention={"website-logs": {"period": "P90D"}}))
    plan = publishing.plan(second, now=NOW)
    publishing.publish(second, loaded().places, plan=plan.digest, by="privacy-lead", now=NOW)
    line = html(staff, "").split('id="version-2"')[1].split("</tr>")[0]
    assert "by privacy-lead" in line
    assert "significant" in line
    assert "nobody to tell" in line


def test_any_two_versions_either_way(staff: Client) -> None:
    three_versions()
    both = html(staff, "changes/", **{"from": 1, "to": 3})
    assert "Your data is kept longer: 90 days after it was recorded, formerly 60 days after it was recorded." in both
    assert "Quali AG" in both
    back = html(staff, "changes/", **{"from": 2, "to": 1})
    assert "Your data is kept for a shorter time" in back
    assert "The two versions say the same." in html(staff, "changes/", **{"from": 2, "to": 2})


@pytest.mark.parametrize("asked", ["9", "-1", "0", "x", "1.5", "٣", "99999999999999999999"])
def test_versions_that_are_not_there(staff: Client, asked: str) -> None:
    publish()
    assert staff.get("/console/policy/versions/changes/", {"to": asked}).status_code == 404
    assert staff.get("/console/policy/versions/changes/", {"from": asked}).status_code == 404


def test_one_version_and_none(staff: Client) -> None:
    for path in ("", "changes/"):
        assert "No policy is published yet" in html(staff, path)
    publish()
    assert "the first version" in html(staff, "")
    assert "The two versions say the same." in html(staff, "changes/")


def test_staff_only(client: Client) -> None:
    publish()
    for path in ("", "changes/"):
        assert client.get(f"/console/policy/versions/{path}").status_code == 302


def test_few_statements_however_many_versions(
    staff: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    three_versions()
    html(staff, "")
    with django_assert_max_num_queries(12):
        html(staff, "")
    with django_assert_max_num_queries(12):
        html(staff, "changes/", **{"from": 1, "to": 3})
