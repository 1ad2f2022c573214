"""Salesforce's query language, written safely."""

from collections.abc import Iterable

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def literal(value: str) -> str:
    """A string literal: every character that could end or change it is escaped (SOQL reserved characters)."""
    return "'" + "".join(_ESCAPES.get(char, char) for char in value) + "'"


def one_of(field: str, values: Iterable[str]) -> str:
    """`WHERE field IN ('…', …)`; the values are data, the field is ours."""
    return f"WHERE {field} IN ({', '.join(map(literal, values))})"


def select(kind: str, columns: Iterable[str], rest: str) -> str:
    """`SELECT columns FROM kind rest`: kind and columns are ours or Salesforce's own, `rest` built by `one_of`."""
    return f"SELECT {', '.join(columns)} FROM {kind} {rest}"  # noqa: S608
