"""The sandbox's state in one JSON file, so that a demo survives a restart."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Store:
    """Whole file written beside and renamed, so a kill leaves the old state or the new one. No path: memory only."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._written = ""

    def load(self) -> dict[str, Any]:
        """Vendor → state as last saved; empty when there is none."""
        if self._path is None or not self._path.exists():
            return {}
        loaded: dict[str, Any] = json.loads(self._path.read_text(encoding="utf-8"))
        return loaded

    def save(self, states: Mapping[str, Any]) -> None:
        """Write if anything changed."""
        if self._path is None:
            return
        text = json.dumps(states)
        if text == self._written:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f".{self._path.name}.new")
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, self._path)
        self._written = text
