"""The record as CSV and as JSON."""

import csv
import dataclasses
import io
import json
from datetime import date
from typing import Any

from troth.exports.record.columns import ColumnSet, table
from troth.exports.record.values import Record

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that make a spreadsheet read a cell as a formula."""


def guarded(text: str) -> str:
    """A cell that a spreadsheet shows as text and never computes: such a beginning gets an apostrophe before it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(record: Record, which: ColumnSet = "art30") -> bytes:
    """RFC 4180, UTF-8 with a byte order mark (without it Excel reads another encoding)."""
    headings, rows = table(record, which)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_data(record: Record) -> dict[str, Any]:
    """JSON-ready; the fields are those of `Record`, days as `YYYY-MM-DD`. Documented in docs/reference/exports.md."""
    said: dict[str, Any] = {"format": "troth-record-of-processing", "version": 1}
    return said | _plain(dataclasses.asdict(record))  # type: ignore[no-any-return]


def as_json(record: Record) -> bytes:
    """`as_data`, indented, UTF-8."""
    return (json.dumps(as_data(record), ensure_ascii=False, indent=2) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inside) for key, inside in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inside) for inside in value]
    return value.isoformat() if isinstance(value, date) else value
