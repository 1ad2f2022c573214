"""Background work on the log. Both tasks take no personal data, repeat safely and never run beside themselves."""

from procrastinate.contrib.django import app

from troth import ground
from troth.evidence import services


@app.periodic(cron="* * * * * */5")
@app.task(name="evidence.sequence", queue="evidence", queueing_lock="evidence.sequence")
def sequence(timestamp: int) -> None:
    """Give waiting entries their place, every five seconds."""
    services.sequence(ground.clock())


@app.periodic(cron="*/5 * * * *")
@app.task(name="evidence.checkpoint", queue="evidence", queueing_lock="evidence.checkpoint")
def checkpoint(timestamp: int) -> None:
    """Sign the log as it stands, every five minutes if it grew."""
    services.checkpoint(ground.clock())
