"""Templates filled with values, and members of replies by their path. Pure but for the problems they raise."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from troth.systems.kit.outcomes import SystemProblem

_SLOT = re.compile(r"\{([a-z]+)\}")


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """The template with its names in braces replaced; one alone becomes the value itself, of whatever kind.

    Values are put into texts of a parsed structure: what they hold is never read as JSON or as a template again.
    """
    if isinstance(template, str):
        alone = _SLOT.fullmatch(template)
        if alone and alone[1] in values:
            return values[alone[1]]
        return _SLOT.sub(lambda m: str(values.get(m[1], m[0])), template)
    if isinstance(template, Mapping):
        return {name: filled(value, values) for name, value in template.items()}
    return [filled(value, values) for value in template] if isinstance(template, list | tuple) else template


def path(template: str, values: Mapping[str, Any]) -> str:
    """A path with its names replaced, each as one segment: a slash in a value parts nothing."""
    return _SLOT.sub(lambda m: quote(str(values[m[1]]), safe=""), template)


def at(body: Any, where: str, system: str, kind: type = object) -> Any:
    """The member of a reply at `where` (`data.people`). Raises `SystemProblem` when it is missing or another kind."""
    value = body
    for name in filter(None, where.split(".")):
        value = value.get(name) if isinstance(value, Mapping) else None
    if value is None or not isinstance(value, kind):
        raise SystemProblem(f"{system}: the reply has no readable {where or 'list'}; try again", consequence="retry")
    return value
