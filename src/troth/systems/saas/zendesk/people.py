"""Zendesk's users: found by any of their addresses, also when deleted but not yet for good."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.paging import in_batches
from troth.systems.saas.zendesk.lists import V2, Row, listed, searched

PURGED = "Permanently Deleted User"
MOST_DELETED = 10_000  # pages: /deleted_users lists those deleted for good for ever
# What cannot be in an address Zendesk takes could only be a piece of another query.
_ADDRESS = re.compile(r'^[^\s"\\]+@[^\s"\\]+$')
_KEY = re.compile(r'^[^\s"\\]+$')


class People:
    """Users of one account. `external`: their external id is the account id people are known by here."""

    def __init__(self, api: Api, *, external: bool) -> None:
        self._api = api
        self._external = external

    def of(self, who: Identifiers) -> list[Row]:
        """Every user that is this person: as it is now, with `identities`, live ones first.

        Search follows changes with minutes of delay, so each hit is looked at again by its id.
        """
        mine = {address.lower() for address in who.addresses if _ADDRESS.match(address)}
        hits = {row["id"] for address in sorted(mine) for row in self._search(address)}
        now = {row["id"]: row for row in self.now(sorted(hits)) if row["active"]}
        now |= {row["id"]: row for row in self._by_external_id(who) if row["active"]}
        rows = [{**row, "identities": self.identities(row["id"])} for row in now.values()]
        found = [row for row in rows if self._is(row, mine, who.account)]
        return [*found, *(self._deleted(mine) if mine else ())]

    def noted(self, field: str, key: str) -> Row | None:
        """The user a delivery with this key made, whatever their address is now."""
        if not _KEY.match(key):
            return None
        hits = searched(self._api, "search a delivery", "/users/search", "users", f'{field}:"{key}"')
        rows = self.now(sorted({row["id"] for row in hits}))
        return next((row for row in rows if row["active"] and key in notes(row, field)), None)

    def now(self, ids: Sequence[int]) -> list[Row]:
        """The users with these ids as they are now; those that are gone are left out."""
        rows: list[Row] = []
        for some in in_batches(ids, 100):
            rows += self._many({"ids": ",".join(map(str, some))})
        return rows

    def identities(self, user: int) -> list[Row]:
        """Addresses, telephone numbers and social accounts of a user."""
        return list(listed(self._api, "list identities", f"/users/{user}/identities", "identities"))

    def fields(self) -> frozenset[str]:
        """Keys of the custom fields users have. Zendesk drops values of others without a word."""
        rows = listed(self._api, "list user fields", "/user_fields", "user_fields")
        return frozenset(row["key"] for row in rows if row.get("active", True))

    def write(self, user: int, values: Mapping[str, Any]) -> None:
        """Change fields of a user; an e-mail address is not one of them (`readdress`)."""
        self._api.call("rectify a user", "PUT", f"{V2}/users/{user}", json={"user": values})

    def readdress(self, user: int, mine: frozenset[str], right: str) -> None:
        """The right address becomes the primary one, and the old ones go: those the person is known by, or the primary.

        Writing `email` on the user would only add a second address and leave the wrong one.
        """
        held = self.identities(user)
        addresses = [row for row in held if _address(row)]
        wrong = [row for row in addresses if _address(row) in mine] or [row for row in addresses if row["primary"]]
        there = next((row["id"] for row in held if _address(row) == right.lower()), None)
        if there is None:
            there = self._add_address(user, right)
        self._api.call("set the address", "PUT", f"{V2}/users/{user}/identities/{there}/make_primary")
        for row in wrong:
            if row["id"] != there:
                path = f"{V2}/users/{user}/identities/{row['id']}"
                self._api.call("remove the old address", "DELETE", path, ok=(204, 404))

    def _add_address(self, user: int, right: str) -> int:
        body = {"identity": {"type": "email", "value": right, "verified": True, "skip_verify_email": True}}
        path = f"{V2}/users/{user}/identities"
        made = self._api.call("add an address", "POST", path, json=body, ok=(201, 422))
        if made.status == 201:
            return int(made.need("identity", dict)["id"])
        for row in self.identities(user):  # added before, and the answer was lost
            if _address(row) == right.lower():
                return int(row["id"])
        raise SystemProblem(
            f"Zendesk does not take the right address for user {user}; another user may have it: merge the two there",
            consequence="stop",
        )

    def _search(self, address: str) -> Iterator[Row]:
        # A phrase in any property: `email:` would miss second addresses.
        return searched(self._api, "search users", "/users/search", "users", f'"{address}"')

    def _by_external_id(self, who: Identifiers) -> Iterator[Row]:
        if self._external:
            for account in who.account:
                if "," in account:
                    raise SystemProblem(
                        "Zendesk cannot be asked for an external id with a comma; look the person up there",
                        consequence="stop",
                    )
                yield from self._many({"external_ids": account})

    def _many(self, query: Mapping[str, str]) -> list[Row]:
        rows: list[Row] = self._api.call("look at users", "GET", f"{V2}/users/show_many", params=query).need(
            "users", list
        )
        return rows

    def _is(self, row: Row, mine: set[str], accounts: Sequence[str]) -> bool:
        held = {str(row.get("email") or "").lower(), *map(_address, row["identities"])} - {""}
        return bool(held & mine) or (self._external and row.get("external_id") in accounts)

    def _deleted(self, mine: set[str]) -> list[Row]:
        """Deleted, by hand or by a run that broke off, and kept by Zendesk for 30 days."""
        rows = listed(self._api, "list deleted users", "/deleted_users", "deleted_users", most=MOST_DELETED)
        return [row for row in rows if row.get("name") != PURGED and str(row.get("email") or "").lower() in mine]


def is_staff(user: Row) -> bool:
    """Agents and admins: their account is the company's own, and belongs to somebody who works there."""
    return user.get("role") != "end-user"


def notes(user: Row | None, field: str) -> list[str]:
    """What Troth noted on a user: keys of deliveries, tickets being erased."""
    held = ((user or {}).get("user_fields") or {}).get(field)
    return str(held or "").split()


def _address(identity: Row) -> str:
    return str(identity["value"]).lower() if identity["type"] == "email" else ""
