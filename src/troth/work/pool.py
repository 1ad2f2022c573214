"""A worker's connections: statements commit by themselves, and an idle connection is asked only when it stirs.

A server that goes away says so, or its end of the connection closes: either can be seen at the socket without a word to
the server. Procrastinate and Django would each send a statement before every job to learn the same.

That a job was taken, or ended, need not be on the disk before the worker goes on. What a job does commits as always;
should the server itself crash, jobs of its last moment may run once more, as they may when a worker does. That a job
failed or is to be tried again is on the disk at once.
"""

import select
import time
from typing import TYPE_CHECKING, Any, LiteralString

from django.db import connections, reset_queries
from procrastinate import PsycopgConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.sql import queries
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from troth.prepared import PREPARED_AFTER

if TYPE_CHECKING:
    from procrastinate.job_context import JobContext
    from procrastinate.middleware import SyncCallNext
    from procrastinate.worker import Worker

_NEED_NOT_LAST = " from set_config('synchronous_commit', 'off', true)"
_UNHURRIED = {
    queries["fetch_job"]: queries["fetch_job"].rstrip().rstrip(";") + _NEED_NOT_LAST.replace(" from ", ", "),
    queries["finish_job"]: queries["finish_job"].rstrip().rstrip(";") + _NEED_NOT_LAST,
}
"""Procrastinate's statements, whose commit is not waited for: the setting holds for the statement's transaction."""


def connector(alias: str) -> PsycopgConnector:
    """A connector for a worker, to the database Django calls `alias`, with a pool of its own."""
    settings = {**connector_params(alias), "prepare_threshold": PREPARED_AFTER}
    return _Connector(pool_factory=_pool, kwargs=settings, configure=_alone)


class _Connector(PsycopgConnector):
    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        if arguments.get("status") != "failed":
            query = _UNHURRIED.get(query, query)
        await super().execute_query_async(query, **arguments)

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        row: dict[str, Any] = await super().execute_query_one_async(_UNHURRIED.get(query, query), **arguments)
        return row


def stirs(descriptor: int) -> bool:
    """Whether the server's end of an idle connection sent something, or closed. Takes no time."""
    looking = select.poll()
    looking.register(descriptor, select.POLLIN | select.POLLERR | select.POLLHUP)
    return bool(looking.poll(0))


def between_jobs(call_next: "SyncCallNext", _context: "JobContext", _worker: "Worker") -> Any:
    """Around each job: Django's connection of this thread is kept while it is whole and young enough."""
    _let_go()
    try:
        return call_next()
    finally:
        _let_go()
        reset_queries()


def _let_go() -> None:
    """Close a connection that failed, is too old or is dead; any other may keep its statements."""
    for made in connections.all(initialized_only=True):
        inner = made.connection
        if inner is None or made.in_atomic_block:
            continue
        old = made.close_at is not None and time.monotonic() >= made.close_at
        if made.errors_occurred or old or inner.closed or stirs(inner.fileno()):
            made.close_if_unusable_or_obsolete()
        else:
            inner.prepare_threshold = PREPARED_AFTER


def _pool(**settings: Any) -> AsyncConnectionPool:
    return AsyncConnectionPool(**{**settings, "check": _check})


async def _check(connection: AsyncConnection[Any]) -> None:
    if connection.closed or stirs(connection.fileno()):
        await AsyncConnectionPool.check_connection(connection)


async def _alone(connection: AsyncConnection[Any]) -> None:
    """Each of Procrastinate's statements is a transaction by itself: it needs no begin and no commit."""
    await connection.set_autocommit(True)
