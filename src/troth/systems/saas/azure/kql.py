"""Questions in Kusto's language. Names come from the settings and are words; identifiers are quoted literals."""

from collections.abc import Mapping, Sequence

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(text: str) -> str:
    """The text as a string literal."""
    return "'" + "".join(_ESCAPES.get(one, one) for one in text) + "'"


def one_of(column: str, values: Sequence[str]) -> str:
    """A condition: the column holds one of the values, in any case of letters."""
    return f"tostring(['{column}']) in~ ({', '.join(map(literal, values))})"


def page(table: str, wanted: Mapping[str, Sequence[str]], start: int, size: int) -> str:
    """Rows in which any column holds one of its values, by time: `size` of them after the first `start`."""
    condition = " or ".join(one_of(column, values) for column, values in wanted.items())
    return (
        f"['{table}'] | where {condition} | sort by TimeGenerated asc | serialize ['n_'] = row_number()"
        f" | where ['n_'] > {start} and ['n_'] <= {start + size} | project-away ['n_']"
    )


def ids(table: str, column: str, values: Sequence[str], size: int) -> str:
    """Ids of at most `size` rows in which the column holds one of the values; empty ids where the table has none."""
    return f"['{table}'] | where {one_of(column, values)} | project id = column_ifexists('_ItemId', '') | take {size}"


def still(table: str, rows: Sequence[str]) -> str:
    """How many of the rows with these ids are there."""
    return f"['{table}'] | where {one_of('_ItemId', rows)} | count"


def oldest(table: str) -> str:
    """When the oldest row was written."""
    return f"['{table}'] | summarize oldest = min(TimeGenerated)"
