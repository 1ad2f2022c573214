"""Rows as findings, changes as evidence: pure."""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from operator import itemgetter
from typing import Any

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Finding, Found
from troth.systems.sql.fetch import Fetch
from troth.systems.sql.given import Value
from troth.systems.sql.mask import MARK
from troth.systems.sql.model import Fixed, Null
from troth.systems.sql.plan import Plan
from troth.systems.sql.walk import Key, Reached
from troth.systems.sql.write import Change

SHARED = "another person shares these rows"
OTHERS = "these rows name another person"
_DONE = {
    "delete": "erased",
    "anonymise": "anonymised",
    "unlink": "unlinked",
    "keep": "kept",
    "correct": "corrected",
}


def findings(plan: Plan, reached: Mapping[str, Reached], people: int) -> list[list[Finding]]:
    """For each person the rows they reach, table by table, in the order of their keys; emptied rows are none."""
    told: list[list[Finding]] = [[] for _ in range(people)]
    for table, fetch in plan.fetches.items():
        rows, make = reached[table], _making(fetch)
        for key in _sorted(rows.rows):
            if one := make(rows.rows[key]):
                for person in rows.holders[key]:
                    told[person].append(one)
    return told


def _sorted(keys: Iterable[Key]) -> list[Key]:
    try:
        return sorted(keys)
    except TypeError:  # numbers among texts, or NULL
        return sorted(keys, key=_order)


def _order(key: Key) -> list[tuple[int, Value]]:
    """Numbers before texts, NULL last."""
    return [(2, "") if one is None else (int(isinstance(one, str)), one) for one in key]


def _making(fetch: Fetch) -> Callable[[Sequence[Any]], Finding | None]:
    """Makes findings of the table's rows, tens of thousands in a moment; None of one that was emptied."""
    table, names, key, odd, items = fetch.table, tuple(fetch.places), fetch.key, fetch.odd, fetch.items
    read, emptied = _reading(tuple(fetch.places.values())), fetch.emptied

    def make(row: Sequence[Any]) -> Finding | None:
        values = dict(zip(names, read(row), strict=True))
        for column in odd:
            if type(values[column]) not in _PLAIN:
                values[column] = plain(values[column])
        if emptied and all(_masked(values.get(column), mask) for column, mask in emptied.items()):
            return None
        return Finding(table, "/".join([str(values[one]) for one in key]), values, items)

    return make


def _reading(places: tuple[int, ...]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return itemgetter(*places) if len(places) > 1 else lambda row: [row[place] for place in places]


_PLAIN = frozenset({int, str, float, bool, type(None)})


def found(plan: Plan, reached: Mapping[str, Reached], each: Sequence[Finding], person: int, who: Identifiers) -> Found:
    """The answer for one person. `others`: rows that name somebody else, by table; only counted."""
    tables: dict[str, int] = {}
    for one in each:
        tables[one.kind] = tables.get(one.kind, 0) + 1
    told: dict[str, Any] = {"rows": len(each), "tables": tables}
    others = {table: len(rows.others(person)) for table, rows in reached.items() if rows.theirs}
    if others := {table: rows for table, rows in others.items() if rows}:
        told["others"] = others
    told |= written_only(plan, who)
    return Found(evidence=told, findings=tuple(each))


def written_only(plan: Plan, who: Identifiers) -> dict[str, Any]:
    """`matched`: e-mail columns (`table.column`) in which only the spellings given and lower case were looked for."""
    return {"matched": dict.fromkeys(plan.as_written, "as written")} if who.email and plan.as_written else {}


def _masked(value: Any, mask: Any) -> bool:
    if value is None:
        return True
    if isinstance(mask, Fixed):
        return str(value) == str(mask.fixed)
    return not isinstance(mask, Null) and isinstance(value, str) and value.startswith(MARK)


def plain(value: Any) -> Any:
    """A database value as JSON has it: times in ISO form, exact numbers and what JSON lacks as text, bytes base64."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return str(value)


def evidence(changes: Iterable[Change], people: int) -> list[dict[str, Any]]:
    """For each person: `rows`, how many changed; `tables`: table → `{erased|kept|…: rows, reason}`; `columns`: table →
    column → rows changed there; `kept`: `{table, rows, reason}` of everything that stays."""
    told: list[dict[str, Any]] = [{"rows": 0, "tables": {}} for _ in range(people)]
    for change in changes:
        into = told[change.person]
        into["rows"] += change.changed
        kept = _kept(change)
        into["tables"][change.step.table] = _told(change, kept)
        if change.columns:
            into.setdefault("columns", {})[change.step.table] = dict(change.columns)
        if kept:
            rows = [{"table": change.step.table, "rows": n, "reason": why} for why, n in kept.items()]
            into.setdefault("kept", []).extend(rows)
    return told


def _kept(change: Change) -> dict[str, int]:
    """Why rows stay, and how many for each reason."""
    kept = {change.step.reason or "": change.reached} if change.step.effect == "keep" else {SHARED: change.shared}
    return {why: rows for why, rows in (kept | {OTHERS: change.others}).items() if rows}


def _told(change: Change, kept: Mapping[str, int]) -> dict[str, Any]:
    told: dict[str, Any] = {} if change.step.effect == "keep" else {_DONE[change.step.effect]: change.changed}
    return told | ({"kept": sum(kept.values()), "reason": "; ".join(kept)} if kept else {})
