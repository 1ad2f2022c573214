"""What hangs on contacts in HubSpot: activities, tickets and deals, found and archived by association.

Permanent deletion takes the contact only. HubSpot has no permanent deletion for these kinds: archived ones lie in its
recycle bin for 90 days (knowledge.hubspot.com, restore deleted records and activities).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import Expires, Finding, NotOffered, SystemProblem
from troth.systems.kit.paging import MOST_PAGES, in_batches

Kind = Literal["notes", "calls", "meetings", "tasks", "emails", "tickets", "deals"]
BATCH = 100
BIN = Expires("the 90th day after they were archived", "HubSpot's recycle bin, which no setting shortens")
PURGE = Expires(
    "the 30th day after the permanent deletion at the latest",
    "HubSpot's purge of permanently deleted contacts; their addresses stay on its block list",
)

Ids = Mapping[str, Sequence[str]]


class Related:
    """The kinds the settings name, for contacts given by id."""

    def __init__(self, name: str, api: Api, kinds: Sequence[str]) -> None:
        self._name = name
        self._api = api
        self._kinds = kinds

    def ids(self, contacts: Sequence[str]) -> dict[str, list[str]]:
        """Kind → ids of what is associated with one of the contacts."""
        found = {kind: self._associated("contacts", kind, contacts) for kind in self._kinds} if contacts else {}
        merged = {kind: list(dict.fromkeys(chain(*by.values()))) for kind, by in found.items()}
        return {kind: ids for kind, ids in merged.items() if ids}

    def findings(self, contacts: Sequence[str]) -> Iterator[Finding]:
        """Every property that has a value of each of them."""
        for kind, ids in self.ids(contacts).items():
            known = self._api.call(f"list properties of {kind}", "GET", f"/crm/v3/properties/{kind}")
            names = [one["name"] for one in known.need("results", list)]
            for some in in_batches(ids, BATCH):
                yield from self._read(kind, some, names)

    def parted(self, contacts: Sequence[str], kept: Sequence[str]) -> tuple[Ids, Ids]:
        """What is only these contacts' and may go; what stays, being other people's too or of a kind that is kept."""
        goes: dict[str, list[str]] = {}
        stays: dict[str, list[str]] = {}
        for kind, ids in self.ids(contacts).items():
            people = self._associated(kind, "contacts", ids) if kind not in kept else {}
            for one in ids:
                alone = kind not in kept and set(people.get(one, ())) <= set(contacts)
                (goes if alone else stays).setdefault(kind, []).append(one)
        return goes, stays

    def archive(self, ids: Ids) -> None:
        """Into the recycle bin; what is there already is fine."""
        for kind, some in ids.items():
            for batch in in_batches(some, BATCH):
                body = {"inputs": [{"id": one} for one in batch]}
                self._api.call(f"archive {kind}", "POST", f"/crm/v3/objects/{kind}/batch/archive", json=body, ok=(204,))

    def _read(self, kind: str, ids: Sequence[str], names: Sequence[str]) -> Iterator[Finding]:
        body = {"inputs": [{"id": one} for one in ids], "properties": names, "propertiesWithHistory": []}
        reply = self._api.call(f"read {kind}", "POST", f"/crm/v3/objects/{kind}/batch/read", json=body, ok=(200, 207))
        for row in reply.need("results", list):
            values = {name: value for name, value in row["properties"].items() if value not in (None, "")}
            yield Finding(kind.removesuffix("s"), row["id"], values)

    def _associated(self, kind: str, to: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Id → ids of kind `to` associated with it, every page."""
        found: dict[str, list[str]] = {}
        asked: list[dict[str, str]] = [{"id": one} for one in ids]
        for _ in range(MOST_PAGES):
            if not asked:
                return found
            further: list[dict[str, str]] = []
            for some in in_batches(asked, BATCH):
                for result in self._page(kind, to, some):
                    one = str(result["from"]["id"])
                    found.setdefault(one, []).extend(str(other["toObjectId"]) for other in result["to"])
                    after = ((result.get("paging") or {}).get("next") or {}).get("after")
                    further += [{"id": one, "after": after}] if after else []
            asked = further
        raise SystemProblem(f"{self._name}: the associations with {to} do not end", consequence="stop")

    def _page(self, kind: str, to: str, inputs: Sequence[Mapping[str, str]]) -> list[Mapping[str, Any]]:
        act, path = f"associations of {kind} with {to}", f"/crm/v4/associations/{kind}/{to}/batch/read"
        reply = self._api.call(act, "POST", path, json={"inputs": list(inputs)}, ok=(200, 207))
        results: list[Mapping[str, Any]] = reply.need("results", list)
        # An object without associations is an error of its own kind there, and no error for us.
        faults = [fault for fault in reply.body.get("errors", ()) if fault.get("category") != "OBJECT_NOT_FOUND"]
        if faults:
            raise SystemProblem(f"{self._name}: {act}: {len(faults)} refused", consequence="retry")
        return results


def remains(archived: Mapping[str, int], stays: Ids) -> tuple[Expires | NotOffered, ...]:
    """What an erasure leaves for later or for somebody's hand."""
    kept = "; ".join(f"{kind} {', '.join(ids)}" for kind, ids in stays.items())
    by_hand = NotOffered(
        reason=f"kept, since they are business records or other people's too: {kept}",
        source="the setting `keep`, and the associations of each with contacts",
        manual_steps="open each in HubSpot and take out what is about the person",
    )
    return (PURGE, *((BIN,) if archived else ()), *((by_hand,) if stays else ()))
