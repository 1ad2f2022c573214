"""Zendesk Support: users with all their addresses, their tickets, and erasure to the end in every Zendesk product.

Zendesk can be searched only through URLs, so addresses stand in the query of GET requests to it (over TLS). Its logs
have them in any case; ours never hold a URL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from troth.systems.kit.auth import Auth, Basic, Bearer
from troth.systems.kit.base import Outgoing
from troth.systems.kit.fields import items_of
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered, Outcome, SystemProblem
from troth.systems.kit.rates import Rate
from troth.systems.kit.saas import SaasSystem
from troth.systems.saas.zendesk import erasure
from troth.systems.saas.zendesk.disposal import Disposal
from troth.systems.saas.zendesk.help_center import HelpCenter
from troth.systems.saas.zendesk.lists import V2, Row
from troth.systems.saas.zendesk.people import People, is_staff, notes
from troth.systems.saas.zendesk.settings import ZendeskSettings
from troth.systems.saas.zendesk.tickets import EXPORTS, Tickets, held_back, listing

KEYS_KEPT = 100
CUSTOM = "user_fields."
PLAIN = frozenset({"email", "name", "phone", "alias", "details", "notes"})  # others, such as role, give rights
_OTHERWISE = frozenset({"url", "identities", "user_fields", "photo"})  # told otherwise, or nothing about the person


class Zendesk(SaasSystem):
    """Found by e-mail address, the primary and all others of a user. Agents and admins are never erased or changed."""

    Settings = ZendeskSettings
    TITLE: ClassVar[str] = "Zendesk"
    FIELDS: ClassVar[Mapping[str, str]] = {
        "email": "email",
        "full-name": "name",
        "phone": "phone",
        "user-name": "alias",
        "business-address": "details",
        "other": "notes",
        "company": f"{CUSTOM}company",
        "country": f"{CUSTOM}country",
        "job-title": f"{CUSTOM}job_title",
        "role": f"{CUSTOM}role",
    }
    INSTEAD: ClassVar[Mapping[str, NotOffered | Expires]] = {
        "suppress": NotOffered(
            reason="Zendesk Support sends no marketing: it answers what people ask, so there is nothing to unsubscribe",
            source="https://developer.zendesk.com/api-reference/ticketing/introduction/ (no subscription or opt-out)",
            manual_steps="if campaigns are sent from Zendesk by an app, unsubscribe the address in that app",
        )
    }
    LIMITS: ClassVar[Mapping[str, str]] = {
        "find": "attachments are listed by name, type and size; of other people's tickets only what the person wrote, "
        "and nothing for staff; "
        "what was deleted there by hand may be told no more, and goes for good 30 days later",
        "erase": "staff accounts, what others wrote about the person in tickets that are not theirs, and, unless "
        "help_center is switched on, what the person wrote in the help center stay; tickets deleted by hand go 30 days "
        "later",
        "rectify": "what stands in tickets is not rewritten, and staff accounts are left alone",
    }
    RATES: ClassVar[Mapping[str, Rate]] = {erasure.PURGES: Rate(700, 600), EXPORTS: Rate(100, 60)}
    settings: ZendeskSettings

    def __init__(self, name: str, settings: ZendeskSettings) -> None:
        super().__init__(name, settings)
        self.people = People(self.api, external=settings.account_is_external_id)
        self.tickets = Tickets(name, self.api)
        self.help_center = HelpCenter(self.api, on=settings.help_center)
        self.disposal = Disposal(self.people, self.tickets, settings=settings, name=name)
        self.erasure = erasure.Erasure(self.api, self.people, self.tickets, settings=settings, name=name)

    def auth(self) -> Auth:
        user, token = self.settings.user, self.settings.token
        return Basic(f"{user}/token", token) if user else Bearer(token)

    def find(self, who: Identifiers) -> Outcome:
        """Users, tickets with everything written in them, and mail that was held back."""
        users = self.people.of(who)
        findings = [self._finding(user) for user in users]
        for user in users:
            findings += self.tickets.findings(user["id"], staff=is_staff(user))
            findings += self.help_center.findings(user["id"]) if user["active"] else ()
        findings += map(held_back, self.tickets.suspended(_addresses(who, users)))
        counts: dict[str, int] = {}
        for one in findings:
            counts[one.kind] = counts.get(one.kind, 0) + 1
        return Found(counts, tuple(findings))

    def erase(self, who: Identifiers, *, key: str) -> Outcome:
        """Tickets as the setting says, then the users, each to its permanent end. Looks first, so needs no `key`."""
        users = self.people.of(who)
        gone = [user for user in users if not is_staff(user)]
        held = self.tickets.suspended(_addresses(who, gone))
        if users and not gone:
            return erasure.staff(len(users))
        plan = erasure.Plan(tuple(user["id"] for user in gone), suspended=len(held), staff=len(users) - len(gone))
        plan = self.disposal.of(gone, plan)
        posts = sum(self.help_center.erase(user["id"]) for user in gone if user["active"])
        self.tickets.delete_suspended(held)
        return self.erasure.begin(replace(plan, posts=posts)) if gone else Done({"users": 0, "suspended": len(held)})

    def check(self, token: str) -> Outcome:
        """Does what can be done next; `Done` when Zendesk's own record says that every product has finished."""
        return self.erasure.go_on(erasure.read(self.name, token))

    def rectify(self, who: Identifiers, changes: Mapping[str, str], *, key: str) -> Outcome:
        """Write the right values into every user of the person. A right address becomes the primary one."""
        fields = self.to_fields(changes)
        self._know(fields)
        users = [user for user in self.people.of(who) if user["active"]]
        ours = [user for user in users if not is_staff(user)]
        if users and not ours:
            return erasure.staff(len(users))
        values = _nested({name: value for name, value in fields.items() if name != "email"})
        mine = frozenset(address.lower() for address in who.addresses)
        for user in ours:
            if values:
                self.people.write(user["id"], values)
            if "email" in fields:
                self.people.readdress(user["id"], mine, fields["email"].strip())
        staff = (erasure.staff(len(users) - len(ours)),) if len(users) > len(ours) else ()
        return Done({"users": len(ours)}, remains=staff)

    def deliver(self, outgoing: Outgoing, *, key: str) -> Outcome:
        """Create or update the end user with the record's address. No mail is sent to the person.

        The key is kept on the user with the values, so a delivery repeated later changes nothing.
        """
        email = outgoing.values.get("email", "").strip().lower()
        if not email:
            raise SystemProblem(f"{self.name}: the record holds no e-mail address to file it under", consequence="stop")
        fields = {**self.to_fields(outgoing.values), "email": email}
        self._know({**fields, f"{CUSTOM}{self.settings.key_field}": ""})
        field = self.settings.key_field
        done = self.people.noted(field, key)
        if done is not None:
            return Done({"id": str(done["id"]), "created": False})
        user = next((row for row in self.people.of(Identifiers(email=(email,))) if row["active"]), None)
        if user is not None and is_staff(user):
            raise SystemProblem(f"{self.name}: the address is an agent's or admin's; left alone", consequence="stop")
        keys = notes(user, field)
        if user is not None and key in keys:
            return Done({"id": str(user["id"]), "created": False})
        note = {f"{CUSTOM}{field}": "\n".join([*keys, key][-KEYS_KEPT:])}
        body = {
            "name": email.partition("@")[0],
            **_nested({**fields, **note}),
            "skip_verify_email": True,
        }
        reply = self.api.call("file a user", "POST", f"{V2}/users/create_or_update", json={"user": body}, ok=(200, 201))
        made = reply.need("user", dict)
        return Done({"id": str(made["id"]), "created": reply.status == 201, "fields": sorted(fields)})

    def oldest(self) -> Outcome:
        """Creation time of the oldest end user or ticket, archived tickets included."""
        kinds = {"user": "type:user role:end-user", "ticket": "type:ticket"}
        times = {kind: self._first(query) for kind, query in kinds.items()}
        known = {kind: time for kind, time in times.items() if time}
        return Done({"oldest": min(known.values(), default=None), "by_kind": known})

    def test(self) -> Done:
        """Who we are there. Zendesk answers a wrong token here too, as an anonymous user."""
        me = self.api.call("test the connection", "GET", f"{V2}/users/me").need("user", dict)
        if me.get("id") is None or is_staff(me) is False:
            raise SystemProblem(
                f"{self.name}: the token is not of an agent or admin; check admin and token", consequence="fix settings"
            )
        return Done({"account": f"user {me['id']}", "role": me["role"]})

    def _first(self, query: str) -> str | None:
        params = {"query": query, "sort_by": "created_at", "sort_order": "asc", "per_page": "1"}
        rows = self.api.call("search the oldest", "GET", f"{V2}/search", params=params).need("results", list)
        return rows[0]["created_at"] if rows else None

    def _finding(self, user: Row) -> Finding:
        values = {name: value for name, value in user.items() if value not in (None, "", []) and name not in _OTHERWISE}
        custom = (user.get("user_fields") or {}).items()
        values |= {f"{CUSTOM}{name}": value for name, value in custom if value not in (None, "")}
        if user.get("identities"):
            values["identities"] = [{key: one[key] for key in ("type", "value")} for one in user["identities"]]
        if user.get("photo"):
            values["photo"] = listing(user["photo"])
        kind = "user" if user["active"] else "user (deleted, not yet for good)"
        return Finding(kind, str(user["id"]), values, items_of(self.mapping, values))

    def _know(self, fields: Mapping[str, str]) -> None:
        """Zendesk drops values of custom fields it does not have without a word: refuse before writing.

        Of its own fields only those are written that describe a user: what a person says must make nobody an admin.
        """
        rights = sorted(name for name in fields if name not in PLAIN and not name.startswith(CUSTOM))
        if rights:
            raise SystemProblem(
                f"{self.name}: {', '.join(rights)} is no field that describes a user; put the item into one of "
                f"{', '.join(sorted(PLAIN))} or a user field ({CUSTOM}…) under `fields`",
                consequence="fix settings",
            )
        custom = {name.removeprefix(CUSTOM) for name in fields if name.startswith(CUSTOM)}
        unknown = sorted(custom - self.people.fields()) if custom else []
        if unknown:
            raise SystemProblem(
                f"{self.name}: Zendesk has no user field {', '.join(unknown)}; add it there (Admin Center, People, "
                "User fields) or put the item elsewhere under `fields`",
                consequence="fix settings",
            )


def _addresses(who: Identifiers, users: Sequence[Row]) -> tuple[str, ...]:
    """The addresses asked for and those of the users found, in lower case."""
    held = [one["value"] for user in users for one in user.get("identities", ()) if one["type"] == "email"]
    return tuple(dict.fromkeys(address.lower() for address in (*who.addresses, *held)))


def _nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """Custom fields go into an object of their own."""
    custom = {name.removeprefix(CUSTOM): value for name, value in fields.items() if name.startswith(CUSTOM)}
    plain = {name: value for name, value in fields.items() if not name.startswith(CUSTOM)}
    return {**plain, **({"user_fields": custom} if custom else {})}
