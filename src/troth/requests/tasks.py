"""Background work of requests: ids only, each safe to repeat."""

from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app

from troth import ground
from troth.requests.services import answer as answering
from troth.requests.services import steps
from troth.work.retry import Backoff


@app.task(name="requests.step", queue="requests", retry=Backoff())
def step(step: str) -> None:
    steps.run_step(UUID(step), ground.clock())


@app.task(name="requests.answer", queue="requests", retry=Backoff())
def answer(request: str) -> None:
    answering.answer(UUID(request), ground.clock())


def step_later(step_id: UUID, after: timedelta = timedelta(0)) -> None:
    step.configure(schedule_in={"seconds": max(0, int(after.total_seconds()))}).defer(step=str(step_id))


def answer_later(request_id: UUID) -> None:
    answer.defer(request=str(request_id))
