"""What is remembered of a database between calls: its catalog, for a minute, and the plans made over it."""

import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.engine.interfaces import Dialect as Compiling

from troth.systems.sql.access import read_access
from troth.systems.sql.catalog import Catalog, read_catalog
from troth.systems.sql.dialects.base import Dialect
from troth.systems.sql.model import Dataset
from troth.systems.sql.plan import Plan
from troth.systems.sql.refuse import Refusal, refusals

MINUTE = 60.0  # seconds a catalog may be old when nothing is written
# What changes whenever a table, column, index or constraint does. Where there is no such thing, the catalog is read.
_MARKS = {
    "postgresql": text("""
        select current_user, current_setting('search_path'),
               (select array[count(*), sum(xmin::text::bigint)] from pg_constraint where oid >= 16384),
               (select array[count(*), sum(xmin::text::bigint)] from pg_policy),
               (select array[count(*), sum(xmin::text::bigint)] from pg_class where oid >= 16384),
               (select array[count(*), sum(xmin::text::bigint)] from pg_attribute where attrelid >= 16384)
    """),
    "sqlite": text("PRAGMA schema_version"),
}


class Known:
    """Catalog and plans of one system. A plan lives as long as the catalog says the same, so its SQL is made once."""

    def __init__(self, dataset: Dataset, dialect: Dialect) -> None:
        self._dataset = dataset
        self._dialect = dialect
        self._compiling: Compiling = dialect.compiling()
        self._catalog: Catalog | None = None
        self._marked: Any = None
        self._read_at = 0.0
        self._looked_at: float | None = None
        self._plans: dict[Hashable, tuple[Catalog, Plan]] = {}
        self._refused: list[tuple[Plan, tuple[Refusal, ...]]] = []

    @property
    def at_hand(self) -> Catalog | None:
        """The catalog, if it is young enough for reading."""
        return self._catalog if time.monotonic() - self._read_at < MINUTE else None

    def read(self, connection: Connection) -> Catalog:
        """The catalog as it is now; the same value as before where nothing has changed."""
        mark = _mark(connection)
        recent = self._looked_at is not None and time.monotonic() - self._looked_at < MINUTE
        if self._catalog is None or not recent or mark is None or mark != self._marked:
            self._catalog = self._look(connection, changed=mark is None or mark != self._marked, recent=recent)
        self._marked, self._read_at = mark, time.monotonic()
        return self._catalog

    def _look(self, connection: Connection, *, changed: bool, recent: bool) -> Catalog:
        """The catalog where it may have changed, and how tables can be looked up; the value before where it is equal.

        Where nothing marks a change, a look at the indexes a moment ago will do: only speed hangs on it.
        """
        old = self._catalog
        now = old if old and not changed else read_catalog(connection, self._dataset, self._dialect)
        if old and recent and _MARKS.get(connection.dialect.name) is None:
            now = replace(now, access=old.access)
        else:
            now = replace(now, access=read_access(connection, self._dataset, now))
            self._looked_at = time.monotonic()
        return old if old is not None and old == now else now

    def forget(self) -> None:
        """After an error: nothing that was known is trusted."""
        self._catalog = self._marked = self._looked_at = None
        self._plans = {}

    def plan(self, name: Hashable, planner: Callable[[Dataset, Catalog, Any], Plan], catalog: Catalog) -> Plan:
        """The plan called `name` over this catalog, made by `planner` the first time."""
        kept = self._plans.get(name)
        if kept is None or kept[0] is not catalog:
            kept = self._plans[name] = (catalog, planner(self._dataset, catalog, self._compiling))
        return kept[1]

    def refusals(self, plan: Plan) -> tuple[Refusal, ...]:
        """What the catalog says against a plan that is known here, looked at once."""
        for one, found in self._refused:
            if one is plan:
                return found
        known, said = [kept for _, kept in self._plans.values()], tuple(refusals(plan))
        self._refused = [(o, each) for o, each in self._refused if any(o is kept for kept in known)] + [(plan, said)]
        return said


def _mark(connection: Connection) -> Any:
    statement = _MARKS.get(connection.dialect.name)
    row = None if statement is None else connection.execute(statement).one()
    return None if row is None else tuple(map(str, row))
