"""How old the oldest row of a table is."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, func, select

from troth.systems.sql.compose import Reach


def oldest(connection: Connection, reach: Reach, table: str, column: str) -> str | None:
    """The oldest time in ISO form, in UTC where the column knows its zone."""
    here = reach.at(table)
    age: Any = connection.execute(select(func.min(reach.column(here, table, column)))).scalar()
    if isinstance(age, str):  # SQLite has no type for times
        try:
            age = datetime.fromisoformat(age)
        except ValueError:
            return str(age)
    if isinstance(age, datetime) and age.tzinfo:
        age = age.astimezone(UTC)
    return age.isoformat() if isinstance(age, date) else None if age is None else str(age)
