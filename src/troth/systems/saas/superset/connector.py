"""Superset: the accounts of its users, through the security API of Flask-AppBuilder.

That API searches by query string only, so an address stands in the URL of the search; it reaches Superset's own web
server log and nothing else.
"""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from troth.systems.kit.auth import Auth, Fetched, NoAuth
from troth.systems.kit.base import Outgoing
from troth.systems.kit.fields import items_of
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered, Outcome, SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.kit.settings import ConnectorSettings, SecretText
from troth.systems.saas.superset.handing_over import HandOver
from troth.systems.saas.superset.lists import USERS, Lists, Row, plain

LOGIN, REFRESH = "/api/v1/security/login", "/api/v1/security/refresh"
BLANK = "[not provided]"  # Superset wants both names
LOGS = NotOffered(
    reason="Superset's action log cannot be deleted through its API; its lines stay, without the name",
    source="/api/v1/log/ of Superset 6.1 has GET and POST only",
    manual_steps="have Superset prune its log: the Celery task prune_logs with a retention in days (config.py)",
)
KEPT = NotOffered(
    reason="Superset refused to delete the account, since things it made refer to it; its name, address and password "
    "were overwritten and it was switched off",
    source="the database's foreign keys to ab_user (created_by_fk, changed_by_fk), which the API cannot change",
    manual_steps="delete what the account made, if it is not needed, then the account in Settings, List Users",
)


class SupersetSettings(ConnectorSettings):
    """An account of Superset that may manage users, with FAB_ADD_SECURITY_API = True in superset_config.py."""

    username: str = Field(title="User name", description="An account with the role Admin.")
    password: SecretText = Field(title="Password", description="Password of that account.")
    provider: Literal["db", "ldap"] = Field("db", title="Sign in by", description="Where that account is kept.")
    roles: tuple[int, ...] = Field(
        (), title="Roles", description="Ids of the roles that accounts made by a delivery get; needed to deliver."
    )
    new_owner: int | None = Field(
        None,
        title="New owner",
        description="Id of the user who takes over dashboards, charts and datasets of an account that is erased. "
        "Without it, the erasure of somebody who owns any stops and lists them.",
    )


class Superset(SaasSystem):
    """Found by e-mail address: the account, what it owns, its SQL and its lines in the action log."""

    Settings = SupersetSettings
    TITLE: ClassVar[str] = "Superset"
    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "suppress": NotOffered(
            reason="Superset sends no marketing",
            source="the API of Superset 6.1 has no subscriptions; alerts and reports go to addresses its users enter",
            manual_steps="take the address out of the recipients under Settings, Alerts & Reports",
        )
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "what dashboards show lies in the databases behind them, and is found there",
        "erase": "lines of the action log stay, without the name, until Superset prunes them; an account that made "
        "things is overwritten and switched off instead of deleted",
        "deliver": "makes an account with a password nobody knows, for single sign-on or a reset",
    }
    FIELDS: ClassVar[Mapping[str, str]] = {
        "email": "email",
        "first-name": "first_name",
        "last-name": "last_name",
        "full-name": "last_name",
        "username": "username",
    }
    settings: SupersetSettings

    def __init__(self, name: str, settings: SupersetSettings) -> None:
        self._refresh = ""
        super().__init__(name, settings)
        self._lists = Lists(self.api)

    def auth(self) -> Auth:
        return Fetched(self._sign_in)

    def _sign_in(self) -> str:
        """A token by the refresh token of the last sign-in, else by the password: that counts as a login there."""
        if self._refresh:
            bearer = {"authorization": f"Bearer {self._refresh}"}
            again = self.api.call("renew the token", "POST", REFRESH, headers=bearer, auth=NoAuth(), ok=(200, 401, 422))
            if again.status == 200:
                renewed: str = again.need("access_token", str)
                return renewed
        body: dict[str, Any] = {"username": self.settings.username}
        body |= {"password": self.settings.password.reveal(), "provider": self.settings.provider, "refresh": True}
        reply = self.api.call("sign in", "POST", LOGIN, json=body, auth=NoAuth())
        self._refresh = str(reply.body.get("refresh_token") or "")
        token: str = reply.need("access_token", str)
        return token

    def find(self, who: Identifiers) -> Outcome:
        """The account, what it owns, what it ran and its lines in the action log."""
        users = self._lists.users(who.addresses)
        findings = [finding for user in users for finding in self._findings(user)]
        return Found({"users": len(users)}, tuple(findings))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Hand over what the account owns, then delete it; where Superset refuses, overwrite it.

        Looks first, so that `key` is not needed. Raises `SystemProblem` (fix settings) before anything is changed
        when somebody must take over and nobody is named.
        """
        users = self._lists.users(who.addresses)
        handing = HandOver(self.name, self.api, self.settings.url, self.settings.new_owner)
        owned = {user["id"]: self._lists.owned(user["id"]) for user in users}
        handing.judge(owned)
        moved = sum(handing.hand_over(user, things) for user, things in owned.items())
        deleted = [user["id"] for user in users if self._deleted(user["id"])]
        kept = [user["id"] for user in users if user["id"] not in deleted]
        if self._lists.users(who.addresses):
            raise SystemProblem(f"{self.name}: erase a user: the account is still there", consequence="retry")
        remains = (*((LOGS,) if users else ()), *((KEPT,) if kept else ()))
        return Done({"deleted": deleted, "overwritten": kept, "handed_over": moved}, remains=remains)

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Write the right values into every account of the person; a user name that is the address follows it."""
        fields = self.to_fields(changes)
        users = self._lists.users(who.addresses)
        for user in users:
            follows = "email" in fields and user["username"] == user["email"]
            body = {**({"username": fields["email"]} if follows else {}), **fields}
            if body:
                self.api.call("rectify a user", "PUT", f"{USERS}{user['id']}", json=body)
        return Done({"users": len(users)})

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """An account for the record's address. One that is there already is left alone: it may have been corrected."""
        fields = self.to_fields(outgoing.values)
        email = fields.get("email", "").strip()
        if not email:
            raise SystemProblem(f"{self.name}: the record holds no e-mail address for an account", consequence="stop")
        if not self.settings.roles:
            raise SystemProblem(f"{self.name}: set roles: which may new accounts have?", consequence="fix settings")
        for user in self._lists.users([email]):
            return Done({"id": user["id"], "created": False})
        body: dict[str, Any] = {"username": email, "first_name": BLANK, "last_name": BLANK, **fields}
        body |= {"password": secrets.token_urlsafe(24), "active": True, "roles": list(self.settings.roles)}
        made = self.api.call("create a user", "POST", USERS, json=body, ok=(201, 422))
        if made.status == 201:
            return Done({"id": made.need("id", int), "created": True, "fields": sorted(fields)})
        for user in self._lists.users([email]):  # made by an attempt whose answer was lost
            return Done({"id": user["id"], "created": True, "fields": sorted(fields)})
        raise SystemProblem(
            f"{self.name}: create a user: Superset refuses; is the user name taken, or a role of `roles` unknown?",
            consequence="stop",
        )

    def oldest(self) -> Outcome:
        """The oldest line of the action log, or the oldest account if that is older."""
        times = {
            "log": self._lists.oldest("log", "/api/v1/log/", "dttm"),
            "user": self._lists.oldest("users", USERS, "created_on"),
        }
        by_kind = {kind: f"{time}+00:00" for kind, time in times.items() if time}  # Superset writes UTC without saying
        return Done({"oldest": min(by_kind.values(), default=None), "by_kind": by_kind})

    def test(self) -> Done:
        """Signs in and counts the users, which needs the security API."""
        return Done({"account": "Superset", "users": self._lists.count()})

    def _findings(self, user: Row) -> Iterator[Finding]:
        values = plain(user)
        yield Finding("user", str(user["id"]), values, items_of(self.mapping, values))
        for kind, things in self._lists.owned(user["id"]).items():
            for owned, row in things:
                yield Finding(f"{kind} owned", str(owned), plain(row))
        for kind, made, row in self._lists.made(user["id"]):
            yield Finding(kind.replace("_", " "), str(made), plain(row))

    def _deleted(self, user: int) -> bool:
        """Whether the account could be deleted; one that Superset holds back is overwritten and switched off."""
        # 422 quotes the database's complaint of a foreign key; it is not repeated.
        answer = self.api.call("delete a user", "DELETE", f"{USERS}{user}", ok=(200, 404, 422))
        if answer.status != 422:
            return True
        blank = {"first_name": "erased", "last_name": str(user), "username": f"erased-{user}", "active": False}
        blank |= {"email": f"erased-{user}@invalid.invalid", "password": secrets.token_urlsafe(24)}
        self.api.call("overwrite a user", "PUT", f"{USERS}{user}", json=blank)
        return False
