"""The checks run every hour, so that a broken promise is seen the same day."""

from procrastinate.contrib.django import app

from troth import ground
from troth.verification import services


@app.periodic(cron="41 * * * *")
@app.task(name="verification.run", queue="verification", queueing_lock="verification.run")
def run(timestamp: int) -> None:
    try:
        services.run(ground.clock())
    except services.NothingPublished:
        return
