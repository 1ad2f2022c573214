"""Statements that run for every job: each connection parses and plans them once."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

Row = tuple[Any, ...]


def rows(statement: str, values: Sequence[Any]) -> list[Row]:
    """What a statement gives, in the caller's transaction if there is one. The server binds `values`.

    `statement` must be a constant: every different text is kept by the connection. Raises Django's database errors.
    """
    connection.ensure_connection()
    inner = connection.connection
    inner.prepare_threshold = 0
    with connection.wrap_database_errors, psycopg.Cursor(inner) as cursor:
        connection.validate_no_broken_transaction()
        cursor.execute(statement, values, prepare=True)
        return cursor.fetchall() if cursor.description else []
