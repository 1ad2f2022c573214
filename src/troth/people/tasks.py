"""Background work on keys; the tasks take no personal data and repeat safely."""

from procrastinate.contrib.django import app

from troth import ground
from troth.people import services


@app.periodic(cron="* * * * *")
@app.task(name="people.finish_destroying", queueing_lock="people.finish_destroying")
def finish_destroying(timestamp: int) -> None:
    """Destroy keys whose people are erased, should a kill have come between; every minute."""
    services.finish_destroying(ground.clock())


@app.periodic(cron="41 * * * *")
@app.task(name="people.sweep_orphan_keys", queueing_lock="people.sweep_orphan_keys")
def sweep_orphan_keys(timestamp: int) -> None:
    """Destroy keys that never got a person, every hour."""
    services.sweep_orphan_keys(ground.clock())


@app.periodic(cron="53 3 * * *")
@app.task(name="people.close_entries", queueing_lock="people.close_entries")
def close_entries(timestamp: int) -> None:
    """Drop identifiers the erasure register needs no more, every night."""
    services.close_entries(ground.clock())
