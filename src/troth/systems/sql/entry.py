"""A database's entry in the systems file: its address and its dataset file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.settings import Secret
from troth.systems.sql.dataset import Dataset, DatasetError, read

_PASSWORD = re.compile(
    r"://[^/@]*:[^@]+@|[?&;](password|passwd|pwd|sslpassword|token|private_key|credentials_base64)=", re.IGNORECASE
)


@dataclass(frozen=True)
class Entry:
    """What the entry says. `literal`: settings whose password stands in the systems file itself."""

    title: str
    url: str = field(repr=False)
    dataset: Dataset
    recipient: str | None
    literal: tuple[str, ...]


def entry(name: str, config: Mapping[str, Any], base_dir: Path) -> Entry:
    """The entry of system `name`: `url` (literal, or `env:NAME`, `file:PATH`, `secret:NAME`), `dataset` (path, relative
    to `base_dir`), `title` and `recipient` if they are given.

    Raises SystemProblem (`fix settings`) when one is missing, not to be read, or the dataset file wrong.
    """
    try:
        dataset = read(base_dir / _setting(config, "dataset", base_dir).reveal())
        given = _setting(config, "url", base_dir)
        url = given.reveal()
    except DatasetError as wrong:
        raise SystemProblem(f"{name}: {wrong}", consequence="fix settings") from wrong
    except SystemProblem as wrong:
        raise SystemProblem(f"{name}: {wrong}", consequence="fix settings") from None
    open_to_all = given.place == "literal" and holds_password(url)
    title = config.get("title") or dataset.title
    return Entry(title, url, dataset, config.get("recipient"), ("url",) if open_to_all else ())


def holds_password(url: str) -> bool:
    """Whether an address carries a password or another credential."""
    return bool(_PASSWORD.search(url))


def _setting(config: Mapping[str, Any], name: str, base_dir: Path) -> Secret:
    value = config.get(name)
    if not isinstance(value, str) or not value:
        raise SystemProblem(f"`{name}` is missing in systems.yaml", consequence="fix settings")
    return Secret(value, base_dir)
