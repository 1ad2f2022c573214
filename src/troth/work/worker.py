"""A worker: takes jobs from the database and runs them, and takes over the jobs of workers that died."""

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate import App
from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.db_cleanup import close_db_connections_async
from procrastinate.contrib.django.django_connector import DjangoConnector

from troth.work import pool

logger = logging.getLogger(__name__)

HEARTBEAT_S = 2.0
STALLED_S = 7.0  # a worker silent for longer counts as dead: its jobs run again
RESCUE_EVERY_S = 1.5
GONE_S = 60.0  # and after this its row goes
LOOK_EVERY_S = 1.0  # for jobs that became due; new ones announce themselves

# one statement, so that two rescuers never take the same job, nor one that meanwhile ended or was taken over;
# a job that keeps taking its worker down with it waits longer each time, and lets the others pass
_RESCUE = """
with stalled as (
    select j.id, j.attempts from procrastinate_jobs j
    where j.status = 'doing' and not exists (
        select 1 from procrastinate_workers w
        where w.id = j.worker_id and w.last_heartbeat > now() - make_interval(secs => %(stalled)s))
    for update of j skip locked
)
select count(procrastinate_retry_job_v2(
    id, now() + make_interval(secs => case when attempts < 3 then 0 else least(2 ^ attempts, 3600) end),
    null, null, null)::text) as rescued
from stalled
"""


def run_worker(*, concurrency: int = 4, name: str = "worker", stop: threading.Event | None = None) -> None:
    """Work until SIGTERM or SIGINT (in the main thread) or until `stop` is set; jobs begun are finished first.

    `concurrency` is how many jobs run at once, each in a thread. Raises when the database is lost: whoever started
    the worker starts it again. Needs `ground.setup()`.
    """
    asyncio.run(_work(worker_app(), concurrency, name, stop))


def worker_app() -> App:
    """The app with a connection pool of its own; its tasks still defer jobs through Django's, in its transactions."""
    connector = django_app.connector
    if not isinstance(connector, DjangoConnector):
        raise TypeError("the background work is not set up on Django's database; see PROCRASTINATE_* in the settings")
    django_app.perform_import_paths()  # type: ignore[no-untyped-call]
    around = WorkerOptions(task_middleware=[pool.between_jobs, close_db_connections_async])
    app = App(connector=pool.connector(connector.alias), worker_defaults=around)
    app.tasks = django_app.tasks
    app.periodic_registry = django_app.periodic_registry
    return app


async def rescue(app: App) -> int:
    """Put the jobs of dead workers back in the queue, at once; returns how many."""
    row = await app.connector.execute_query_one_async(_RESCUE, stalled=STALLED_S)
    return int(row["rescued"])


async def _work(app: App, concurrency: int, name: str, stop: threading.Event | None) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(concurrency + 4, thread_name_prefix="job"))
    async with app.open_async():
        work = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency,
                name=name,
                fetch_job_polling_interval=LOOK_EVERY_S,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=GONE_S,
            )
        )
        beside = [asyncio.create_task(_keep_rescuing(app)), asyncio.create_task(_stop_when_asked(work, stop))]
        try:
            await work
        except asyncio.CancelledError:
            if not (stop and stop.is_set()):
                raise
        finally:
            for task in beside:
                task.cancel()
            await sync_to_async(connections.close_all)()  # the one that deferred the periodic jobs


async def _keep_rescuing(app: App) -> None:
    while True:
        await asyncio.sleep(RESCUE_EVERY_S)
        try:
            rescued = await rescue(app)
        except Exception:
            logger.warning("could not look for jobs of dead workers; trying again", exc_info=True)
        else:
            if rescued:
                logger.warning("took over %d jobs of workers that died", rescued)


async def _stop_when_asked(work: "asyncio.Task[None]", stop: threading.Event | None) -> None:
    while stop and not stop.is_set():
        await asyncio.sleep(0.05)
    if stop:
        work.cancel()  # the worker takes this as a request to finish its jobs and leave
