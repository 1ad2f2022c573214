"""Background work: jobs of dead workers, jobs that give up, and what a job defers."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicRegistry

from troth.work import queries, schema, services
from troth.work.retry import Backoff
from troth.work.worker import rescue, run_worker, worker_app

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ran: list[str] = []


class Broken(Exception):
    consequence = "stop"


@app.task(name="test.note")
def note(word: str) -> None:
    ran.append(word)


@app.task(name="test.fail", retry=Backoff())
def fail() -> None:
    raise Broken("for good")


@app.task(name="test.defer_then_fail")
def defer_then_fail() -> None:
    with transaction.atomic():
        note.defer(word="from a rolled back transaction")
        transaction.set_rollback(True)
    with transaction.atomic():
        note.defer(word="from a committed one")


@pytest.fixture(autouse=True)
def _clean(transactional_db: None) -> None:
    """The queue's tables are not Django's to empty between tests."""
    ran.clear()
    sql("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")


def work_off() -> None:
    """Run what is due, with a real worker, then return."""
    worker = worker_app()
    worker.periodic_registry = PeriodicRegistry()  # the rooms' own housekeeping has no part in these tests

    async def run() -> None:
        async with worker.open_async():
            await worker.run_worker_async(wait=False, install_signal_handlers=False)

    asyncio.run(run())


def rescue_now() -> int:
    worker = worker_app()

    async def run() -> int:
        async with worker.open_async():
            return await rescue(worker)

    return asyncio.run(run())


def sql(statement: str, *args: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, args)
        return cursor.fetchall() if cursor.description else []


def doing(*, heartbeat_s: int | None, attempts: int = 0) -> int:
    """A job that a worker with so old a heartbeat (None: no such worker any more) had begun."""
    job = note.defer(word="x")
    worker = None
    if heartbeat_s is not None:
        make = (
            "insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s)) returning id"
        )
        ((worker,),) = sql(make, heartbeat_s)
    change = "update procrastinate_jobs set status = 'doing', worker_id = %s, attempts = %s where id = %s"
    sql(change, worker, attempts, job)
    return job


def test_a_job_is_deferred_with_its_cause_and_run() -> None:
    with transaction.atomic():
        note.defer(word="never")
        transaction.set_rollback(True)
    with transaction.atomic():
        note.defer(word="once")
    work_off()
    assert ran == ["once"]


def test_what_a_job_defers_belongs_to_the_job_s_own_transaction() -> None:
    defer_then_fail.defer()
    work_off()
    assert ran == ["from a committed one"]


def test_jobs_of_dead_workers_run_again_and_those_of_live_ones_are_left_alone() -> None:
    dead, gone, live = doing(heartbeat_s=60), doing(heartbeat_s=None), doing(heartbeat_s=1)
    assert rescue_now() == 2
    assert rescue_now() == 0
    states = dict(sql("select id, status::text from procrastinate_jobs"))
    assert states == {dead: "todo", gone: "todo", live: "doing"}
    work_off()
    assert ran == ["x", "x"]


def test_a_job_that_keeps_killing_its_worker_waits_ever_longer() -> None:
    job = doing(heartbeat_s=60, attempts=10)
    assert rescue_now() == 1
    ((due,),) = sql("select scheduled_at > now() + interval '15 minutes' from procrastinate_jobs where id = %s", job)
    assert due


def test_a_job_that_gives_up_becomes_one_staff_task_and_can_be_run_again() -> None:
    job = fail.defer()
    work_off()
    assert [(found.id, found.task) for found in queries.failed_jobs()] == [(job, "test.fail")]
    assert services.report_failed_jobs(NOW) == 1
    assert services.report_failed_jobs(NOW) == 0
    (task,) = queries.open_tasks()
    assert task.subject == ("job", str(job))
    services.retry_failed_job(job, now=NOW)
    assert queries.failed_jobs() == ()
    assert queries.job_counts() == {"todo": 1}
    with pytest.raises(services.TaskError, match="no failed job"):
        services.retry_failed_job(job, now=NOW)


def test_a_worker_stops_when_asked_and_finishes_what_it_began() -> None:
    stop, begun = threading.Event(), threading.Event()
    finish = threading.Event()

    @app.task(name="test.slow")
    def slow() -> None:
        begun.set()
        finish.wait(10)
        ran.append("finished")

    slow.defer()
    worker = threading.Thread(target=run_worker, kwargs={"concurrency": 2, "stop": stop})
    worker.start()
    assert begun.wait(10)
    stop.set()
    finish.set()
    worker.join(10)
    assert not worker.is_alive()
    assert ran == ["finished"]
    assert sql("select task_name, worker_id from procrastinate_jobs where status = 'doing'") == []


def test_every_room_s_tasks_are_known_to_the_worker() -> None:
    assert {"messages.deliver", "work.report_failed", "evidence.sequence"} <= set(worker_app().tasks)


def test_bringing_up_tables_that_are_up_to_date_does_nothing() -> None:
    assert schema.migrate() == 0
