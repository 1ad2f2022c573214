"""Okta's users: found by what they sign in with and where they get mail; groups, factors, roles, log entries.

Search follows changes with some delay, so every hit is fetched again by its id.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from troth.systems.kit.api import Api, Reply
from troth.systems.kit.fields import items_of
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Expires, Finding, SystemProblem
from troth.systems.kit.paging import by_link, in_batches

V1 = "/api/v1"
USERS = f"{V1}/users"
BY_ADDRESS = ("profile.email", "profile.login", "profile.secondEmail")
LOG_KEPT = timedelta(days=90)
# Source: support.okta.com, How to Filter Syslog (automatic purging of customer data).
LOG_STAYS = Expires(
    on="90 days after each event", setting="Okta purges its System Log by itself, and nobody can do so earlier"
)
LOG_TERMS = 10  # in one filter
LOG_PAGES = 200  # of 1,000 entries

User = Mapping[str, Any]


class Accounts:
    """Users of one Okta organization. `account`: the profile attribute that holds the account id, or none."""

    def __init__(self, api: Api, *, account: str, protected: Sequence[str]) -> None:
        self._api = api
        self._account = account
        self._protected = frozenset(protected)

    def of(self, who: Identifiers) -> list[User]:
        """Every user that is this person, as it is now; deactivated ones too.

        Who was just provisioned is in no search yet: logins are asked for as well.
        """
        mine = {address.lower() for address in who.addresses}
        logins = (self.by_login(address) for address in sorted(mine) if "@" in address)
        hits = [user["id"] for user in logins if user]
        hits += [row["id"] for address in sorted(mine) for row in self._search(BY_ADDRESS, address)]
        if self._account:
            hits += [row["id"] for one in who.account for row in self._search((f"profile.{self._account}",), one)]
        now = (self.get(one) for one in dict.fromkeys(hits))
        return [user for user in now if user and self._is(user, mine, who.account)]

    def get(self, user: str) -> User | None:
        """A user by id or login, as it is now; None when there is none."""
        reply = self._api.call("look at a user", "GET", f"{USERS}/{quote(user, safe='')}", ok=(200, 404))
        if reply.status == 404:
            return None
        reply.need("id", str)
        reply.need("profile", dict)
        found: User = reply.body
        return found

    def by_login(self, login: str) -> User | None:
        """The user who signs in with this. Okta would also answer with somebody whose login only begins like it."""
        user = self.get(login)
        return user if user and str(user["profile"].get("login") or "").lower() == login.lower() else None

    def noted(self, attribute: str, key: str) -> User | None:
        """The user on whom this is noted in a profile attribute."""
        for row in self._search((f"profile.{attribute}",), key):
            user = self.get(row["id"])
            if user and key in (user["profile"].get(attribute) or ()):
                return user
        return None

    def first(self) -> User | None:
        """The user created first."""
        query = {
            "search": 'created gt "1970-01-01T00:00:00.000Z"',
            "sortBy": "created",
            "sortOrder": "asc",
            "limit": "1",
        }
        found = rows(self._api.call("find the oldest user", "GET", USERS, params=query))
        return found[0] if found else None

    def is_protected(self, user: str) -> bool:
        """Admins, and members of groups the settings protect: somebody's work, or a machine's, depends on them."""
        if self._of(user, "roles", "list admin roles"):
            return True
        return bool(self._protected) and any(row["id"] in self._protected for row in self.groups(user))

    def groups(self, user: str) -> list[User]:
        """The groups a user is in."""
        return self._of(user, "groups", "list groups")

    def join(self, user: str, groups: Sequence[str]) -> None:
        """Make a user a member. Harmless when it is one."""
        for group in groups:
            self._api.call("add to a group", "PUT", f"{V1}/groups/{group}/users/{user}", ok=(204,))

    def write(self, user: str, profile: Mapping[str, Any]) -> None:
        """Change attributes of a profile; the others stay."""
        self._api.call("write a profile", "POST", f"{USERS}/{user}", json={"profile": profile})

    def is_second(self, user: User, who: Identifiers) -> bool:
        """Whether the person's address is only the second one of an account, to recover it: that account may be shared,
        or somebody else's.
        """  # fmt: skip
        mine, profile = {address.lower() for address in who.addresses}, user["profile"]
        held = {str(profile.get(name) or "").lower() for name in ("email", "login")}
        return not held & mine and not (self._account and profile.get(self._account) in who.account)

    def findings(self, user: User, mapping: Mapping[str, str]) -> Iterator[Finding]:
        """The user's profile, groups, admin roles and sign-in factors."""
        one = user["id"]
        held = {**user["profile"], **{key: user.get(key) for key in ("status", "created", "lastLogin", "lastUpdated")}}
        values = {key: value for key, value in held.items() if value not in (None, "", [])}
        yield Finding("user", one, values, items_of(mapping, values))
        for row in self.groups(one):
            yield Finding("group membership", f"{one}/{row['id']}", {"group": row["profile"]["name"]})
        for row in self._of(one, "roles", "list admin roles"):
            yield Finding("admin role", f"{one}/{row['id']}", {"role": row["type"]})
        if user["status"] == "DEPROVISIONED":  # has none any more, and Okta does not answer
            return
        for row in self._of(one, "factors", "list sign-in factors"):
            told = {"factor": row["factorType"], "status": row["status"], **(row.get("profile") or {})}
            yield Finding("sign-in factor", row["id"], told)

    def log(self, users: Sequence[User], who: Identifiers, now: datetime) -> Iterator[Finding]:
        """What the System Log holds: what these users did, what was done to them, and under these addresses.

        Entries outlive an account, and a sign-in that failed has none. Both ends are named: Okta begins seven days ago
        when it is told no `since`, and never ends without an `until`.
        """
        ids, mine = {user["id"] for user in users}, {address.lower() for address in who.addresses}
        asked = [(f"{part}.id", user["id"]) for user in users for part in ("actor", "target")]
        asked += [(f"{part}.alternateId", one) for one in who.addresses for part in ("actor", "target")]
        span = {"since": _time(now - LOG_KEPT), "until": _time(now), "sortOrder": "ASCENDING", "limit": "1000"}
        seen: set[str] = set()
        for some in in_batches(asked, LOG_TERMS):
            terms = " or ".join(f"{attribute} eq {literal(value)}" for attribute, value in some)
            query = {"filter": terms, **span}
            for page in by_link(self._api, "read the System Log", f"{V1}/logs", params=query, most=LOG_PAGES):
                new = [row for row in rows(page) if row["uuid"] not in seen]
                seen |= {row["uuid"] for row in new}
                yield from (_entry(row, own=_among(ids, mine, row["actor"])) for row in new if _about(ids, mine, row))

    def _search(self, attributes: Sequence[str], value: str) -> Iterator[User]:
        asked = " or ".join(f"{attribute} eq {literal(value)}" for attribute in attributes)
        query = {"search": asked, "limit": "200"}
        for page in by_link(self._api, "search users", USERS, params=query):
            yield from rows(page)

    def _of(self, user: str, what: str, act: str) -> list[User]:
        pages = by_link(self._api, act, f"{USERS}/{user}/{what}")
        return [row for page in pages for row in rows(page)]

    def _is(self, user: User, mine: set[str], accounts: Sequence[str]) -> bool:
        profile = user["profile"]
        held = {str(profile.get(name.removeprefix("profile.")) or "").lower() for name in BY_ADDRESS}
        return bool(held & mine) or bool(self._account and profile.get(self._account) in accounts)


def second_address(user: User) -> Finding:
    """What is told of an account that only has the person's address to recover it."""
    return Finding("second address of another account", user["id"], {"secondEmail": user["profile"]["secondEmail"]})


def rows(reply: Reply) -> list[User]:
    """The body of a list. Raises `SystemProblem` when it is no list."""
    if not isinstance(reply.body, list):
        raise SystemProblem("the reply is no list; try again later", consequence="retry")
    found: list[User] = reply.body
    return found


def literal(value: str) -> str:
    """A string of Okta's filter language (SCIM): quotes and backslashes are escaped, so that it ends where it ends."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char for char in escaped if char >= " ") + '"'


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _among(ids: set[str], mine: set[str], party: User) -> bool:
    return party.get("id") in ids or str(party.get("alternateId") or "").lower() in mine


def _about(ids: set[str], mine: set[str], row: User) -> bool:
    """Whether an entry is of these users or addresses: Okta may read a value otherwise than we wrote it."""
    return any(_among(ids, mine, party) for party in (row["actor"], *(row.get("target") or ())))


def _entry(row: User, *, own: bool) -> Finding:
    """Where somebody else did it, address, browser and place are theirs, and are not told."""
    client = (row.get("client") or {}) if own else {}
    place = client.get("geographicalContext") or {}
    told = {
        "time": row["published"],
        "event": row["eventType"],
        "by_somebody_else": not own,
        "message": row.get("displayMessage"),
        "outcome": (row.get("outcome") or {}).get("result"),
        "ip_address": client.get("ipAddress"),
        "browser": (client.get("userAgent") or {}).get("rawUserAgent"),
        "city": place.get("city"),
        "country": place.get("country"),
    }
    return Finding("log entry", row["uuid"], {key: value for key, value in told.items() if value}, goes=LOG_STAYS)
