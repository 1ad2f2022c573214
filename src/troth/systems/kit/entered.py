"""What people type into forms, as values: each kind of field with its faults in words. Pure."""

import re
from typing import Any

import yaml

DEEPEST = 20  # levels of brackets; no setting has more than four, and a thousand bring the parser down
MOST = 10_000  # things in one field
_ONE_LINE = re.compile(r"(-----BEGIN ([A-Z ]+)-----)[ \t]*([A-Za-z0-9+/= \t]+?)[ \t]*(-----END \2-----)")


def credential(text: str) -> str:
    """A credential as it was entered; a key in PEM form that lost its lines in a field of one line has them again."""
    return _ONE_LINE.sub(lambda m: "\n".join((m[1], *_lines("".join(m[3].split())), m[4])) + "\n", text)


def _lines(text: str) -> list[str]:
    return [text[at : at + 64] for at in range(0, len(text), 64)]


def value(kind: str, text: str) -> Any:
    """What was entered into a field of this kind. Raises ValueError, in words for the person who entered it."""
    if kind == "yes-no":
        return text.lower() in ("yes", "on", "true", "1")
    if kind in ("whole", "number"):
        try:
            return int(text) if kind == "whole" else float(text)
        except ValueError:
            raise ValueError("should be a whole number" if kind == "whole" else "should be a number") from None
    if kind == "list":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if kind == "yaml":
        return structure(text)
    return pairs(text) if kind == "pairs" else text


def structure(text: str) -> Any:
    """YAML. Raises ValueError, also for what would take the process down: deep nesting, things that hold themselves."""
    try:
        depth = 0
        for parts, event in enumerate(yaml.parse(text, yaml.CSafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if isinstance(event, yaml.AliasEvent) or depth > DEEPEST or parts > MOST:
                raise ValueError("should be simpler: shorter, less deep, without `*` references")
        return yaml.load(text, yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise ValueError(f"should be YAML{where}") from None
    except yaml.YAMLError:
        raise ValueError("should be YAML") from None


def pairs(text: str) -> dict[str, str]:
    """`name: value` lines, each name once. Raises ValueError."""
    told: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, given = (part.strip() for part in line.partition(":"))
        if not (colon and name and given):
            raise ValueError("should be lines of the form `name: value`")
        if name in told:
            raise ValueError(f"should name {name} once")
        told[name] = given
    return told
