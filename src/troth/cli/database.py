"""What a command needs before it touches the database, and how it says that it could not be read."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager

from troth import ground, postgres
from troth.cli.output import Exit, fail


def ready() -> None:
    """Bring up Django and a database that fits it.

    The embedded database is brought up to date by itself; one that was given to us only by `troth migrate`. Its
    server ends with the command that started it, unless others use it by then. Leaves with exit code 3 and the next
    step where the database lacks something or does not answer.
    """
    from django.db.utils import OperationalError

    end_with_us()
    try:
        ground.setup()
        _fit()
    except RuntimeError as problem:
        fail(str(problem), Exit.UNKNOWN)
    except OperationalError:
        fail("the database does not answer", Exit.UNKNOWN, help="check TROTH_DATABASE_URL, and that the server runs")


def end_with_us() -> None:
    """A server that only this command needs does not stay behind. Call it before anything starts one."""
    from django.db import connections

    settings = ground.settings()
    if not settings.database_url and postgres.pid(settings.home) is None:
        postgres.stop_on_exit(settings.home)
        atexit.register(connections.close_all)  # runs before the above: our own connections keep nothing up


def _fit() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from troth.work import schema

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not pending:
        return
    if ground.settings().database_url:
        fail(f"the database lacks {len(pending)} migrations", Exit.UNKNOWN, help="run `troth migrate`, then this again")
    schema.migrate()


@contextmanager
def reading() -> Iterator[None]:
    """A database that does not answer ends the command with 3, in words."""
    from django.db import DatabaseError

    try:
        yield
    except DatabaseError as problem:
        fail(f"the database could not be read ({type(problem).__name__}); is it up and migrated?", Exit.UNKNOWN)
