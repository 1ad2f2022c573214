"""Users of Files.com, what they did, and people who only registered."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.saas.files_com.store import REST, Row, rows

LISTS = {"inbox registration": "inbox_registrations", "share link registration": "bundle_registrations"}


class People:
    """Looked up by e-mail address. Files.com filters users by query string only."""

    def __init__(self, name: str, api: Api, *, registrations: bool) -> None:
        self._name = name
        self._api = api
        self._registrations = registrations

    def users(self, addresses: Sequence[str]) -> list[Row]:
        """Users with one of the addresses, in whatever case."""
        wanted = {address.casefold() for address in addresses}
        asked = dict.fromkeys(form for address in addresses for form in (address, address.lower()))
        act = f"{self._name}: look for users"
        found = [row for one in asked for row in rows(self._api, act, f"{REST}/users", {"filter[email]": one})]
        return list({row["id"]: row for row in found if str(row["email"]).casefold() in wanted}.values())

    def update(self, act: str, user: int, fields: Mapping[str, Any]) -> None:
        self._api.call(act, "PATCH", f"{REST}/users/{user}", json=dict(fields))

    def delete(self, user: int, new_owner: int | None) -> None:
        """For good; one who is gone is fine."""
        query = {"new_owner_id": str(new_owner)} if new_owner else {}
        self._api.call("delete a user", "DELETE", f"{REST}/users/{user}", params=query, ok=(204, 404))

    def history(self, user: int) -> Iterator[Row]:
        """What a user did, as long as Files.com keeps it."""
        yield from rows(self._api, f"{self._name}: read history", f"{REST}/history/users/{user}")

    def registered(self, addresses: Sequence[str]) -> list[tuple[str, str, Row]]:
        """(kind, id, row) of registrations at inboxes and share links. They have no id of their own."""
        wanted = {address.casefold() for address in addresses}
        if not wanted or not self._registrations:
            return []
        found = []
        for kind, path in LISTS.items():
            mine = [
                row
                for row in rows(self._api, f"{self._name}: list registrations", f"{REST}/{path}")
                if str(row.get("email") or "").casefold() in wanted
            ]
            found += [(kind, f"{_place(row)}:{row['created_at']}:{number}", row) for number, row in enumerate(mine)]
        return found


def _place(row: Row) -> str:
    return str(row.get("inbox_id") or row.get("bundle_id") or "")


def plain(row: Row) -> dict[str, Any]:
    """The fields that hold something; codes that open what was registered for are left out."""
    held = {name: value for name, value in row.items() if value not in (None, "", [], {})}
    return {name: value for name, value in held.items() if name not in ("code", "inbox_code", "bundle_code")}
