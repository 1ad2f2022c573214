"""DynamoDB's typed values and ours."""

import base64
import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"^-?(0|[1-9]\d{0,37})(\.\d{1,37})?$")

Attribute = Mapping[str, Any]
Item = Mapping[str, Attribute]


def typed(value: str, kind: str) -> Attribute | None:
    """The text as an attribute of type S, N or B; None when no such attribute can hold it."""
    if kind == "S":
        return {"S": value}
    if kind == "B":
        return {"B": value.encode()}
    return {"N": value} if kind == "N" and _NUMBER.match(value) else None


def plain(attribute: Attribute) -> Any:
    """The value as JSON has it; numbers that are not whole, and bytes in base64, as text."""
    ((kind, value),) = attribute.items()
    if kind == "M":
        return {name: plain(one) for name, one in value.items()}
    if kind == "L":
        return [plain(one) for one in value]
    if kind == "NULL":
        return None
    if kind in ("SS", "NS", "BS"):
        return [plain({kind[0]: one}) for one in value]
    if kind == "N":
        return int(value) if re.fullmatch(r"-?\d+", value) else value
    return base64.b64encode(value).decode() if kind == "B" else value
