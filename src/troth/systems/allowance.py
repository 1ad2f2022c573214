"""The ledger of calls in the deployment's own database: a row a class of calls, a statement a question.

Why not a library: docs/decisions/0009-one-pace-for-all-workers.md. The table is unlogged: after a crash of the database
it is empty, and the next refusal of a vendor fills it again.
"""

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

from troth.systems.kit.pace import LedgerDown
from troth.systems.kit.rates import Rate

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

_PATIENCE = "2s"  # of a statement: no call waits longer for the others' word

# The wait is worked out from the row as it was, and the calls are counted only if it is short enough.
_WAIT = """greatest(0, extract(epoch from greatest(
    a.arrives - make_interval(secs => %(span)s), coalesce(a.held, a.arrives - make_interval(secs => %(span)s))
) - clock_timestamp()))"""
_TAKE = f"""
insert into systems_allowance as a (key, arrives, held, wait)
values (%(key)s, clock_timestamp() + make_interval(secs => %(cost)s), null, 0)
on conflict (key) do update set
    wait = {_WAIT},
    arrives = case when {_WAIT} <= %(patience)s
        then greatest(a.arrives, clock_timestamp()) + make_interval(secs => %(cost)s) else a.arrives end
returning wait"""  # noqa: S608 nothing of anybody's is in it
_HELD = """
select greatest(0, extract(epoch from held - clock_timestamp())) from systems_allowance
where key = %(key)s and held is not null"""
_HOLD = """
insert into systems_allowance as a (key, arrives, held, wait)
values (%(key)s, clock_timestamp(), clock_timestamp() + make_interval(secs => %(seconds)s), 0)
on conflict (key) do update set held = greatest(a.held, excluded.held)"""

_RELEASE = """
update systems_allowance set held = null where key = %(key)s or starts_with(key, %(key)s || ':')"""


class DatabaseLedger:
    """Over a connection of its own, so that what it counts is there at once, whatever transaction the caller is in.

    One a process; threads take turns, a question takes a fraction of a millisecond.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: BaseDatabaseWrapper | None = None
        self._process = 0

    def take(self, key: str, calls: int, rate: Rate, patience: float) -> float:
        span = (rate.burst - calls) * rate.interval
        given = {"key": key, "cost": calls * rate.interval, "span": span, "patience": patience}
        return float(self._ask(_TAKE, given) or 0)

    def held(self, key: str) -> float:
        return float(self._ask(_HELD, {"key": key}) or 0)

    def hold(self, key: str, seconds: float) -> None:
        self._ask(_HOLD, {"key": key, "seconds": seconds})

    def release(self, account: str) -> None:
        self._ask(_RELEASE, {"key": account})

    def _ask(self, statement: str, given: dict[str, Any]) -> Any:
        """The one value of a statement. A connection that broke since the last question is made anew once."""
        from django.db import Error

        with self._lock:
            tries = 2 if self._connection is not None else 1
            while True:
                tries -= 1
                try:
                    with self._open().cursor() as cursor:
                        cursor.execute(statement, given)
                        row = cursor.fetchone() if cursor.description else None
                        return row[0] if row else None
                except (Error, OSError, RuntimeError) as error:  # RuntimeError: no database where none is to be
                    self._close()
                    if not tries:
                        raise LedgerDown(type(error).__name__) from None

    def _open(self) -> "BaseDatabaseWrapper":
        if self._connection is None or self._process != os.getpid():  # a connection does not survive a fork
            from django.db import DEFAULT_DB_ALIAS, connections

            made = connections.create_connection(DEFAULT_DB_ALIAS)
            made.inc_thread_sharing()
            with made.cursor() as cursor:
                cursor.execute("select set_config('statement_timeout', %s, false)", [_PATIENCE])
            self._connection, self._process = made, os.getpid()
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None and self._process == os.getpid():
            try:
                connection.close()
            except Exception:  # noqa: S110 it is given up anyway
                pass


_ledger = DatabaseLedger()


def ledger() -> DatabaseLedger | None:
    """The ledger of this deployment; None where this process works without its database."""
    apps = sys.modules.get("django.apps")
    return _ledger if apps is not None and apps.apps.ready else None
