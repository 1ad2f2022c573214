"""Log Analytics: rows that hold an identifier are found by query and erased by purge, which takes up to 30 days.

Azure takes 50 purges an hour of a workspace; a purge names one table and one column, and all identifiers of the person
at once. It is asked for only where a query shows rows.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.fields import items_of
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.names import filled, slots
from troth.systems.kit.outcomes import Finding, SystemProblem
from troth.systems.saas.azure import kql
from troth.systems.saas.azure.settings import AzureSettings, LogTable

PAGE = 500  # rows can be large
MOST_PAGES = 200
SAMPLE = 20  # rows looked for again after a purge
VERSION = "2025-07-01"
FRESH = 3600.0  # seconds
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PURGES = "purges"  # the class of calls of which Azure takes 50 an hour

Purge = tuple[str, str]
"""Table and id of a purge."""


class Workspace:
    """The tables of one workspace."""

    def __init__(
        self, name: str, settings: AzureSettings, mapping: Mapping[str, str], query: Api, management: Api
    ) -> None:
        self._name = name
        self._settings = settings
        self._mapping = mapping
        self._query = query
        self._management = management
        self._clock = time.monotonic
        self._begun: dict[tuple[str, str, str], tuple[str, float]] = {}

    def find(self, who: Identifiers) -> list[Finding]:
        """Every row of every table that holds one of the identifiers."""
        return [finding for table in self._settings.log_tables for finding in self._rows(table, who)]

    def purge(self, who: Identifiers, key: str) -> tuple[list[Purge], dict[str, list[str]]]:
        """Asks for purges where there are rows: (table, id) of each, and some rows' own ids, to look for them again."""
        purges, rows = list[Purge](), dict[str, list[str]]()
        for table in self._settings.log_tables:
            for column, wanted in _wanted(table, who).items():
                sample = self._column("look for rows", kql.ids(table.table, column, wanted, SAMPLE))
                if sample:
                    purges.append((table.table, self._purge(key, table.table, column, wanted)))
                    rows.setdefault(table.table, []).extend(str(id) for id in sample if id)
        return purges, {table: list(dict.fromkeys(ids)) for table, ids in rows.items() if ids}

    def running(self, purges: Sequence[Purge]) -> int:
        """How many of the purges are not completed."""
        return sum(self._status(id) != "completed" for _, id in purges)

    def left(self, rows: Mapping[str, Sequence[str]]) -> int:
        """How many of these rows a query still shows."""
        return sum(
            int(self._column("look for purged rows", kql.still(table, ids))[0]) for table, ids in rows.items() if ids
        )

    def oldest(self) -> dict[str, str | None]:
        """Table → when its oldest row was written."""
        tables = dict.fromkeys(table.table for table in self._settings.log_tables)
        asked = {table: self._column("look for the oldest row", kql.oldest(table)) for table in tables}
        return {f"table {table}": times[0] or None for table, times in asked.items()}

    def test(self) -> None:
        """A question that needs the credentials and reads nothing."""
        self._asked("test the connection", "print ok = 1")

    def _rows(self, table: LogTable, who: Identifiers) -> Iterator[Finding]:
        wanted = _wanted(table, who)
        if not wanted:
            return
        for number in range(MOST_PAGES):
            columns, rows = self._asked("search a table", kql.page(table.table, wanted, number * PAGE, PAGE))
            for at, row in enumerate(rows):
                values = {name: value for name, value in zip(columns, row, strict=True) if value not in (None, "")}
                id = str(values.get("_ItemId") or f"{table.table} {number * PAGE + at + 1}")
                yield Finding(f"row of {table.table}", id, values, items_of(self._mapping, values))
            if len(rows) < PAGE:
                return
        raise SystemProblem(
            f"{self._name}: more than {MOST_PAGES * PAGE} rows of {table.table} hold one person; look into it there",
            consequence="stop",
        )

    def _column(self, act: str, question: str) -> list[Any]:
        """The first column of the answer."""
        return [row[0] for row in self._asked(act, question)[1]]

    def _asked(self, act: str, question: str) -> tuple[list[str], list[list[Any]]]:
        """Columns and rows of the answer. A partial one is none."""
        path = f"/v1/workspaces/{self._settings.workspace_id}/query"
        reply = self._query.call(act, "POST", path, json={"query": question})
        tables = reply.need("tables", list)
        if "error" in reply.body or not tables:
            raise SystemProblem(
                f"{self._name}: {act}: the answer is not complete; ask for less, or try again later",
                consequence="retry",
            )
        columns = [str(column["name"]) for column in tables[0]["columns"]]
        rows: list[list[Any]] = tables[0]["rows"]
        return columns, rows

    def _purge(self, key: str, table: str, column: str, wanted: kql.OneOf) -> str:
        """Asks for one, unless this act did so within the hour: an act that had to wait half way goes on from there.

        Asking twice is harmless otherwise: the second purge finds nothing left.
        """
        begun = (key, table, column)
        if begun in self._begun and self._clock() - self._begun[begun][1] < FRESH:
            return self._begun[begun][0]
        filters = [{"column": column, "operator": wanted.operator, "value": list(wanted.values)}]
        body = {"table": table, "filters": filters}
        asked = {"json": body, "params": {"api-version": VERSION}, "rate": PURGES}
        reply = self._management.call("ask for a purge", "POST", f"{self._place}/purge", ok=(202,), **asked)
        id: str = reply.need("operationId", str)
        self._begun = {one: told for one, told in self._begun.items() if self._clock() - told[1] < FRESH}
        self._begun[begun] = (id, self._clock())
        return id

    def _status(self, purge: str) -> str:
        path, params = f"{self._place}/operations/{purge}", {"api-version": VERSION}
        status: str = self._management.call("look at a purge", "GET", path, params=params).need("status", str)
        return status

    @property
    def _place(self) -> str:
        it = self._settings
        return (
            f"/subscriptions/{it.subscription}/resourceGroups/{it.resource_group}"
            f"/providers/Microsoft.OperationalInsights/workspaces/{it.workspace}"
        )


def _wanted(table: LogTable, who: Identifiers) -> dict[str, kql.OneOf]:
    """Column → what it would hold of this person: accounts as they are, `aB` and `Ab` can be two people's."""
    wanted = {column: _one_of(text, filled(text, who)) for column, text in table.columns.items()}
    return {column: one for column, one in wanted.items() if one.values}


def _one_of(text: str, values: Sequence[str]) -> kql.OneOf:
    return kql.OneOf(values, any_case=slots(text) == ["email"] or all(map(_GUID.fullmatch, values)))
