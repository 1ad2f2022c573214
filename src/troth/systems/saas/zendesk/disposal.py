"""What becomes of the tickets of somebody who is erased: deleted, redacted, or kept for a reason.

A ticket is the person's data and the company's record of what it did: which of the three is right depends on why the
company keeps tickets, so the settings say it. Other people's tickets stay theirs; what the person wrote there goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas.zendesk.erasure import Plan
from troth.systems.saas.zendesk.lists import Row
from troth.systems.saas.zendesk.people import People, notes
from troth.systems.saas.zendesk.settings import ZendeskSettings
from troth.systems.saas.zendesk.tickets import CLOSED, Tickets, is_open

ERASING = "erasing:"

Requested = Mapping[int, Sequence[Row]]


class Disposal:
    """Makes a plan know of the tickets. What it does at once (redaction) may be done again."""

    def __init__(self, people: People, tickets: Tickets, *, settings: ZendeskSettings, name: str) -> None:
        self._people = people
        self._tickets = tickets
        self._settings = settings
        self._name = name

    def of(self, users: Sequence[Row], plan: Plan) -> Plan:
        """The plan with the tickets of these users. Raises `SystemProblem` (stop) when kept ones are in the way."""
        requested = {user["id"]: self._tickets.requested(user["id"]) for user in users}
        if self._settings.tickets == "keep":
            return self._kept(requested, plan)
        done = sum(self._tickets.redact(row, user) for user in requested for row in self._tickets.of_others(user))
        if self._settings.tickets == "redact":
            return self._redacted(requested, replace(plan, redacted=done))
        return replace(plan, tickets=self._noted(users, requested), redacted=done)

    def _kept(self, requested: Requested, plan: Plan) -> Plan:
        open_ones = sum(is_open(row) for rows in requested.values() for row in rows)
        if open_ones:
            raise SystemProblem(
                f"{self._name}: the person has {open_ones} tickets that are not closed, and Zendesk deletes nobody who "
                "has; close them (tickets are kept), then try again",
                consequence="stop",
            )
        return replace(plan, kept=sum(map(len, requested.values())))

    def _redacted(self, requested: Requested, plan: Plan) -> Plan:
        done, every = plan.redacted, [row for rows in requested.values() for row in rows]
        closed = sum(not is_open(row) and row["subject"] != CLOSED for row in every)
        for user, rows in requested.items():
            for row in rows:
                done += self._tickets.redact(row, user)
                if is_open(row):
                    self._tickets.close(row)
        return replace(plan, redacted=done, closed=closed)

    def _noted(self, users: Sequence[Row], requested: Requested) -> tuple[int, ...]:
        """The tickets to delete, those of a run that broke off included.

        Their ids are noted on the user first: a ticket that is softly deleted is in no list of its user any more.
        """
        field = self._settings.key_field
        every: list[int] = []
        for user in users:
            held = notes(user, field)
            known = [
                int(one) for note in held if note.startswith(ERASING) for one in note.removeprefix(ERASING).split(",")
            ]
            tickets = sorted({*known, *(row["id"] for row in requested[user["id"]])})
            every += tickets
            if user["active"] and tickets != known and field in self._people.fields():
                others = [note for note in held if not note.startswith(ERASING)]
                note = "\n".join([*others, ERASING + ",".join(map(str, tickets))])
                self._people.write(user["id"], {"user_fields": {field: note}})
        return tuple(every)
