"""A worker's connections: one that died between two jobs is replaced; what a job writes is on the disk as always."""

import asyncio
from typing import Any

import psycopg
import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.periodic import PeriodicRegistry

from troth.prepared import rows
from troth.work.pool import stirs
from troth.work.worker import worker_app

served: list[tuple[int, str]] = []
_OTHERS = (
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
)


@app.task(name="test.ask")
def ask() -> None:
    served.append(rows("select pg_backend_pid(), current_setting('synchronous_commit')", [])[0])


@app.task(name="test.ask_then_cut")
def ask_then_cut() -> None:
    """Every other connection dies: the worker's pool among them."""
    served.append(rows("select pg_backend_pid(), current_setting('synchronous_commit')", [])[0])
    rows(_OTHERS, [])


@app.task(name="test.cut_after")
def cut_after() -> None:
    """Its own connection dies when it is done with it."""
    ((mine, _),) = rows("select pg_backend_pid(), ''", [])
    served.append((mine, ""))
    with psycopg.connect(**_parameters(), autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [mine])


def _parameters() -> dict[str, Any]:
    known = connection.get_connection_params()
    return {name: known[name] for name in ("dbname", "user", "host", "port", "password") if name in known}


@pytest.fixture(autouse=True)
def _clean(transactional_db: None) -> None:
    served.clear()
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")


def work_off() -> None:
    worker = worker_app()
    worker.periodic_registry = PeriodicRegistry()  # type: ignore[no-untyped-call]

    async def run() -> None:
        async with worker.open_async():
            await worker.run_worker_async(wait=False, install_signal_handlers=False, concurrency=1, listen_notify=False)

    asyncio.run(run())
    connection.close()  # this test's own may be among the dead


def states() -> list[tuple[str, str]]:
    return [
        (task, state) for task, state in rows("select task_name, status::text from procrastinate_jobs order by id", [])
    ]


def test_a_connection_that_was_cut_stirs_and_a_quiet_one_does_not() -> None:
    with psycopg.connect(**_parameters(), autocommit=True) as quiet:
        assert not stirs(quiet.fileno())
        rows("select pg_terminate_backend(%s, 5000)", [quiet.info.backend_pid])
        assert stirs(quiet.fileno())


def test_a_job_s_connection_that_died_is_replaced_before_the_next_job() -> None:
    cut_after.defer()
    ask.defer()
    work_off()
    assert states() == [("test.cut_after", "succeeded"), ("test.ask", "succeeded")]
    (before, _), (after, _) = served
    assert before != after


def test_a_worker_whose_own_connections_died_goes_on() -> None:
    ask_then_cut.defer()
    ask.defer()
    work_off()
    assert states() == [("test.ask_then_cut", "succeeded"), ("test.ask", "succeeded")]


def test_what_a_job_writes_waits_for_the_disk() -> None:
    ask.defer()
    ask.defer()
    work_off()
    assert [setting for _, setting in served] == ["on", "on"]


def test_a_worker_keeps_statements_that_run_often() -> None:
    for _ in range(8):
        kept.defer()
    work_off()
    assert served[-1][1] == "kept"


@app.task(name="test.kept")
def kept() -> None:
    known = rows("select count(*) from pg_prepared_statements where statement like %s", ["%pg_prepared_statements%"])
    served.append((0, "kept" if known[0][0] else ""))


def test_elsewhere_nothing_is_kept_as_behind_a_pooler() -> None:
    for _ in range(8):
        assert rows("select count(*) from pg_prepared_statements", []) == [(0,)]
