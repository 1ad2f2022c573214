"""Who is meant in Salesforce: from e-mail addresses to rows, over merges and conversions, to what hangs on them.

A merge leaves the losing record in the Recycle Bin with `MasterRecordId`; a conversion leaves the lead with
`ConvertedContactId`. Staff who merged or converted records said that they are one person.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from troth.systems.kit.paging import in_batches
from troth.systems.saas.salesforce.soql import one_of, select

Also = Literal["Case", "Task", "Event", "CampaignMember", "EmailMessage", "Individual"]
PEOPLE = ("Lead", "Contact")
ERASED_IN_ORDER = ("EmailMessage", "CampaignMember", "Event", "Task", "Case", "Lead", "Contact", "Individual")
"""What hangs on a contact goes first: Salesforce refuses to delete a contact that has a case."""
BATCH = 200  # ids in one query

Row = Mapping[str, Any]
Ask = Callable[[Mapping[str, str]], Mapping[str, Sequence[Row]]]
"""Name → query in, name → rows out."""
Look = tuple[str, str, Iterable[str | None]]
"""A kind, a field of it, values of that field."""

_COLUMNS = {"Lead": ("Id", "IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId"),
            "Contact": ("Id", "IsDeleted", "MasterRecordId")}  # fmt: skip


class Reach:
    """The rows of one person, kind by kind: `rows[kind][id]`."""

    def __init__(self, ask: Ask, also: Sequence[str] = ()) -> None:
        self._ask = ask
        self._also = also
        self._looked: set[tuple[str, str, str]] = set()
        self.rows: dict[str, dict[str, Row]] = {}

    def people(self, addresses: Sequence[str]) -> "Reach":
        """Leads and contacts with one of the addresses, and those merged with them or converted from or to them."""
        self._look([(kind, "Email", addresses) for kind in PEOPLE])
        while self._look(self._same()):
            pass
        return self

    def everything(self, addresses: Sequence[str]) -> "Reach":
        """People, and what hangs on them or came from one of the addresses."""
        self._look([("Case", "SuppliedEmail", addresses), ("EmailMessage", "FromAddress", addresses)])
        self.people(addresses)
        self._look(self._hanging())
        self._look([("EmailMessage", "ParentId", self.ids("Case"))])
        return self

    def ids(self, *kinds: str) -> list[str]:
        """Ids of the rows found, deleted ones too."""
        return [row for kind in kinds for row in self.rows.get(kind, ())]

    def live(self) -> dict[str, list[str]]:
        """Kind → ids of rows that can be written: not in the Recycle Bin, no converted lead (those are read only)."""
        found = {
            kind: [one for one, row in rows.items() if not row["IsDeleted"] and not row.get("IsConverted")]
            for kind, rows in self.rows.items()
        }
        return {kind: rows for kind, rows in found.items() if rows}

    def read_only(self) -> list[str]:
        """Converted leads, which Salesforce lets nobody change through its API."""
        leads = self.rows.get("Lead", {}).items()
        return [one for one, row in leads if row.get("IsConverted") and not row["IsDeleted"]]

    def _same(self) -> list[Look]:
        leads, contacts = self.rows.get("Lead", {}).values(), self.rows.get("Contact", {}).values()
        return [
            ("Lead", "MasterRecordId", self.ids("Lead")),
            ("Lead", "Id", [row["MasterRecordId"] for row in leads]),
            ("Lead", "ConvertedContactId", self.ids("Contact")),
            ("Contact", "MasterRecordId", self.ids("Contact")),
            ("Contact", "Id", [*(r["MasterRecordId"] for r in contacts), *(r["ConvertedContactId"] for r in leads)]),
        ]

    def _hanging(self) -> list[Look]:
        who = self.ids(*PEOPLE)
        individuals = [row.get("IndividualId") for kind in PEOPLE for row in self.rows.get(kind, {}).values()]
        return [
            ("Case", "ContactId", self.ids("Contact")),
            ("Task", "WhoId", who),
            ("Event", "WhoId", who),
            ("CampaignMember", "LeadId", self.ids("Lead")),
            ("CampaignMember", "ContactId", self.ids("Contact")),
            ("Individual", "Id", individuals),
        ]

    def _look(self, looks: Iterable[Look]) -> bool:
        """Ask what was not asked yet; whether a row came that was not known."""
        asked = dict(self._queries(looks))
        before = sum(map(len, self.rows.values()))
        answers = self._ask(asked) if asked else {}
        for name, rows in answers.items():
            kind = name.partition("_")[0]
            self.rows.setdefault(kind, {}).update({row["Id"]: row for row in rows})
        return sum(map(len, self.rows.values())) > before

    def _queries(self, looks: Iterable[Look]) -> Iterator[tuple[str, str]]:
        for kind, field, values in looks:
            if kind not in PEOPLE and kind not in self._also:
                continue
            fresh = [one for one in dict.fromkeys(values) if one and (kind, field, one) not in self._looked]
            self._looked |= {(kind, field, one) for one in fresh}
            for number, some in enumerate(in_batches(fresh, BATCH)):
                yield f"{kind}_{field}_{number}", select(kind, self._columns(kind), one_of(field, some))

    def _columns(self, kind: str) -> Sequence[str]:
        base = _COLUMNS.get(kind, ("Id", "IsDeleted"))
        return (*base, "IndividualId") if kind in PEOPLE and "Individual" in self._also else base
