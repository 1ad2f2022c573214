"""Background work of sharing: ids only, each safe to repeat."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from troth import ground
from troth.sharing import services
from troth.work.retry import Backoff


@app.task(name="sharing.deliver", queue="sharing", retry=Backoff())
def deliver(delivery: str) -> None:
    services.deliver(UUID(delivery), ground.clock())


@app.task(name="sharing.suppress", queue="sharing", retry=Backoff())
def suppress(suppression: str) -> None:
    services.suppress(UUID(suppression), ground.clock())


@app.task(name="sharing.check-suppression", queue="sharing", retry=Backoff())
def check_suppression(suppression: str) -> None:
    services.continue_suppression(UUID(suppression), ground.clock())


@app.periodic(cron="* * * * *")
@app.task(name="sharing.follow", queue="sharing", queueing_lock="sharing.follow")
def follow(timestamp: int) -> None:
    services.follow(ground.clock())


def deliver_later(delivery_ids: Iterable[UUID]) -> None:
    jobs: list[dict[str, JSONValue]] = [{"delivery": str(delivery_id)} for delivery_id in delivery_ids]
    if jobs:
        deliver.batch_defer(*jobs)


def suppress_later(suppression_id: UUID) -> None:
    suppress.defer(suppression=str(suppression_id))


def suppress_all_later(suppression_ids: Iterable[UUID]) -> None:
    jobs: list[dict[str, JSONValue]] = [{"suppression": str(suppression_id)} for suppression_id in suppression_ids]
    if jobs:
        suppress.batch_defer(*jobs)


def check_suppression_later(suppression_id: UUID, after: timedelta) -> None:
    check_suppression.configure(schedule_in={"seconds": int(after.total_seconds())}).defer(
        suppression=str(suppression_id)
    )
