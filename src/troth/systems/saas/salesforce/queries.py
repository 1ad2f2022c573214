"""Queries to Salesforce, several in one call, every page of each, the Recycle Bin included.

They go through the composite resource, so that addresses travel in the body and stay out of URLs.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.paging import in_batches, pages
from troth.systems.saas.salesforce.soql import one_of, select

DATA = "/services/data/v60.0"
AT_ONCE = 5  # queries in one composite request
BATCH = 200

Row = Mapping[str, Any]


class Queries:
    """What `System` methods ask; the name stands in messages."""

    def __init__(self, name: str, api: Api) -> None:
        self._name = name
        self._api = api

    def ask(self, asked: Mapping[str, str]) -> dict[str, list[Row]]:
        """Name → SOQL in, name → rows out; a name begins with the kind it asks for. Raises `SystemProblem`."""
        found: dict[str, list[Row]] = {}
        for some in in_batches(list(asked.items()), AT_ONCE):
            found |= self._composite(dict(some))
        return found

    def by_id(self, ids: Mapping[str, Sequence[str]], columns: Mapping[str, Sequence[str]]) -> dict[str, list[Row]]:
        """Kind → rows with these ids, with the columns named for the kind."""
        asked = {
            f"{kind}_{number}": select(kind, columns[kind], one_of("Id", some))
            for kind, rows in ids.items()
            for number, some in enumerate(in_batches(rows, BATCH))
        }
        found: dict[str, list[Row]] = {kind: [] for kind in ids}
        for name, rows in self.ask(asked).items():
            found[name.partition("_")[0]] += rows
        return found

    def columns(self, kind: str) -> list[str]:
        """Every field of a kind that the integration user may see."""
        described = self._api.call(f"describe {kind}", "GET", f"{DATA}/sobjects/{kind}/describe")
        return [field["name"] for field in described.need("fields", list)]

    def _composite(self, asked: Mapping[str, str]) -> dict[str, list[Row]]:
        orders = [
            {"method": "GET", "referenceId": name, "url": f"{DATA}/queryAll?{urlencode({'q': soql})}"}
            for name, soql in asked.items()
        ]
        body = {"compositeRequest": orders, "allOrNone": False}
        reply = self._api.call("query", "POST", f"{DATA}/composite", json=body)
        answers = {answer.get("referenceId"): answer for answer in reply.need("compositeResponse", list)}
        return {name: list(self._rows(name.partition("_")[0], answers.get(name, {}))) for name in asked}

    def _rows(self, kind: str, answer: Mapping[str, Any]) -> Iterator[Row]:
        first = answer.get("body")
        if answer.get("httpStatusCode") != 200 or not isinstance(first, Mapping) or "records" not in first:
            raise SystemProblem(
                f"{self._name}: a query for {kind} was answered {answer.get('httpStatusCode')}; check that the "
                f"integration user may read {kind} and all its fields, or leave what the org has not out of `also`",
                consequence="fix settings",
            )
        for page in pages(first, lambda page: page.get("nextRecordsUrl"), self._next):
            yield from page["records"]

    def _next(self, path: str) -> Mapping[str, Any]:
        page = self._api.call("read the next page", "GET", path)
        page.need("records", list)
        body: Mapping[str, Any] = page.body
        return body
