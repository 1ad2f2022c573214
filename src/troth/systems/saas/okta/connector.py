"""Okta: accounts provisioned, found, corrected and erased in its two steps.

Okta can be searched only through URLs, so addresses stand in the query, or the path, of GET requests to it (over TLS).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from troth import ground
from troth.systems.kit.auth import Auth, HeaderKey, jwt_grant
from troth.systems.kit.base import Outgoing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Found, NotOffered, Outcome, Pending, SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.okta.accounts import USERS, Accounts, User, rows, second_address
from troth.systems.saas.okta.left import counts, protected, remains
from troth.systems.saas.okta.settings import OktaSettings

TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105 a path
UNKNOWN = "[not provided]"  # for a first or last name; Okta takes no user without
KEYS_KEPT = 100


class Okta(SaasSystem):
    """Found by login and e-mail; of an account with the address as second e-mail only that is told.

    Admins and protected accounts are never erased or changed.
    """

    Settings = OktaSettings
    TITLE: ClassVar[str] = "Okta"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "email": "email",
        "full-name": "displayName",
        "first-name": "firstName",
        "last-name": "lastName",
        "phone": "mobilePhone",
        "user-id": "employeeNumber",
        "user-name": "nickName",
        "role": "userType",
        "job-title": "title",
        "company": "organization",
        "city": "city",
        "region": "state",
        "business-address": "streetAddress",
    }
    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "suppress": NotOffered(
            reason="Okta sends no marketing; suspending an account would take away access, which nobody asked for",
            source="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserLifecycle/",
            manual_steps="nothing to do here; withdraw the consent where the mail is sent",
        )
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "log entries older than 90 days, which Okta has purged, copies of the log streamed elsewhere, and apps "
        "and devices of an account",
        "erase": "entries of the System Log go by themselves 90 days after the event; admins and protected accounts "
        "stay, and an account that has the address only as its second e-mail loses the address and stays",
        "rectify": "accounts mastered by a directory (Active Directory, HR) are corrected there; admins and protected "
        "accounts are left alone",
        "deliver": "an account that is there already keeps what it holds; only what is empty there is filled in",
    }
    settings: OktaSettings

    def __init__(self, name: str, settings: OktaSettings) -> None:
        super().__init__(name, settings)
        given = {"account": settings.account_attribute, "protected": settings.protected_groups}
        self.accounts = Accounts(self.api, **given)  # type: ignore[arg-type]

    def auth(self) -> Auth:
        if self.settings.token is not None:
            return HeaderKey("authorization", self.settings.token, "SSWS")
        key = self.settings.private_key
        assert key is not None  # the settings have one or the other
        client = self.settings.client_id
        claims = {"iss": client, "sub": client, "aud": self.settings.url.rstrip("/") + TOKEN_PATH}
        form = {"grant_type": "client_credentials", "scope": self.settings.scopes}
        return jwt_grant(lambda: self.api, TOKEN_PATH, key=key, claims=claims, key_id=self.settings.key_id, **form)

    def find(self, who: Identifiers) -> Outcome:
        """Accounts with groups, admin roles and sign-in factors, and what the System Log says of them."""
        users, others = self._apart(who)
        findings = [one for user in users for one in self.accounts.findings(user, self.mapping)]
        findings += map(second_address, others)
        if self.settings.log:
            findings += self.accounts.log(users, who, ground.clock())
        return Found({"users": len(users), "findings": len(findings)}, tuple(findings))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Deactivate, then delete for good. Looks first, so needs no `key`.

        An account with the person's address as its second one stays, and loses that address.
        """
        users, others = self._apart(who)
        gone = [user["id"] for user in users if not self.accounts.is_protected(user["id"])]
        free = [user["id"] for user in others if not self.accounts.is_protected(user["id"])]
        stay = len(users) + len(others) - len(gone) - len(free)
        for user in free:
            self.accounts.write(user, {"secondEmail": None})
        if stay and not gone and not free:
            return protected(stay)
        if gone:
            return self._step(gone, stay, len(free))
        logged = self.settings.log and any(True for _ in self.accounts.log((), who, ground.clock()))
        return Done(counts(0, len(free)), remains=remains(stay, len(free), logged=logged))

    def check(self, token: str) -> Outcome:
        """Does the next step; `Done` when Okta knows none of the users any more."""
        try:
            told = json.loads(token)
            users, stay, freed = [str(one) for one in told["users"]], int(told["protected"]), int(told["second"])
        except (ValueError, KeyError, TypeError):
            raise SystemProblem(
                f"{self.name}: this token is not from an Okta erasure; start the erasure again", consequence="stop"
            ) from None
        return self._step(users, stay, freed)

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Write the right values into every account of the person. A login that was the wrong address changes too."""
        fields = _named(self.to_fields(changes))
        users, others = self._apart(who)
        ours = [user for user in users if not self.accounts.is_protected(user["id"])]
        free = [user for user in others if not self.accounts.is_protected(user["id"])] if "email" in fields else []
        stay = len(users) - len(ours)
        if stay and not ours and not free:
            return protected(stay)
        mine = {address.lower() for address in who.addresses}
        for user in ours:
            login = str(user["profile"].get("login") or "").lower()
            also = {"login": fields["email"]} if "email" in fields and login in mine else {}
            self.accounts.write(user["id"], {**fields, **also})
        for user in free:
            self.accounts.write(user["id"], {"secondEmail": fields["email"]})
        return Done(counts(len(ours), len(free)), remains=(protected(stay),) if stay else ())

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """Provision an account with the record's address as login, and make it a member of the groups of the settings.

        An account that is there keeps what it holds: only what is empty there is filled in.
        """
        email = outgoing.values.get("email", "").strip().lower()
        if not email:
            raise SystemProblem(f"{self.name}: the record holds no e-mail address to sign in with", consequence="stop")
        fields = {**self.to_fields(outgoing.values), "email": email}
        done = self.accounts.noted(self.settings.key_attribute, key)
        user = done or self.accounts.by_login(email)
        if user is None:
            user, made = self._provision({**_named(fields, wanted=True), "login": email}, key)
        else:
            made = False
        if user["status"] == "DEPROVISIONED":
            raise SystemProblem(
                f"{self.name}: a deactivated account has this login; reactivate or delete it there", consequence="stop"
            )
        filled = [] if made or done else self._fill(user, fields, key)
        self.accounts.join(user["id"], self.settings.groups)
        return Done({"id": user["id"], "created": made, "fields": sorted(fields) if made else filled})

    def oldest(self) -> Outcome:
        """Creation time of the oldest account, deactivated ones included."""
        user = self.accounts.first()
        return Done({"oldest": user["created"] if user else None})

    def test(self) -> Done:
        """One user may be read."""
        rows(self.api.call("test the connection", "GET", USERS, params={"limit": "1"}))
        return Done({"account": self.settings.url.partition("://")[2]})

    def _apart(self, who: Identifiers) -> tuple[list[User], list[User]]:
        """Accounts of the person, and others that have the person's address as their second one."""
        users = self.accounts.of(who)
        others = [user for user in users if self.accounts.is_second(user, who)]
        return [user for user in users if user not in others], others

    def _provision(self, profile: Mapping[str, str], key: str) -> tuple[User, bool]:
        """The account now there, and whether we made it. Okta lets nobody make a second one with the same login."""
        body: dict[str, Any] = {"profile": {**profile, self.settings.key_attribute: [key]}}
        query = {"activate": str(self.settings.activate).lower()}
        reply = self.api.call("provision an account", "POST", USERS, params=query, json=body, ok=(200, 400))
        if reply.status == 200:
            reply.need("id", str)
            return reply.body, True
        there = self.accounts.by_login(profile["login"])
        if there is None:
            raise SystemProblem(
                f"{self.name}: Okta refuses the profile; add the custom attribute {self.settings.key_attribute} "
                "(string array) to the user profile, and look whether Okta wants an attribute that is not delivered",
                consequence="fix settings",
            )
        return there, key in (there["profile"].get(self.settings.key_attribute) or ())

    def _fill(self, user: User, fields: Mapping[str, str], key: str) -> list[str]:
        """Write what the account does not have yet, with the key; what was written."""
        if self.accounts.is_protected(user["id"]):
            raise SystemProblem(f"{self.name}: the login is an admin's or a protected account's", consequence="stop")
        attribute = self.settings.key_attribute
        keys = list(user["profile"].get(attribute) or ())
        if key in keys:  # delivered before, and the search does not show it yet
            return []
        new = {name: value for name, value in fields.items() if not user["profile"].get(name)}
        self.accounts.write(user["id"], {**new, attribute: [*keys, key][-KEYS_KEPT:]})
        return sorted(new)

    def _step(self, users: Sequence[str], stay: int, freed: int) -> Outcome:
        """The first DELETE only deactivates, the second deletes; both go on in the background."""
        left = [user for user in users if self._still_there(user)]
        if left:
            token = json.dumps({"users": list(users), "protected": stay, "second": freed})
            return Pending(token, timedelta(seconds=self.settings.poll_seconds))
        return Done(counts(len(users), freed), remains=remains(stay, freed, logged=True))

    def _still_there(self, user: str) -> bool:
        now = self.accounts.get(user)
        if now is None:
            return False
        if not now.get("transitioningToStatus"):
            if self.accounts.is_protected(user):
                raise SystemProblem(
                    f"{self.name}: user {user} has become an admin or protected meanwhile; nothing was deleted since",
                    consequence="stop",
                )
            ask = {"params": {"sendEmail": "false"}, "headers": {"prefer": "respond-async"}}
            # once: a DELETE is refused while the one before goes on, so whoever tries again must look first
            self.api.call("delete a user", "DELETE", f"{USERS}/{user}", ok=(200, 202, 204, 404), once=True, **ask)
        return True


def _named(fields: Mapping[str, str], *, wanted: bool = False) -> dict[str, str]:
    """With a first and a last name, for a full one (its last word is the last name) and where Okta wants them."""
    full = fields.get("displayName", "").split()
    if not full and not wanted:
        return dict(fields)
    first, last = " ".join(full[:-1]) or UNKNOWN, full[-1] if full else UNKNOWN
    return {"firstName": first, "lastName": last, **fields}
