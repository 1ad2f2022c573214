"""Background jobs that gave up: made visible, and tried again when a person says so."""

from datetime import datetime

from django.db import connection
from procrastinate.contrib.django import app

from troth.work import services

_UNREPORTED = """
select j.id, j.task_name from procrastinate_jobs j
where j.status = 'failed' and not exists (select 1 from work_stafftask t where t.key = 'job:' || j.id)
order by j.id limit 200
"""


def report(now: datetime) -> int:
    """Open a staff task for each failed job that has none yet; returns how many were opened."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREPORTED)
        failed = cursor.fetchall()
    for job, name in failed:
        services.open_task(
            kind="job",
            title=f"Background work gave up: {name}",
            instructions=(
                f"Job {job} failed and is not tried again by itself. The worker's log says why. "
                f"Mend the cause, then run the job again; say here what was done."
            ),
            subject=("job", str(job)),
            key=f"job:{job}",
            now=now,
        )
    return len(failed)


def retry(job_id: int, now: datetime) -> None:
    """Run a failed job again from `now` on. Raises services.TaskError if there is no such failed job."""
    from procrastinate.exceptions import ConnectorException

    try:
        app.job_manager.retry_job_by_id(job_id, retry_at=now)
    except ConnectorException:
        raise services.TaskError(f"there is no failed job {job_id}") from None
