"""BigQuery, through Google's client. Compiled and read with care; never met on a real project.

Its driver commits nothing and rolls nothing back: a transaction lives in a session of the server's, which we open,
and end in words. BigQuery records keys without enforcing them.
"""

from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.engine.interfaces import Dialect as Compiling

from troth.systems.sql.dialects import inspected
from troth.systems.sql.dialects.base import Dialect, Limits
from troth.systems.sql.dialects.live import Seen, Wanted
from troth.systems.sql.dialects.problems import Told, Trouble

_OPEN = "troth_transaction"


class BigQuery(Dialect):
    names = ("bigquery",)
    title = "BigQuery"
    schemes = ("bigquery",)
    modules = ("sqlalchemy_bigquery", "google.cloud.bigquery")
    extra = "bigquery"
    tested = "its SQL is compiled and looked at; never run on a real project"

    def engine(self, url: str, limits: Limits, *, read_only: bool) -> Engine:
        engine = create_engine(make_url(url), poolclass=NullPool, hide_parameters=True)
        event.listen(engine, "commit", lambda connection: _end(connection, "COMMIT"))
        event.listen(engine, "rollback", lambda connection: _end(connection, "ROLLBACK"))
        return engine

    def begin(self, connection: Connection, limits: Limits, *, read_only: bool) -> None:
        from google.cloud.bigquery import ConnectionProperty, QueryJobConfig

        client: Any = getattr(connection.connection.driver_connection, "_client")  # noqa: B009 (the driver's own)
        job = client.query("SELECT 1", job_config=QueryJobConfig(create_session=True))
        job.result(timeout=limits.connect * 4)
        inside = [ConnectionProperty("session_id", job.session_info.session_id)]
        waits = {"job_timeout_ms": int(limits.statement * 1000)}
        client.default_query_job_config = QueryJobConfig(connection_properties=inside, **waits)
        connection.exec_driver_sql("BEGIN TRANSACTION")
        connection.info[_OPEN] = True

    def compiling(self) -> Compiling:
        from sqlalchemy_bigquery import BigQueryDialect  # type: ignore[import-untyped]

        made: Compiling = BigQueryDialect(paramstyle="pyformat")
        return made

    def look(self, connection: Connection, wanted: Wanted) -> Seen:
        return inspected.look(connection, wanted)

    def told(self, error: BaseException) -> Told | None:
        inner: Any = next((one for one in (*error.args, error) if hasattr(one, "code")), None)
        code = getattr(inner, "code", None)
        if isinstance(code, int):
            busy = code == 400 and "aborted" in str(inner)
            return Told("conflict" if busy else _TROUBLES.get(int(code), "unreachable"), str(int(code)))
        return Told("login") if type(error).__module__.startswith("google.auth") else None


_TROUBLES: dict[int, Trouble] = {400: "statement", 401: "login", 403: "permission", 404: "changed", 409: "conflict"}


def _end(connection: Connection, how: str) -> None:
    """Says the end of the transaction aloud, once."""
    if connection.info.pop(_OPEN, False):
        cursor = connection.connection.cursor()
        cursor.execute(f"{how} TRANSACTION")
        cursor.close()
