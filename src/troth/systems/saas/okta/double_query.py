"""As much of Okta's filter language as is asked of the double."""

import re
from collections.abc import Mapping
from typing import Any

_TERM = re.compile(r'(profile\.\w+|created) (eq|gt) "((?:[^"\\]|\\.)*)"')
_LOG_TERM = re.compile(r'(actor|target)\.(id|alternateId) eq "((?:[^"\\]|\\.)*)"')


def concerns(written: str, row: Mapping[str, Any]) -> bool:
    """Whether a log entry meets one of the terms of a filter, joined with `or`."""
    asked = {(part, name, re.sub(r"\\(.)", r"\1", value)) for part, name, value in _LOG_TERM.findall(written)}
    return bool(asked & _parties(row))


def _parties(row: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    sides = [("actor", row["actor"]), *(("target", one) for one in row["target"] or ())]
    return {(part, name, one[name]) for part, one in sides for name in ("id", "alternateId")}


def matches(search: str | None, row: Mapping[str, Any]) -> bool:
    """Any of the terms, joined with `or`. Text that is no term matches nothing, as a filter that does not parse."""
    return search is None or any(_holds(row, *term) for term in _TERM.findall(search))


def _holds(row: Mapping[str, Any], name: str, operator: str, value: str) -> bool:
    if operator == "gt":
        return str(row["created"]) > value
    wanted = re.sub(r"\\(.)", r"\1", value).lower()
    held = row["profile"].get(name.removeprefix("profile."))
    return wanted in (str(one).lower() for one in (held if isinstance(held, list) else [held]) if one is not None)
