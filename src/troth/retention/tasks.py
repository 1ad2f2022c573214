"""The nightly sweep."""

from procrastinate.contrib.django import app

from troth import ground
from troth.retention import services


@app.periodic(cron="17 2 * * *")
@app.task(name="retention.sweep", queue="retention", queueing_lock="retention.sweep")
def sweep(timestamp: int) -> None:
    try:
        services.sweep_unattended(ground.clock())
    except services.NothingPublished:
        return
