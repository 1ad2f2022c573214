"""Background work of requests: ids only, each safe to repeat."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from troth import ground
from troth.requests.services import answer as answering
from troth.requests.services import hands, keeping, rechecking, steps
from troth.retention import queries as retention
from troth.work.retry import Backoff


@app.task(name="requests.step", queue="requests", retry=Backoff())
def step(step: str) -> None:
    steps.run_step(UUID(step), ground.clock())


@app.task(name="requests.advance", queue="requests", retry=Backoff(cap=timedelta(minutes=15)))
def advance(request: str) -> None:
    steps.advance_again(UUID(request), ground.clock())


@app.task(name="requests.answer", queue="requests", retry=Backoff())
def answer(request: str) -> None:
    answering.answer(UUID(request), ground.clock())


@app.task(name="requests.complete", queue="requests", retry=Backoff())
def complete(request: str) -> None:
    answering.complete(UUID(request), ground.clock())


@app.periodic(cron="* * * * *")
@app.task(name="requests.tend", queue="requests", queueing_lock="requests.tend")
def tend(timestamp: int) -> None:
    """Steps that staff finished, and systems that may answer again."""
    hands.tend(ground.clock())


@app.periodic(cron="7 4 * * *")
@app.task(name="requests.recheck", queue="requests", queueing_lock="requests.recheck")
def look_once_more(timestamp: int) -> None:
    """A week after an erasure: is it still gone?"""
    rechecking.recheck(ground.clock())


@app.periodic(cron="29 4 * * *")
@app.task(name="requests.keep", queue="requests", queueing_lock="requests.keep")
def keep_no_longer(timestamp: int) -> None:
    """Requests have a retention of their own. Where the clock may have jumped, staff look first (retention.sweep)."""
    now = ground.clock()
    if not retention.clock_doubtful(now):
        keeping.keep(now)


def step_later(step_id: UUID, after: timedelta = timedelta(0)) -> None:
    step.configure(schedule_in={"seconds": max(0, int(after.total_seconds()))}).defer(step=str(step_id))


def steps_later(step_ids: Iterable[UUID]) -> None:
    """Steps that may begin now, in one statement."""
    jobs: list[dict[str, JSONValue]] = [{"step": str(id)} for id in step_ids]
    if jobs:
        step.batch_defer(*jobs)


def advance_later(request_id: UUID) -> None:
    advance.configure(schedule_in={"seconds": 60}).defer(request=str(request_id))


def answer_later(request_id: UUID) -> None:
    answer.defer(request=str(request_id))


def complete_later(request_id: UUID) -> None:
    complete.defer(request=str(request_id))
