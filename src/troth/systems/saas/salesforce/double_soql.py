"""As much of Salesforce's query language as the connector writes; anything else is a malformed query."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"\s*(?:'((?:[^'\\]|\\.)*)'|([A-Za-z_]\w*|\d+)|([(),=]))", re.DOTALL)
_UNESCAPE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Malformed(ValueError):
    """Not a query of this subset."""


@dataclass(frozen=True)
class Query:
    kind: str
    columns: tuple[str, ...]
    field: str | None = None
    values: frozenset[str] = frozenset()
    order: str | None = None
    limit: int | None = None

    def run(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The rows that match, in order, with the columns asked for. Text compares without regard to case."""
        wanted = {value.lower() for value in self.values}
        found = [row for row in rows if not self.field or str(row.get(self.field) or "").lower() in wanted]
        if self.order:
            found.sort(key=lambda row: str(row.get(self.order or "") or ""))
        return [{name: row.get(name) for name in self.columns} for row in found[: self.limit]]


def parse(text: str) -> Query:
    """SELECT columns FROM kind [WHERE field IN ('…', …)] [ORDER BY field ASC] [LIMIT n]. Raises `Malformed`."""
    tokens = _Tokens(text)
    tokens.word("SELECT")
    columns = [tokens.name()]
    while tokens.skip(","):
        columns.append(tokens.name())
    tokens.word("FROM")
    kind, field, values, order, limit = tokens.name(), None, [], None, None
    if tokens.skip("WHERE"):
        field = tokens.name()
        tokens.word("IN")
        values = tokens.literals()
    if tokens.skip("ORDER"):
        tokens.word("BY")
        order = tokens.name()
        tokens.skip("ASC")
    if tokens.skip("LIMIT"):
        limit = int(tokens.name())
    tokens.end()
    return Query(kind, tuple(columns), field, frozenset(values), order, limit)


class _Tokens:
    def __init__(self, text: str) -> None:
        self._items: list[tuple[str, str]] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if not match:
                raise Malformed("unexpected token")
            kind = "literal" if match.group(1) is not None else "plain"
            self._items.append((kind, next(group for group in match.groups() if group is not None)))
            at = match.end()

    def skip(self, word: str) -> bool:
        if self._items and self._items[0][0] == "plain" and self._items[0][1].upper() == word:
            self._items.pop(0)
            return True
        return False

    def word(self, word: str) -> None:
        if not self.skip(word):
            raise Malformed(f"expected {word}")

    def name(self) -> str:
        if not self._items or self._items[0][0] != "plain" or not self._items[0][1][0].isalnum():
            raise Malformed("expected a name")
        return self._items.pop(0)[1]

    def literals(self) -> list[str]:
        self.word("(")
        values = [self._literal()]
        while self.skip(","):
            values.append(self._literal())
        self.word(")")
        return values

    def _literal(self) -> str:
        if not self._items or self._items[0][0] != "literal":
            raise Malformed("expected a literal")
        return re.sub(r"\\(.)", lambda m: _UNESCAPE.get(m.group(1), m.group(1)), self._items.pop(0)[1], flags=re.DOTALL)

    def end(self) -> None:
        if self._items:
            raise Malformed("unexpected token after the query")
