"""Every kind of database we know. Each is imported when it is asked for: drivers take longer to load than to ask."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module

from sqlalchemy import Connection

from troth.systems.sql.dialects.base import Dialect


@dataclass(frozen=True)
class Kind:
    """Where a dialect is: `module` beside this one, and its class there. `schemes`: as addresses of it begin."""

    schemes: tuple[str, ...]
    module: str
    name: str

    def load(self) -> Dialect:
        """The dialect, which is one value for the whole process."""
        return _load(self.module, self.name)


KINDS = (
    Kind(("postgresql", "postgres"), "postgresql", "PostgreSQL"),
    Kind(("mariadb",), "mysql", "MariaDB"),
    Kind(("mysql",), "mysql", "MySQL"),
    Kind(("sqlite",), "sqlite", "SQLite"),
    Kind(("mssql",), "mssql", "SQLServer"),
    Kind(("snowflake",), "snowflake", "Snowflake"),
    Kind(("bigquery",), "bigquery", "BigQuery"),
)


@cache
def _load(module: str, name: str) -> Dialect:
    dialect: Dialect = getattr(import_module(f"troth.systems.sql.dialects.{module}"), name)()
    return dialect


def every() -> tuple[Dialect, ...]:
    """All of them, in the order in which they are told."""
    return tuple(kind.load() for kind in KINDS)


def of_scheme(scheme: str) -> Dialect | None:
    """The dialect of addresses that begin with `scheme`."""
    return next((kind.load() for kind in KINDS if scheme in kind.schemes), None)


def dialect_of(connection: Connection) -> Dialect:
    """Our dialect for a connection of SQLAlchemy's."""
    name = connection.dialect.name  # SQLAlchemy's names are among the schemes of addresses
    return next(kind.load() for kind in KINDS if name in kind.schemes)
