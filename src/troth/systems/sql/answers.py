"""Rows as findings, changes as evidence: pure."""

import base64
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from troth.systems.kit.outcomes import Finding
from troth.systems.sql.mask import MARK, masks
from troth.systems.sql.model import Dataset, Fixed, Null, Table
from troth.systems.sql.plan import Step
from troth.systems.sql.run import Change

_DONE = {
    "delete": "erased",
    "anonymise": "anonymised",
    "unlink": "unlinked",
    "keep": "kept",
    "correct": "corrected",
}


def findings(dataset: Dataset, step: Step, rows: Iterable[tuple[Any, ...]], into: list[list[Finding]]) -> None:
    """Adds each row as a finding to the list of the person it belongs to; rows emptied by an erasure are none."""
    table = dataset.tables[step.table]
    items = {name: column.item for name, column in table.columns.items() if column.item and name in step.columns}
    emptied = _emptied(table) if table.on_erase == "anonymise" else None
    for person, *cells in rows:
        row = dict(zip(step.columns, cells, strict=True))
        if emptied and all(_masked(row.get(column), mask) for column, mask in emptied.items()):
            continue
        identity = "/".join(str(plain(row[column])) for column in table.key)
        values = {column: plain(value) for column, value in row.items()}
        into[person].append(Finding(kind=step.table, id=identity, values=values, items=items))


def _emptied(table: Table) -> dict[str, Any]:
    """Columns whose masks together say that nothing personal is left in a row."""
    return {name: mask for name, mask in masks(table, "anonymise").items() if table.columns[name].item}


def _masked(value: Any, mask: Any) -> bool:
    if value is None:
        return True
    if isinstance(mask, Fixed):
        return str(plain(value)) == str(mask.fixed)
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
    """For each person number, `rows`: how many changed; `tables`: table → `{erased|kept|…: rows, reason}`."""
    told: list[dict[str, Any]] = [{"rows": 0, "tables": {}} for _ in range(people)]
    for change in changes:
        told[change.person]["rows"] += change.changed
        told[change.person]["tables"][change.step.table] = _told(change)
    return told


def _told(change: Change) -> dict[str, Any]:
    if change.step.effect == "keep":
        return {"kept": change.reached, "reason": change.step.reason}
    told: dict[str, Any] = {_DONE[change.step.effect]: change.changed}
    if change.shared:
        told |= {"kept": change.shared, "reason": "another person shares these rows"}
    return told
