"""Every kind of database we know."""

from sqlalchemy import Connection

from troth.systems.sql.dialects.base import Dialect
from troth.systems.sql.dialects.bigquery import BigQuery
from troth.systems.sql.dialects.mssql import SQLServer
from troth.systems.sql.dialects.mysql import MariaDB, MySQL
from troth.systems.sql.dialects.postgresql import PostgreSQL
from troth.systems.sql.dialects.snowflake import Snowflake
from troth.systems.sql.dialects.sqlite import SQLite

DIALECTS: tuple[Dialect, ...] = (
    PostgreSQL(),
    MariaDB(),
    MySQL(),
    SQLite(),
    SQLServer(),
    Snowflake(),
    BigQuery(),
)


def dialect_of(connection: Connection) -> Dialect:
    """Our dialect for a connection of SQLAlchemy's."""
    return next(one for one in DIALECTS if connection.dialect.name in one.names)
