"""Questions in Kusto's language. Names come from the settings and are words; identifiers are quoted literals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(text: str) -> str:
    """The text as a string literal."""
    return "'" + "".join(_ESCAPES.get(one, one) for one in text) + "'"


@dataclass(frozen=True, repr=False)
class OneOf:
    """What a column holds of a person: one of the values, in any case of letters where case tells nobody apart."""

    values: Sequence[str]
    any_case: bool

    @property
    def operator(self) -> str:
        """As queries and purges have it."""
        return "in~" if self.any_case else "in"


def condition(column: str, wanted: OneOf) -> str:
    """That the column holds one of the values."""
    return f"tostring(['{column}']) {wanted.operator} ({', '.join(map(literal, wanted.values))})"


def page(table: str, wanted: Mapping[str, OneOf], start: int, size: int) -> str:
    """Rows in which any column holds one of its values, by time: `size` of them after the first `start`."""
    either = " or ".join(condition(column, one) for column, one in wanted.items())
    return (
        f"['{table}'] | where {either} | sort by TimeGenerated asc | serialize ['n_'] = row_number()"
        f" | where ['n_'] > {start} and ['n_'] <= {start + size} | project-away ['n_']"
    )


def ids(table: str, column: str, wanted: OneOf, size: int) -> str:
    """Ids of at most `size` rows in which the column holds one of the values; empty ids where the table has none."""
    return (
        f"['{table}'] | where {condition(column, wanted)} | project id = column_ifexists('_ItemId', '') | take {size}"
    )


def still(table: str, rows: Sequence[str]) -> str:
    """How many of the rows with these ids are there."""
    return f"['{table}'] | where {condition('_ItemId', OneOf(rows, True))} | count"


def oldest(table: str) -> str:
    """When the oldest row was written."""
    return f"['{table}'] | summarize oldest = min(TimeGenerated)"
