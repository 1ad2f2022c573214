"""Delivering an event by the Measurement Protocol, which answers 204 to anything: so it is validated first.

Neither its secret nor the id of the stream can be sent but in the URL.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from troth.systems.kit.api import Api
from troth.systems.kit.auth import NoAuth
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas.google_analytics.identity import client_id

MOST_TEXT = 100  # characters of a parameter's value; Google cuts longer ones without a word


def event_of(name: str, fields: Mapping[str, str], *, event: str, key: str) -> dict[str, Any]:
    """The body of a delivery. Raises `SystemProblem` (stop) for what Analytics must not or cannot hold."""
    told = dict(fields)
    client = client_id(told.pop("client_id", ""))
    if client is None:
        raise SystemProblem(
            f"{name}: the record holds no Analytics client id; map the item that holds the cookie _ga to client_id",
            consequence="stop",
        )
    for field, value in told.items():
        if "@" in value:
            raise SystemProblem(
                f"{name}: {field} looks like an e-mail address, which Google's terms keep out of Analytics",
                consequence="stop",
            )
        if len(value) > MOST_TEXT:
            raise SystemProblem(f"{name}: {field} has more than {MOST_TEXT} characters", consequence="stop")
    params = {**told, "transaction_id": transaction(key)}
    return {"client_id": client, "events": [{"name": event, "params": params}]}


def transaction(key: str) -> str:
    """The act's key as Analytics gets it: the same for the same key, and nothing of it readable."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class Collector:
    """The collection address of one stream."""

    def __init__(self, name: str, api: Api, stream: Mapping[str, str]) -> None:
        self._name = name
        self._api = api
        self._stream = stream

    def send(self, body: Mapping[str, Any]) -> None:
        """Validate, then send. Raises `SystemProblem`."""
        checked = self._post("validate an event", "/debug/mp/collect", body, 200)
        faults = checked.need("validationMessages", list)
        if faults:
            codes = sorted({str(fault.get("validationCode")) for fault in faults})
            raise SystemProblem(
                f"{self._name}: validate an event: {', '.join(codes)}; rename the fields under `fields`, or the event",
                consequence="fix settings",
            )
        self._post("deliver an event", "/mp/collect", body, 204, once=True)  # a repeated one may count twice

    def _post(self, act: str, path: str, body: Mapping[str, Any], status: int, *, once: bool = False) -> Any:
        told = {"params": self._stream, "json": body, "auth": NoAuth(), "once": once}
        return self._api.call(act, "POST", path, ok=(status,), **told)
