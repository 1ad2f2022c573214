"""The policy and the tasks as staff see them."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from web_kit import NOW, loaded, publish, quali, staff_client

from troth.web.console.policy import clause_state
from troth.work import queries, services

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    return staff_client()


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def a_task(key: str = "k", days: int = 2) -> UUID:
    return services.open_task(
        kind="delivery.by-hand",
        title=f"Send the record to Apollo ({key})",
        instructions="See the record.",
        subject=("record", "r1"),
        due_at=NOW + timedelta(days=days),
        key=key,
        now=NOW,
    )


def test_each_row_of_the_table_says_where_it_is_written(staff: Client) -> None:
    publish()
    page = html(staff, "/console/policy/")
    for id, touchpoint in quali().touchpoints.items():
        assert f"/notice/#{id}" in page
        for number in range(len(touchpoint.rows)):
            place = loaded().places[f"touchpoints.{id}.rows.{number}"]
            assert f"{place.file}:{place.line}" in page


def test_the_table_is_found_by_all_the_words_asked_for(staff: Client) -> None:
    publish()
    page = html(staff, "/console/policy/?q=zoom+webinar")
    assert "When you register to webinars" in page
    assert "When you schedule a demo" not in page
    assert "Nothing matches" in html(staff, "/console/policy/?q=zoom+qqqq")


def test_the_register_shows_every_clause_and_counts_by_state(staff: Client) -> None:
    publish()
    page = html(staff, "/console/policy/clauses/")
    clauses = quali().clauses
    assert all(f'id="clause-{clause.id}"' in page for clause in clauses)
    for state in ("executed", "unwatched", "not-yet"):
        expected = [clause.id for clause in clauses if clause_state(clause) == state]
        shown = html(staff, f"/console/policy/clauses/?state={state}")
        assert shown.count('id="clause-') == len(expected)


def test_open_points_have_the_numbers_the_notice_uses(staff: Client) -> None:
    publish()
    page = html(staff, "/console/policy/assumptions/")
    assert page.count('id="open-') == len(quali().assumptions)
    assert html(staff, "/console/policy/gaps/")


@pytest.mark.parametrize("path", ["", "clauses/", "assumptions/", "gaps/"])
def test_before_anything_is_published(staff: Client, path: str) -> None:
    assert "No policy is published yet" in html(staff, f"/console/policy/{path}")
    assert html(staff, "/console/")


def test_a_page_takes_few_statements(staff: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    publish()
    for n in range(20):
        a_task(str(n))
    for path in ("/console/policy/", "/console/policy/clauses/", "/console/tasks/"):
        staff.get(path)
        with django_assert_max_num_queries(9):
            staff.get(path)


def test_a_task_is_closed_only_with_proof(staff: Client) -> None:
    path = f"/console/tasks/{a_task()}/"
    refused = staff.post(path, {"act": "finish", "proof": "  "})
    assert refused.status_code == 422
    assert "finished with proof" in refused.content.decode()
    assert len(queries.open_tasks()) == 1
    assert staff.post(path, {"act": "finish", "proof": "ticket 4711"}).status_code == 302
    [task] = queries.open_tasks(state="done")
    assert (task.proof, "@" in task.done_by) == ("ticket 4711", False)
    assert "ticket 4711" in html(staff, path)


def test_dropping_and_then_finishing_is_refused_in_words(staff: Client) -> None:
    path = f"/console/tasks/{a_task()}/"
    staff.post(path, {"act": "drop", "proof": "asked twice"})
    late = staff.post(path, {"act": "finish", "proof": "done"})
    assert late.status_code == 422
    assert queries.open_tasks(state="dropped")


def test_tasks_are_paged_and_a_made_up_place_is_refused(staff: Client) -> None:
    for n in range(53):
        a_task(f"{n:03}", days=n)
    first = staff.get("/console/tasks/")
    more = first.context["more"]
    rest = html(staff, more)
    assert "(052)" in rest
    assert "(000)" not in rest
    assert staff.get("/console/tasks/?after=nonsense").status_code == 400
    assert staff.get("/console/tasks/?state=nonsense").context["state"] == "open"


def test_the_style_guide_shows_every_component(staff: Client) -> None:
    page = staff.get("/console/styleguide/")
    used = {template.name for template in page.templates if template.name}
    from pathlib import Path

    import troth.web

    folder = Path(troth.web.__file__).parent / "templates" / "components"
    assert {f"components/{path.name}" for path in folder.glob("*.html")} - used == set()
