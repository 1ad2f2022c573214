"""Statements that run for every job or visitor: bound by the server, and in a worker planned once a connection."""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection

PREPARED_AFTER = 5
"""A worker's connection keeps a statement that was run so often on it. It has a session to itself; behind a pooler,
where web servers may be, nothing is kept."""

Row = tuple[Any, ...]


def rows(statement: LiteralString, values: Sequence[Any]) -> list[Row]:
    """What a statement gives, in the caller's transaction if there is one. Raises Django's database errors."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
