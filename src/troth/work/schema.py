"""Tables brought up to date, by one process at a time."""

from contextlib import closing

from troth import ground

_LOCK = 0x54726F7468  # "Troth"


def migrate() -> int:
    """Apply what is missing of the tables; returns how many steps. Of several processes one acts, the others wait."""
    import psycopg
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with closing(psycopg.connect(ground.database_url(), autocommit=True)) as guard:
        guard.execute("select pg_advisory_lock(%s)", [_LOCK])  # freed when the connection ends, however it ends
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            call_command("migrate", interactive=False, verbosity=0)
    return len(missing)
