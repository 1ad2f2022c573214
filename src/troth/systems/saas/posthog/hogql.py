"""PostHog's query language, without ever writing a value into it.

Every value is a placeholder; PostHog puts it in as a constant (`values` of a HogQLQuery). Answers are asked for fresh:
PostHog would rather give one it made some hours ago.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import SystemProblem

ANALYTICS = "analytics"  # the slower of PostHog's two classes of calls
ROWS = 1000
MOST_ROWS = 500_000  # events of one person
MOST_VALUES = 10_000
SEVERAL = 200  # values in one query

Values = Mapping[str, str]


@dataclass(frozen=True, repr=False)
class Where:
    """A condition and the values of its placeholders."""

    text: str = ""
    values: Values = field(default_factory=dict)

    def __or__(self, other: "Where") -> "Where":
        return Where(" OR ".join(filter(None, (self.text, other.text))), {**self.values, **other.values})


def one_of(column: str, values: Sequence[str], name: str) -> Where:
    """`column IN ({name0}, …)`; empty for no values. `name` tells these placeholders from others."""
    if not values:
        return Where()
    named = {f"{name}{n}": value for n, value in enumerate(values)}
    return Where(f"{column} IN ({', '.join(f'{{{key}}}' for key in named)})", named)


class Queries:
    """Queries of one project."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self._path = f"/api/projects/{project}/query/"

    def rows(self, act: str, query: str, values: Values) -> list[list[Any]]:
        """The rows of a query. Raises `SystemProblem`."""
        asked = {"kind": "HogQLQuery", "query": query, "values": dict(values)}
        body = {"query": asked, "refresh": "force_blocking", "name": f"troth {act}"}
        reply = self._api.call(act, "POST", self._path, json=body, rate=ANALYTICS)
        rows: list[list[Any]] = reply.need("results", list)
        return rows

    def count(self, act: str, table: str, where: Where) -> int:
        """How many rows."""
        query = f"SELECT count() FROM {table} WHERE {where.text}"  # noqa: S608 our own words; values are placeholders
        return int(_cell(self.rows(act, query, where.values)))

    def column(self, act: str, column: str, table: str, where: Where) -> list[str]:
        """The different values of a column."""
        query = f"SELECT DISTINCT {column} FROM {table} WHERE {where.text} LIMIT {MOST_VALUES}"  # noqa: S608
        found = self.rows(act, query, where.values)
        if len(found) == MOST_VALUES:
            raise SystemProblem(f"{act}: {MOST_VALUES} or more for one person; look into it there", consequence="stop")
        return [str(row[0]) for row in found]

    def first(self, act: str, column: str, table: str) -> str | None:
        """The least value of a time column. Of no rows at all PostHog says 1970, so rows are counted too."""
        row = self.rows(act, f"SELECT count(), min({column}) FROM {table}", {})[0]  # noqa: S608 our own words
        return str(row[1]) if row[0] else None

    def all(self, act: str, columns: str, table: str, where: Where) -> Iterator[list[Any]]:
        """Every row in the order of time, a page at a time."""
        offset = 0
        while offset < MOST_ROWS:
            query = f"SELECT {columns} FROM {table} WHERE {where.text} ORDER BY timestamp, uuid"  # noqa: S608
            some = self.rows(act, f"{query} LIMIT {ROWS} OFFSET {offset}", where.values)
            if not some:
                return
            yield from some
            offset += len(some)  # not by what was asked for: PostHog may cut an answer
        raise SystemProblem(f"{act}: more than {MOST_ROWS} rows; export them there", consequence="stop")


def _cell(rows: list[list[Any]]) -> Any:
    if not rows or not rows[0]:
        raise SystemProblem("the answer to a query has no row; try again later", consequence="retry")
    return rows[0][0]
