"""As much of Kusto's language as the connector speaks, and nothing more: what it cannot read is an error."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
_LITERAL = r"'(?:[^'\\\n]|\\.)*'"
_CONDITION = rf"tostring\(\['(\w+)'\]\) (in~?) \(({_LITERAL}(?:, {_LITERAL})*)\)"
_STEP = re.compile(rf"((?:[^|']|{_LITERAL})+)(?:\||$)")
_ESCAPED = re.compile(r"\\(.)")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}


def answer(query: str, tables: Mapping[str, Sequence[Row]]) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of the answer. Raises ValueError for what is not understood."""
    first, *steps = (step.strip() for step in _STEP.findall(query))
    if first == "print ok = 1":
        return ["ok"], [[1]]
    name = re.fullmatch(r"\['(\w+)'\]", first)
    if name is None:
        raise ValueError("no table")
    rows: Rows = [dict(row) for row in tables.get(name.group(1), ())]
    for step in steps:
        rows = _done(step, rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return columns, [[row.get(column) for column in columns] for row in rows]


def _done(step: str, rows: Rows) -> Rows:
    for pattern, act in _STEPS.items():
        found = re.fullmatch(pattern, step)
        if found:
            return act(rows, found)
    raise ValueError("a step that is not understood")


def _where(rows: Rows, step: re.Match[str]) -> Rows:
    wanted = [
        (column, operator, [_text(value) for value in re.findall(_LITERAL, values)])
        for column, operator, values in re.findall(_CONDITION, step[0])
    ]
    return [row for row in rows if any(holds(row.get(column), operator, values) for column, operator, values in wanted)]


def holds(value: object, operator: str, values: Sequence[str]) -> bool:
    """`in` compares letters as they are, `in~` in any case."""
    text = str(value or "")
    return text in values if operator == "in" else text.lower() in [one.lower() for one in values]


def _oldest(rows: Rows, step: re.Match[str]) -> Rows:
    return [{"oldest": min((row["TimeGenerated"] for row in rows), default="")}]


def _text(literal: str) -> str:
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), literal[1:-1])


_STEPS: Mapping[str, Callable[[Rows, re.Match[str]], Rows]] = {
    rf"where {_CONDITION}(?: or {_CONDITION})*": _where,
    r"where \['n_'\] > (\d+) and \['n_'\] <= (\d+)": lambda rows, step: [
        row for row in rows if int(step[1]) < row["n_"] <= int(step[2])
    ],
    r"sort by TimeGenerated asc": lambda rows, _: sorted(rows, key=lambda row: str(row["TimeGenerated"])),
    r"serialize \['n_'\] = row_number\(\)": lambda rows, _: [{**row, "n_": n} for n, row in enumerate(rows, 1)],
    r"project-away \['n_'\]": lambda rows, _: [{k: v for k, v in row.items() if k != "n_"} for row in rows],
    r"project id = column_ifexists\('_ItemId', ''\)": lambda rows, _: [{"id": row.get("_ItemId", "")} for row in rows],
    r"count": lambda rows, _: [{"Count": len(rows)}],
    r"summarize oldest = min\(TimeGenerated\)": _oldest,
    r"take (\d+)": lambda rows, step: rows[: int(step[1])],
}
