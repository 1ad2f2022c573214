"""Background work of the messages room."""

from uuid import UUID

from procrastinate.contrib.django import app

from troth import ground
from troth.work.retry import Backoff


@app.task(name="messages.deliver", retry=Backoff(attempts=60))
def deliver(message_id: str) -> None:
    from troth.messages import delivery

    delivery.deliver(UUID(message_id), ground.clock())


@app.periodic(cron="17 3 * * *")
@app.task(name="messages.wipe_old", queueing_lock="messages.wipe_old")
def wipe_old(timestamp: int) -> None:
    from troth.messages import services

    services.wipe_old(ground.clock())
