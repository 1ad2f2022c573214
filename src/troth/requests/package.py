"""The package a person gets: one ZIP with a readable page, JSON, and a CSV a table. Values in, bytes out."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string


@dataclass(frozen=True)
class SystemPart:
    """What one system answered. `found`: its findings as plain data; `vault` marks our own store."""

    name: str
    title: str
    state: str
    count: int
    note: str
    vault: bool
    found: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class RecordPart:
    """A record of the vault, in the words of the policy version it was given under."""

    where: str
    recorded_at: datetime
    source: str
    values: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    recipients: tuple[str, ...]
    retention: tuple[str, ...]


@dataclass(frozen=True)
class DisclosurePart:
    at: datetime
    recipient: str
    items: tuple[str, ...]
    purposes: tuple[str, ...]
    bases: tuple[str, ...]


@dataclass(frozen=True)
class ConsentPart:
    at: datetime
    kind: str
    where: str
    purpose: str


@dataclass(frozen=True)
class Answer:
    """All an access request is answered with (GDPR Art. 15(1) and (3))."""

    reference: str
    received_at: datetime
    made_at: datetime
    controller: str
    contact: str
    address: str
    systems: tuple[SystemPart, ...]
    records: tuple[RecordPart, ...]
    disclosures: tuple[DisclosurePart, ...]
    consents: tuple[ConsentPart, ...]
    rights: tuple[tuple[str, str], ...]


def build(answer: Answer) -> bytes:
    """The ZIP. Cells that a spreadsheet would run as a formula are made harmless."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("answer.html", render_to_string("requests/package.html", {"answer": answer}))
        package.writestr("answer.json", json.dumps(asdict(answer), default=_plain, indent=2, ensure_ascii=False))
        package.writestr("records.csv", _records(answer.records))
        package.writestr("disclosures.csv", _disclosures(answer.disclosures))
        package.writestr("consents.csv", _consents(answer.consents))
        for system in answer.systems:
            if system.found:
                package.writestr(f"systems/{system.name}.csv", _found(system.found))
    return out.getvalue()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _records(records: Sequence[RecordPart]) -> str:
    lines = (
        (r.where, r.recorded_at.isoformat(), r.source, label, value, "; ".join(p for p, _ in r.purposes))
        for r in records
        for label, value in r.values
    )
    return _csv(("where", "recorded", "source", "item", "value", "purposes"), lines)


def _disclosures(disclosures: Sequence[DisclosurePart]) -> str:
    lines = ((d.at.isoformat(), d.recipient, "; ".join(d.items), "; ".join(d.purposes)) for d in disclosures)
    return _csv(("when", "recipient", "items", "purposes"), lines)


def _consents(consents: Sequence[ConsentPart]) -> str:
    return _csv(
        ("when", "what", "where", "purpose"), ((c.at.isoformat(), c.kind, c.where, c.purpose) for c in consents)
    )


def _found(found: Sequence[dict[str, Any]]) -> str:
    lines = ((f["kind"], f["id"], field, value) for f in found for field, value in f["values"].items())
    return _csv(("kind", "id", "field", "value"), lines)


def _csv(header: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in line] for line in lines)
    return out.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and not text.lstrip("+-").replace(".", "", 1).isdigit() else text
