"""A system that keeps idempotency keys, as good vendors do, and what a deployment needs to ask it for erasures."""

import os
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from troth.policy.load import load
from troth.requests import services
from troth.requests.models import Request
from troth.requests.services import links
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Found
from troth.systems.saas import manifest
from troth.versions import services as versions
from troth.work import schema

QUALI = Path(__file__).parents[3] / "policies" / "quali"


class Ledger(System):
    """One file for every key that had its effect, named after it, holding who it was about; `calls` has every call."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, title=name)
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._calls = os.open(folder / "calls", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> "Ledger":
        return cls(name, base_dir / name)

    def find(self, who: Identifiers) -> Found:
        time.sleep(0.005)
        return Found()

    def erase(self, who: Identifiers, *, key: str) -> Done:
        """A kill may come before the effect, or after it and before anybody hears of it."""
        time.sleep(random.uniform(0, 0.05))
        os.write(self._calls, f"{key}\n".encode())
        try:
            with open(self._folder / key, "x") as effect:
                effect.write(",".join(who.email))
        except FileExistsError:
            pass  # the key is known: no second effect
        time.sleep(random.uniform(0, 0.05))
        return Done({"rows": 1})


manifest.OWN["ledger"] = (__name__, Ledger.__name__)


def ask(addresses: list[str]) -> None:
    """Erasure requests of these people, each proven: their first steps wait in the queue."""
    schema.migrate()
    now = datetime.now(UTC)
    loaded = load(QUALI)
    assert loaded.policy is not None
    versions.publish(loaded.policy, loaded.places, now=now)
    for address in addresses:
        services.receive("erasure", address, now=now)
    for request in Request.objects.filter(state="identity"):
        services.prove(links.make(request, "identity", now).rstrip("/").rpartition("/")[2], now)
