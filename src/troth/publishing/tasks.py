"""Background work of publishing: ids only, each safe to repeat."""

from uuid import UUID

from procrastinate.contrib.django import app

from troth import ground
from troth.publishing import services
from troth.work.retry import Backoff


@app.task(name="publishing.tell", queue="publishing", retry=Backoff())
def tell(publication: str) -> None:
    """Tell everybody who waits, a batch a transaction."""
    while services.tell(UUID(publication), ground.clock()):
        pass


@app.periodic(cron="* * * * *")
@app.task(name="publishing.take-effect", queue="publishing", queueing_lock="publishing.take-effect")
def take_effect(timestamp: int) -> None:
    """What follows from a version whose day has come, within a minute."""
    services.take_effect(ground.clock())


@app.task(name="publishing.take-effect-now", queue="publishing", retry=Backoff())
def take_effect_now() -> None:
    """The same, at once after publishing a version whose day has come already."""
    services.take_effect(ground.clock())


@app.periodic(cron="7 * * * *")
@app.task(name="publishing.follow", queue="publishing", queueing_lock="publishing.follow")
def follow(timestamp: int) -> None:
    """People who came since, and letters whose task gave up, every hour."""
    for publication in services.follow(ground.clock()):
        tell_later(publication)


def tell_later(publication_id: UUID) -> None:
    tell.defer(publication=str(publication_id))


def take_effect_later() -> None:
    take_effect_now.defer()
