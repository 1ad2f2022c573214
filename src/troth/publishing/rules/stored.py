"""Changes as a publication keeps them: what was approved is what is told and done, whatever release runs by then."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from troth.policy.difference.values import Change


def store(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Plain data that fits JSON."""
    return [{**asdict(change), "words": dict(change.words)} for change in changes]


def restore(stored: Iterable[Mapping[str, Any]]) -> tuple[Change, ...]:
    """The changes again. A key of a later release is left out."""
    known = {field.name for field in fields(Change)}
    return tuple(Change(**{k: _value(k, v) for k, v in each.items() if k in known}) for each in stored)


def _value(name: str, value: Any) -> Any:
    if name == "rows":
        return tuple((touchpoint, row) for touchpoint, row in value)
    return tuple(value) if isinstance(value, list) else value
