"""A policy as plain facts: what `troth export facts` prints, for other programs and for outside checks."""

from typing import Any

from pydantic import BaseModel

from troth.policy.model import Clause, Policy, Recipient, Row, RowPurpose, Touchpoint

Plain = dict[str, Any]


def facts(policy: Policy) -> Plain:
    """JSON-ready facts, in the order of the policy.

    A row's `recipients` are the names the text states: empty where it says none and where it does not say
    (`recipients_stated` tells which); `assumed_recipients` get the data where the text does not say who does.
    """
    return {
        "name": policy.name,
        "title": policy.title,
        "controller": _plain(policy.controller),
        "effective": policy.effective.isoformat(),
        "contact": policy.controller.contact,
        "minimum_age": policy.children.minimum_age if policy.children else None,
        "touchpoints": [_touchpoint(policy, tid, t) for tid, t in policy.touchpoints.items()],
        "recipients": [_recipient(rid, r) for rid, r in policy.recipients.items()],
        "storage": [
            {"recipient": _name(policy, s.recipient), "places": list(s.places), "countries": list(s.countries)}
            for s in policy.storage
        ],
        "transfers": _transfers(policy),
        "rights": _entries(policy.rights),
        "sharing": _entries(policy.sharing),
        "retention_exceptions": _entries(policy.retention_exceptions),
        "never": _entries(policy.never),
        "clauses": [_clause(clause) for clause in policy.clauses],
    }


def _touchpoint(policy: Policy, tid: str, touchpoint: Touchpoint) -> Plain:
    return {
        "id": tid,
        "title": touchpoint.title,
        "group_id": touchpoint.group,
        "group": policy.groups.get(touchpoint.group, touchpoint.group),
        "channels": list(touchpoint.channels),
        "role": touchpoint.role,
        "rows": [_row(policy, row) for row in touchpoint.rows],
    }


def _row(policy: Policy, row: Row) -> Plain:
    return {
        "id": row.id,
        "marketing": row.marketing,
        "data": [i.published_as or policy.data[i.item].label for i in row.items],
        "recipients": [_name(policy, r.recipient) for r in row.recipients or ()],
        "recipients_stated": row.recipients is not None,
        "assumed_recipients": [_name(policy, r.recipient) for r in row.assumed_recipients],
        "retention": list(dict.fromkeys(policy.retention[r.rule].short for r in row.retention)),
        "without": list(row.without),
        "purposes": [_purpose(policy, row, purpose) for purpose in row.purposes],
    }


def _purpose(policy: Policy, row: Row, purpose: RowPurpose) -> Plain:
    declared = policy.purposes[purpose.purpose]
    return {
        "label": declared.label,
        "marketing": declared.marketing,
        "bases": list(row.purpose_bases(purpose)),
        "relies_on": purpose.relies_on,
    }


def _recipient(rid: str, recipient: Recipient) -> Plain:
    same = recipient.published_as == recipient.name
    return {
        "id": rid,
        "name": recipient.name,
        "published_as": None if same else recipient.published_as,
        "role": recipient.role,
        "does": list(recipient.does),
        "countries": list(recipient.countries),
        "mechanisms": [_plain(mechanism) for mechanism in recipient.mechanisms],
    }


def _name(policy: Policy, recipient: str) -> str:
    return policy.recipients[recipient].name


def _transfers(policy: Policy) -> Plain | None:
    if policy.transfers is None:
        return None
    return _plain(policy.transfers) | {"terms": _entries(policy.transfers.terms)}


def _clause(clause: Clause) -> Plain:
    return {
        "id": clause.id,
        "lines": list(clause.lines),
        "promise": clause.promise,
        "executed_by": list(clause.executed_by) or "not yet",
        "checked_by": list(clause.checked_by) or "not yet",
    }


def _entries(section: Any) -> list[Plain]:
    """A section's entries, each with its id, in the order of the files."""
    return [{"id": name} | _plain(entry) for name, entry in section.items()]


def _plain(part: BaseModel) -> Plain:
    return part.model_dump(mode="json", exclude_none=True)
