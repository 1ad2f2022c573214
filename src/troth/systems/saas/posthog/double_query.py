"""As much of PostHog's query language as is asked of the double; what it does not know, it refuses."""

import json
import re
from collections.abc import Mapping
from typing import Any

EPOCH = "1970-01-01T00:00:00.000Z"
_SELECT = re.compile(
    r"SELECT (?P<distinct>DISTINCT )?(?P<columns>.+?)(?: FROM (?P<table>\w+))?(?: WHERE (?P<where>.+?))?"
    r"(?: ORDER BY (?P<order>[\w, ]+?))?(?: LIMIT (?P<limit>\d+))?(?: OFFSET (?P<offset>\d+))?"
)
_IN = re.compile(r"(?P<column>[\w.()]+) IN \((?P<names>[^)]*)\)")
_IS = re.compile(r"(?P<column>\w+) (?P<operator>=|<|>=) (?:toDateTime\()?\{(?P<name>\w+)\}\)?")
_MIN = re.compile(r"count\(\), min\((\w+)\)")

Row = Mapping[str, Any]


def run(query: str, values: Mapping[str, str], state: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows. Raises `ValueError` for what is not known here."""
    parts = _SELECT.fullmatch(query)
    if parts is None:
        raise ValueError("the double does not know this query")
    if parts["table"] is None:
        return ["1"], [[1]]
    rows = [row for row in _table(parts["table"], state) if _holds(parts["where"], values, row)]
    columns = parts["columns"].split(", ")
    counted = _MIN.fullmatch(parts["columns"])
    if counted:  # the trap: the least of nothing is the beginning of time
        return columns, [[len(rows), min((str(row[counted[1]]) for row in rows), default=EPOCH)]]
    if columns == ["count()"]:
        return columns, [[len(rows)]]
    if parts["order"]:
        rows.sort(key=lambda row: tuple(str(row[name]) for name in parts["order"].split(", ")))
    told = [[_cell(row, name) for name in columns] for row in rows]
    told = [list(one) for one in dict.fromkeys(map(tuple, told))] if parts["distinct"] else told
    start = int(parts["offset"] or 0)
    return columns, told[start : start + int(parts["limit"] or 100)]


def _table(name: str, state: Mapping[str, Any]) -> list[Row]:
    if name == "persons":
        return [{**row, "id": row["uuid"]} for row in state["persons"].values()]
    return list(state["recordings"].values()) if name == "session_replay_events" else list(state["events"])


def _holds(where: str | None, values: Mapping[str, str], row: Row) -> bool:
    if where is None:
        return True
    return any(all(_term(term, values, row) for term in part.split(" AND ")) for part in where.split(" OR "))


def _term(term: str, values: Mapping[str, str], row: Row) -> bool:
    one_of = _IN.fullmatch(term)
    if one_of:
        wanted = {values[name.strip("{}")] for name in one_of["names"].split(", ")}
        return _cell(row, one_of["column"]) in wanted
    compared = _IS.fullmatch(term)
    if compared is None:
        raise ValueError("the double does not know this condition")
    held, value = str(_cell(row, compared["column"])), values[compared["name"]]
    return {"=": held == value, "<": held < value, ">=": held >= value}[compared["operator"]]


def _cell(row: Row, name: str) -> Any:
    if name == "lower(properties.email)":
        return str(row["properties"].get("email") or "").lower()
    if name == "lower(person.properties.email)":
        return str(row["person_properties"].get("email") or "").lower()
    value = row[name]
    return json.dumps(value) if isinstance(value, dict) else value
