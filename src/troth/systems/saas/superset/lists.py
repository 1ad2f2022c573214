"""Lists of Superset, every page: the users with an address, and what one user made, ran or owns."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.paging import pages
from troth.systems.saas.superset.rison import listing, matching, text

USERS = "/api/v1/security/users/"
PAGE = 100  # Superset's own most (FAB_API_MAX_PAGE_SIZE); a lower one there is obeyed
OWNED = ("dashboard", "chart", "dataset")
MADE = {"log": "user", "query": "user", "saved_query": "created_by"}
# Each with whatever else Superset nests there: names of other people.
_OTHERS = ("changed_by", "created_by", "last_saved_by", "certified_by", "owners")

Row = Mapping[str, Any]


class Lists:
    """What the connector reads."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def users(self, addresses: Sequence[str]) -> list[Row]:
        """Users with one of the addresses, in whatever case: Superset's `eq` minds the case, so it is asked for
        addresses that contain this one, and what it gives is compared here.
        """
        wanted = {address.casefold() for address in addresses}
        rows = [row for one in addresses for _, row in self._rows("users", USERS, matching("email", "ct", text(one)))]
        return list({row["id"]: row for row in rows if str(row["email"]).casefold() in wanted}.values())

    def owned(self, user: int) -> dict[str, list[tuple[int, Row]]]:
        """Dashboards, charts and datasets the user owns, alone or with others."""
        found = {
            kind: list(self._rows(kind, f"/api/v1/{kind}/", matching("owners", "rel_m_m", str(user)))) for kind in OWNED
        }
        return {kind: rows for kind, rows in found.items() if rows}

    def made(self, user: int) -> Iterator[tuple[str, int, Row]]:
        """(kind, id, row) of the action log, SQL Lab's history and saved queries."""
        for kind, column in MADE.items():
            for made, row in self._rows(kind, f"/api/v1/{kind}/", matching(column, "rel_o_m", str(user))):
                yield kind, made, row

    def oldest(self, kind: str, path: str, column: str) -> str | None:
        """The smallest time in a column, as Superset writes it; None for an empty list."""
        reply = self._page(kind, path, listing("", 0, 1, column))
        rows = reply["result"]
        return str(rows[0][column]) if rows and rows[0][column] else None

    def count(self) -> int:
        """How many users there are."""
        number: int = self._page("users", USERS, listing("", 0, 1))["count"]
        return number

    def _rows(self, kind: str, path: str, where: str) -> Iterator[tuple[int, Row]]:
        seen = 0

        def fetch(number: str) -> Row:
            page = self._page(kind, path, listing(where, int(number), PAGE))
            return {**page, "number": int(number)}

        def after(page: Row) -> str | None:
            return str(page["number"] + 1) if page["result"] and seen < page["count"] else None

        for page in pages(fetch("0"), after, fetch):
            seen += len(page["result"])
            yield from zip(page["ids"], page["result"], strict=True)

    def _page(self, kind: str, path: str, query: str) -> Row:
        reply = self._api.call(f"list {kind}", "GET", path, params={"q": query}, ok=(200, 404))
        if reply.status == 404:
            raise SystemProblem(
                f"list {kind}: Superset has no {path}; set FAB_ADD_SECURITY_API = True there (users) or switch its "
                "action log on (log)",
                consequence="fix settings",
            )
        for key, kind_of in (("count", int), ("ids", list), ("result", list)):
            reply.need(key, kind_of)
        body: Row = reply.body
        return body


def plain(row: Row) -> dict[str, Any]:
    """The fields of a row that hold something and tell of nobody else."""
    held = {name: value for name, value in row.items() if value not in (None, "") and not name.startswith(_OTHERS)}
    return {name: value for name, value in held.items() if isinstance(value, str | int | float | bool)}
