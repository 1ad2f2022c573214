"""Staff tasks and effects that happen once, in a real database."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from troth.evidence import queries as evidence
from troth.work import queries, services
from troth.work.models import Done, StaffTask

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def open_one(key: str, *, due: datetime | None = None, now: datetime = NOW, system: str | None = None) -> UUID:
    return services.open_task(
        kind="erase by hand",
        title="Erase in Zoom",
        instructions="See the request.",
        subject=("request", "r1"),
        system=system,
        due_at=due,
        key=key,
        now=now,
    )


def kinds() -> list[str]:
    return [entry.kind for entry in evidence.entries(limit=50)]


@pytest.mark.django_db
def test_one_key_is_one_task_even_when_it_is_done() -> None:
    first = open_one("k")
    assert open_one("k") == first
    services.finish_task(first, by="7", proof="screenshot 12", now=NOW)
    assert open_one("k") == first
    task = queries.task(first)
    assert task is not None
    assert (task.state, task.done_by, task.proof, task.done_at) == ("done", "7", "screenshot 12", NOW)
    assert sorted(kinds()) == ["task.done", "task.opened"]


@pytest.mark.django_db
def test_finishing_twice_changes_nothing_and_a_dropped_task_cannot_be_done() -> None:
    task = open_one("k")
    services.finish_task(task, by="7", proof="p", now=NOW)
    services.finish_task(task, by="8", proof="q", now=NOW + HOUR)
    found = queries.task(task)
    assert found is not None
    assert found.done_by == "7"
    other = open_one("other")
    services.drop_task(other, by="7", reason="asked twice", now=NOW)
    with pytest.raises(services.TaskError, match="dropped"):
        services.finish_task(other, by="7", proof="p", now=NOW)
    with pytest.raises(services.TaskError, match="no task"):
        services.finish_task(uuid4(), by="7", proof="p", now=NOW)
    assert queries.counts() == {"done": 1, "dropped": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("by, proof", [("7", " "), ("", "p"), ("ada@example.org", "p")])
def test_a_task_is_closed_with_proof_by_a_staff_id(by: str, proof: str) -> None:
    task = open_one("k")
    with pytest.raises(ValueError) as refused:
        services.finish_task(task, by=by, proof=proof, now=NOW)
    assert "example.org" not in str(refused.value)
    assert queries.counts() == {"open": 1}


@pytest.mark.django_db
def test_proof_stays_out_of_the_evidence() -> None:
    services.finish_task(open_one("k"), by="7", proof="called Ada Lovelace", now=NOW)
    assert "Lovelace" not in repr(list(evidence.entries(limit=50)))


@pytest.mark.django_db
def test_the_soonest_due_come_first_and_pages_miss_and_repeat_none() -> None:
    for n in range(7):
        open_one(f"late{n}", due=NOW + (n % 3) * HOUR)
        open_one(f"open-ended{n}", now=NOW + (n % 2) * HOUR)
    whole = queries.open_tasks(limit=100)
    assert [task.due_at is None for task in whole] == [False] * 7 + [True] * 7
    assert list(whole) == sorted(whole, key=lambda t: t.cursor)
    paged: list[queries.TaskView] = []
    while page := queries.open_tasks(limit=3, after=paged[-1].cursor if paged else None):
        paged += page
    assert paged == list(whole)
    with pytest.raises(ValueError, match="place in the list"):
        queries.open_tasks(after="nonsense")


@pytest.mark.django_db
def test_filters() -> None:
    zoom, other = open_one("a", system="zoom"), open_one("b")
    services.finish_task(other, by="7", proof="p", now=NOW)
    assert [task.id for task in queries.open_tasks(system="zoom")] == [zoom]
    assert [task.id for task in queries.open_tasks(state="done")] == [other]
    assert {task.id for task in queries.open_tasks(state=None, subject=("request", "r1"))} == {zoom, other}
    assert queries.open_tasks(kind="another kind") == ()


@pytest.mark.django_db
def test_a_key_is_claimed_once_and_needs_a_transaction_of_the_effect() -> None:
    with transaction.atomic():
        assert services.once("effect:1")
        assert not services.once("effect:1")
        assert services.once("effect:2")
    for bad in ("", "x" * 201):
        with pytest.raises(ValueError):
            services.once(bad)


@pytest.mark.django_db(transaction=True)
def test_a_claim_is_undone_with_its_transaction() -> None:
    with transaction.atomic():
        assert services.once("effect")
        transaction.set_rollback(True)
    with transaction.atomic():
        assert services.once("effect")
    with pytest.raises(RuntimeError, match="transaction"):
        services.once("effect")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_has_the_claim_and_one_opens_the_task() -> None:
    won: list[bool] = []
    tasks: list[UUID] = []

    def run() -> None:
        with transaction.atomic():
            won.append(services.once("effect"))
        tasks.append(open_one("k"))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    assert len(set(tasks)) == 1
    assert StaffTask.objects.count() == 1
    assert kinds() == ["task.opened"]


@pytest.mark.django_db
def test_old_claims_are_forgotten() -> None:
    Done.objects.create(key="old", at=NOW - timedelta(days=401))
    Done.objects.create(key="young", at=NOW - timedelta(days=399))
    assert services.forget_done(older_than=timedelta(days=400), now=NOW) == 1
    assert list(Done.objects.values_list("key", flat=True)) == ["young"]


@given(st.text(max_size=60))
def test_any_text_is_either_a_place_in_the_list_or_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="place in the list"):
        queries._after(text)
