"""A system whose calls take 5 ms, and that notes the key of every effect in a file: what a vendor would have seen."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Found
from troth.systems.saas import manifest

CALL_S = 0.005
NAME = "simulated"


class Simulated(System):
    """Holds nothing; every erasure is one line `key` in its ledger."""

    def __init__(self, name: str, ledger: Path) -> None:
        super().__init__(name, title=name)
        self._ledger = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    @classmethod
    def from_config(cls, name: str, config: Mapping[str, Any], base_dir: Path) -> "Simulated":
        return cls(name, base_dir / config["ledger"])

    def find(self, who: Identifiers) -> Found:
        time.sleep(CALL_S)
        return Found()

    def erase(self, who: Identifiers, *, key: str) -> Done:
        time.sleep(CALL_S)
        os.write(self._ledger, f"{self.name} {key}\n".encode())
        return Done({"rows": 1})


def offer() -> None:
    """Make it a connector the systems file may name, in this process."""
    manifest.OWN[NAME] = (__name__, Simulated.__name__)
