"""Background work on the log. Both tasks take no personal data, repeat safely and never queue up behind themselves."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from troth import ground
from troth.evidence import services

# After 3, 9, 27 … seconds, giving up after 2.7 hours. While a try waits, the queueing lock keeps new ticks out: a
# damaged log makes one failed job every few hours, not one every five seconds.
_RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)


@app.periodic(cron="* * * * * */5")
@app.task(name="evidence.sequence", queue="evidence", queueing_lock="evidence.sequence", retry=_RETRY)
def sequence(timestamp: int) -> None:
    """Give waiting entries their place, every five seconds."""
    services.sequence(ground.clock())


@app.periodic(cron="*/5 * * * *")
@app.task(name="evidence.checkpoint", queue="evidence", queueing_lock="evidence.checkpoint", retry=_RETRY)
def checkpoint(timestamp: int) -> None:
    """Sign the log as it stands, every five minutes if it grew."""
    services.checkpoint(ground.clock())
