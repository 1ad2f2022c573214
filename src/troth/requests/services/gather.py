"""Collect what an answer consists of: findings of the steps, the vault's records, the disclosure log, consents."""

import json
from datetime import datetime
from uuid import UUID

from troth.consent import queries as consent
from troth.people import queries as people
from troth.people.queries import RecordView
from troth.policy.model import Policy
from troth.requests import rules
from troth.requests.models import Request, Step
from troth.requests.package import (
    Answer,
    ConsentPart,
    DisclosurePart,
    FieldPart,
    FoundPart,
    RecordPart,
    SystemPart,
    ValuePart,
)
from troth.requests.services import sealed
from troth.requests.services.work import VAULT
from troth.sharing import queries as sharing
from troth.versions import queries as versions

HASHED = "kept only as a hash that nobody can read"


def tallies(request: Request) -> tuple[rules.Tally, ...]:
    """What each system answered, in the order of the work."""
    fields = ("id", "system", "title", "phase", "state", "count", "note", "reason")
    rows = Step.objects.filter(request_id=request.id).values_list(*fields)
    return rules.in_order(request.kind, (rules.Tally(str(id), *rest) for id, *rest in rows))


def answer_of(request: Request, now: datetime) -> Answer:
    """Everything GDPR Art. 15(1) asks, as a value. Raises KeyDestroyed if the request's key is gone."""
    version = versions.current(now) or versions.latest()
    policy = version.policy if version else None
    person = request.person_id
    return Answer(
        reference=request.reference,
        received_at=request.received_at,
        made_at=now,
        controller=policy.controller.name if policy else "",
        contact=policy.controller.contact if policy else "",
        address=sealed.asked(request.id, request.sealed).address,
        systems=tuple(_system(request, step) for step in request.steps.order_by("title")),
        records=tuple(map(_record, people.records(person))) if person else (),
        disclosures=_disclosures(person) if person else (),
        consents=_consents(person) if person else (),
        rights=tuple((r.label, r.text) for r in policy.rights.values()) if policy else (),
        authorities=tuple(a.name for a in policy.controller.authorities) if policy else (),
        transfers=_transfers(policy) if policy else (),
    )


def _system(request: Request, step: Step) -> SystemPart:
    found: tuple[FoundPart, ...] = ()
    if step.found is not None:
        plain = json.loads(sealed.unseal(request.id, f"found:{step.system}", step.found))
        found = tuple(FoundPart(f["kind"], f["id"], _fields(f["values"], f["items"])) for f in plain)
    return SystemPart(step.system, step.title, step.state, step.count, step.note, step.system == VAULT, found)


def _fields(values: dict[str, object], items: dict[str, str]) -> tuple[FieldPart, ...]:
    return tuple(FieldPart(name, items.get(name, ""), value) for name, value in values.items())


def _record(record: RecordView) -> RecordPart:
    policy = versions.get(record.version_id).policy
    touchpoint = policy.touchpoints[record.touchpoint]
    row = touchpoint.row(record.row)
    values = {**record.values, **dict.fromkeys(record.hashed, HASHED)}
    return RecordPart(
        where=touchpoint.title,
        recorded_at=record.recorded_at,
        source=record.source,
        given=tuple(
            ValuePart(item, policy.item_label(record.touchpoint, record.row, item), value)
            for item, value in values.items()
        ),
        purposes=tuple((policy.purposes[p.purpose].label, p.relies_on) for p in row.purposes),
        recipients=tuple(policy.recipients[r.recipient].name for r in row.receivers),
        retention=tuple(policy.retention[r.rule].label for r in row.retention),
    )


def _disclosures(person: UUID) -> tuple[DisclosurePart, ...]:
    return tuple(
        DisclosurePart(
            at=line.at,
            recipient=policy.recipients[line.recipient].name,
            items=tuple(policy.data[item].label for item in line.items),
            purposes=tuple(policy.purposes[p].label for p in line.purposes),
            bases=line.bases,
        )
        for line in sharing.disclosures(person)
        for policy in [versions.get(line.version_id).policy]
    )


def _consents(person: UUID) -> tuple[ConsentPart, ...]:
    parts = []
    for event in consent.events(person):
        policy = versions.get(event.version_id).policy
        parts.append(ConsentPart(event.at, event.kind, _title(policy, event.touchpoint), _label(policy, event.purpose)))
    return tuple(parts)


def _transfers(policy: Policy) -> tuple[tuple[str, str], ...]:
    """The safeguards of transfers abroad (GDPR Art. 15(2))."""
    return tuple((term.label, term.text) for term in policy.transfers.terms.values()) if policy.transfers else ()


def _title(policy: Policy, touchpoint: str) -> str:
    return policy.touchpoints[touchpoint].title if touchpoint in policy.touchpoints else touchpoint


def _label(policy: Policy, purpose: str) -> str:
    return policy.purposes[purpose].label if purpose in policy.purposes else purpose
