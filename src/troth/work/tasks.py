"""Housekeeping of the background work itself."""

from datetime import timedelta

from procrastinate import JobContext
from procrastinate.contrib.django import app

from troth import ground

KEEP_SUCCEEDED_H = 24
KEEP_FAILED_H = 24 * 30
KEEP_CLAIMS = timedelta(days=400)


@app.periodic(cron="23 * * * *")
@app.task(name="work.remove_finished", queueing_lock="work.remove_finished", pass_context=True)
async def remove_finished(context: JobContext, timestamp: int) -> None:
    """Remove jobs that succeeded a day ago, and those that failed or were stopped a month ago."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(KEEP_SUCCEEDED_H)
    await manager.delete_old_jobs(KEEP_FAILED_H, include_failed=True, include_cancelled=True, include_aborted=True)


@app.periodic(cron="* * * * *")
@app.task(name="work.report_failed", queueing_lock="work.report_failed")
def report_failed(timestamp: int) -> None:
    """Make every job that gave up visible as a staff task."""
    from troth.work import services

    services.report_failed_jobs(now=ground.clock())


@app.periodic(cron="41 3 * * *")
@app.task(name="work.forget_claims", queueing_lock="work.forget_claims")
def forget_claims(timestamp: int) -> None:
    from troth.work import services

    services.forget_done(older_than=KEEP_CLAIMS, now=ground.clock())
