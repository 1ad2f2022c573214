"""Who gets marketing e-mail from HubSpot: communication preferences v4, in batches, addresses in bodies only."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.outcomes import SystemProblem

STATUSES = "/communication-preferences/v4/statuses"
EMAIL = {"channel": "EMAIL"}

Status = Mapping[str, Any]


class Subscriptions:
    """The subscription statuses of addresses. HubSpot keeps them by address, whether a contact has it or not."""

    def __init__(self, name: str, api: Api) -> None:
        self._name = name
        self._api = api

    def statuses(self, addresses: Sequence[str]) -> Iterator[tuple[str, Sequence[Status]]]:
        """Each address (at most 100) with its status in every subscription type."""
        read = self._batch("read subscriptions", "read", {"inputs": list(addresses)}, EMAIL)
        for answer in read.need("results", list):
            yield answer["subscriberIdString"], answer["statuses"]

    def unsubscribe_all(self, addresses: Sequence[str]) -> None:
        """No e-mail of any subscription type to these addresses (at most 100) any more."""
        self._batch("unsubscribe", "unsubscribe-all", {"inputs": list(addresses)}, EMAIL)

    def subscribe(self, address: str, subscription: int, explanation: str) -> bool:
        """False when the person unsubscribed there before: HubSpot lets only them undo that, through its own mail."""
        now = {
            status["status"]
            for _, known in self.statuses([address])
            for status in known
            if status["subscriptionId"] == subscription
        }
        if "UNSUBSCRIBED" in now:
            return False
        if "SUBSCRIBED" not in now:
            order = {**EMAIL, "subscriberIdString": address, "subscriptionId": subscription}
            order |= {"statusState": "SUBSCRIBED", "legalBasis": "CONSENT_WITH_NOTICE"}
            order |= {"legalBasisExplanation": explanation}
            self._batch("subscribe", "write", {"inputs": [order]}, {})
        return True

    def _batch(self, act: str, operation: str, body: Mapping[str, Any], query: Mapping[str, str]) -> Any:
        path = f"{STATUSES}/batch/{operation}"
        reply = self._api.call(act, "POST", path, params=query, json=body, ok=(200, 207))
        all_well(self._name, act, reply.body)
        return reply


def all_well(name: str, act: str, body: Any) -> None:
    """A batch can fail in part and still answer 207: never take that for done. Raises `SystemProblem`."""
    faults = body.get("errors", []) if isinstance(body, Mapping) else []
    if faults:
        kinds = sorted({str(fault.get("category")) for fault in faults})
        raise SystemProblem(
            f"{name}: {act}: {len(faults)} of the batch refused ({', '.join(kinds)})", consequence="stop"
        )
