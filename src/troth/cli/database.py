"""What a command needs before it touches the database."""

from troth import ground
from troth.cli.output import Exit, fail


def ready() -> None:
    """Bring up Django and a database that fits it.

    The embedded database is brought up to date by itself; one that was given to us only by `troth migrate`. Leaves
    with exit code 3 and the next step where that is missing, or the database does not answer.
    """
    from django.db.utils import OperationalError

    try:
        ground.setup()
        _fit()
    except RuntimeError as problem:
        fail(str(problem), Exit.UNKNOWN)
    except OperationalError:
        fail("the database does not answer", Exit.UNKNOWN, help="check TROTH_DATABASE_URL, and that the server runs")


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
