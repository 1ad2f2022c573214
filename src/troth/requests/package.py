"""The package a person gets: one ZIP with a readable page, JSON, and a CSV a table. Values in, bytes out."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string


@dataclass(frozen=True)
class FieldPart:
    """One field of a finding. `item`: what the policy calls it, where that is declared."""

    field: str
    item: str
    value: Any


@dataclass(frozen=True)
class FoundPart:
    """One thing a system holds: an object, a table row, a file."""

    kind: str
    id: str
    fields: tuple[FieldPart, ...]


@dataclass(frozen=True)
class SystemPart:
    """What one system answered. `vault` marks our own store, whose content is in `records`."""

    name: str
    title: str
    state: str
    count: int
    note: str
    vault: bool
    found: tuple[FoundPart, ...]


@dataclass(frozen=True)
class ValuePart:
    """One item a person gave: the policy's id and label of it, and the value."""

    item: str
    label: str
    value: str


@dataclass(frozen=True)
class RecordPart:
    """A record of the vault, in the words of the policy version it was given under. `purposes`: (label, basis)."""

    where: str
    recorded_at: datetime
    source: str
    given: tuple[ValuePart, ...]
    purposes: tuple[tuple[str, str], ...]
    recipients: tuple[str, ...]
    retention: tuple[str, ...]


@dataclass(frozen=True)
class DisclosurePart:
    """Who received what, when, why, on what ground."""

    at: datetime
    recipient: str
    items: tuple[str, ...]
    purposes: tuple[str, ...]
    bases: tuple[str, ...]


@dataclass(frozen=True)
class ConsentPart:
    """One event of the consent ledger."""

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
    authorities: tuple[str, ...]
    transfers: tuple[tuple[str, str], ...]


def build(answer: Answer) -> bytes:
    """The ZIP. Cells that a spreadsheet would run as a formula are made harmless."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in _files(answer):
            # half a character, which a system's JSON may hold, must not keep the person from the rest
            package.writestr(name, text.encode("utf-8", "replace"))
    return out.getvalue()


def _files(answer: Answer) -> Iterator[tuple[str, str]]:
    yield "answer.html", render_to_string("requests/package.html", {"answer": answer})
    yield "answer.json", json.dumps(asdict(answer), default=_plain, indent=2, ensure_ascii=False)
    yield "records.csv", _records(answer.records)
    yield "disclosures.csv", _disclosures(answer.disclosures)
    yield "consents.csv", _consents(answer.consents)
    for system in answer.systems:
        if system.found:
            yield f"systems/{_file(system.name)}.csv", _found(system.found)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _file(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name) or "system"


def _records(records: Sequence[RecordPart]) -> str:
    lines = (
        (r.where, r.recorded_at.isoformat(), r.source, v.item, v.label, v.value, "; ".join(p for p, _ in r.purposes))
        for r in records
        for v in r.given
    )
    return _csv(("where", "recorded", "source", "item", "label", "value", "purposes"), lines)


def _disclosures(disclosures: Sequence[DisclosurePart]) -> str:
    lines = (
        (d.at.isoformat(), d.recipient, "; ".join(d.items), "; ".join(d.purposes), "; ".join(d.bases))
        for d in disclosures
    )
    return _csv(("when", "recipient", "items", "purposes", "bases"), lines)


def _consents(consents: Sequence[ConsentPart]) -> str:
    return _csv(
        ("when", "what", "where", "purpose"), ((c.at.isoformat(), c.kind, c.where, c.purpose) for c in consents)
    )


def _found(found: Sequence[FoundPart]) -> str:
    lines = ((f.kind, f.id, field.field, field.item, field.value) for f in found for field in f.fields)
    return _csv(("kind", "id", "field", "item", "value"), lines)


def _csv(header: Sequence[str], lines: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([cell(each) for each in line] for line in lines)
    return out.getvalue()


_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")


def cell(value: object) -> str:
    """The text of a CSV cell. What a spreadsheet could take for a formula gets an apostrophe before it."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
