"""A policy as a TILT document (Transparency Information Language, schema 1.0)."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

import rfc8785

from troth.exports import articles
from troth.exports.record.activities import activity
from troth.exports.record.values import Activity
from troth.law.adequacy import free
from troth.policy.model import Policy, Right, Row, RowPurpose, RowRetention, Touchpoint

NAMESPACE = UUID("5f0c7c1c-9d0e-5f4e-8a3e-3b8a6f0d7c11")
"""Names in it give the `_id`s: the same policy gives the same ones."""

REFERENCES = {
    "consent": "GDPR-6-1-a",
    "contract": "GDPR-6-1-b",
    "pre-contract": "GDPR-6-1-b",
    "legal obligation": "GDPR-6-1-c",
    "legitimate interest": "GDPR-6-1-f",
    "legal claims": "GDPR-9-2-f",
}
RIGHTS = {
    "rightToInformation": ("access",),
    "rightToRectificationOrDeletion": ("rectification", "erasure"),
    "rightToDataPortability": ("portability",),
    "rightToWithdrawConsent": ("withdraw-consent",),
    "rightToComplain": ("complaint",),
}
"""Where TILT has a place for a right. It has none for restriction, objection and California's two."""

Json = dict[str, Any]


def document(policy: Policy, *, language: str = "en", number: int = 1, url: str | None = None) -> Json:
    """TILT as JSON-ready data. `number`: of the version; `url`: where the policy is published, its first site if none.

    Days come from the policy, so the same policy gives the same document. `meta._hash` is the SHA-256 of the
    document's canonical JSON (RFC 8785) without that field. What TILT has no place for: `left_out` names it.
    """
    made: Json = {
        "meta": _meta(policy, language, number, url),
        "controller": _controller(policy),
        "dataProtectionOfficer": _officer(policy),
        "dataDisclosed": list(_disclosed(policy)),
        "thirdCountryTransfers": list(_transfers(policy)),
        "accessAndDataPortability": _access(policy),
        "sources": list(_sources(policy)),
    }
    made |= {name: _right(policy, kinds) for name, kinds in RIGHTS.items()}
    made["rightToComplain"]["supervisoryAuthority"] = _authority(policy)
    made["automatedDecisionMaking"] = _automated(policy)
    made["changesOfPurpose"] = _changes(policy)
    made["meta"]["_hash"] = hashlib.sha256(rfc8785.dumps(made)).hexdigest()
    return made


def left_out(policy: Policy) -> list[str]:
    """What the policy says and TILT has no place for, in words."""
    placed = {kind for kinds in RIGHTS.values() for kind in kinds}
    rights = [f"the right “{r.label}”" for r in policy.rights.values() if r.kind not in placed]
    parts = {
        "further purposes of data already held": policy.secondary_purposes,
        "disclosures on other grounds": policy.sharing,
        "exceptions from retention": policy.retention_exceptions,
        "cookies by name": policy.cookies,
        "negative promises": policy.never,
        "security measures": policy.security,
        "the minimum age": policy.children,
        "browser signals": policy.signals,
    }
    return rights + [words for words, part in parts.items() if part]


def _id(policy: Policy, name: str) -> str:
    return str(uuid5(NAMESPACE, f"{policy.name}/{name}"))


def _meta(policy: Policy, language: str, number: int, url: str | None) -> Json:
    sites = [site.url for site in policy.sites.values() if site.url]
    day = f"{policy.effective.isoformat()}T00:00:00"
    return {
        "_id": _id(policy, "document"),
        "name": policy.controller.name,
        "created": day,
        "modified": day,
        "version": number,
        "language": language,
        "status": "active",
        "url": url or (sites[0] if sites else None),
    }


def _controller(policy: Policy) -> Json:
    who = policy.controller
    return {
        "name": who.name,
        "division": None,
        "address": who.address,
        "country": who.country,
        "representative": {
            "name": "; ".join(who.representatives) or None,
            "email": who.contact if "@" in who.contact else None,
            "phone": None,
        },
    }


def _officer(policy: Policy) -> Json:
    return {"name": policy.controller.dpo, "address": None, "country": None, "email": None, "phone": None}


def _disclosed(policy: Policy) -> Iterator[Json]:
    """One entry a row and time limit: TILT states both of a category of data."""
    for tid, touchpoint in policy.touchpoints.items():
        for row in touchpoint.rows:
            act = activity(policy, tid, touchpoint, row, policy.effective)
            yield from (_entry(policy, touchpoint, row, kept, act) for kept in row.retention)


def _entry(policy: Policy, touchpoint: Touchpoint, row: Row, kept: RowRetention, act: Activity) -> Json:
    named = {item for rule in row.retention for item in rule.items}
    items = set(kept.items) or {i.item for i in row.items if i.item not in named}
    labels = [d.label for d in act.data if d.id in items]
    return {
        "_id": _id(policy, f"{act.id}/{kept.rule}"),
        "category": ", ".join(labels),
        "subcategories": labels,
        "purposes": [{"purpose": p.label, "description": touchpoint.title} for p in act.purposes],
        "legalBases": list(_bases(policy, row)),
        "legitimateInterests": [{"exists": bool(row.interest), "reasoning": row.interest}],
        "recipients": list(_recipients(policy, row, act, items)),
        "storage": [_storage(policy, kept.rule)],
        "nonDisclosure": {
            "legalRequirement": None if row.provision is None else row.provision == "statutory",
            "contractualRegulation": None if row.provision is None else row.provision == "contractual",
            "obligationToProvide": None if row.provision is None else row.provision != "voluntary",
            "consequences": "; ".join(row.without),
        },
    }


def _gets(row: Row, recipient: str, items: set[str]) -> bool:
    return any(r.recipient == recipient and (not r.items or items & set(r.items)) for r in row.receivers)


def _bases(policy: Policy, row: Row) -> Iterator[Json]:
    """The bases relied on first, each with the purposes that do; then those the text gives beside them."""
    relied: dict[str, list[RowPurpose]] = {}
    for purpose in row.purposes:
        relied.setdefault(purpose.relies_on, []).append(purpose)
    for basis, purposes in relied.items():
        labels = "; ".join(policy.purposes[p.purpose].label for p in purposes)
        yield {"reference": REFERENCES[basis], "description": f"{articles.BASIS_WORDS[basis]}: {labels}"}
    for basis in row.bases:
        if basis not in relied:
            yield {"reference": REFERENCES[basis], "description": articles.BASIS_WORDS[basis]}


def _recipients(policy: Policy, row: Row, act: Activity, items: set[str]) -> Iterator[Json]:
    """One entry for each country of each recipient; where the text says *none*, an entry that says so."""
    if row.recipients == ():
        yield _recipient(None, None, "none")
    for party in act.recipients:
        if _gets(row, party.id, items):
            category = f"{party.role}: {', '.join(party.does)}" if party.does else party.role
            yield from (_recipient(party.name, country, category) for country in party.countries or (None,))


def _recipient(name: str | None, country: str | None, category: str) -> Json:
    empty = {"division": None, "address": None, "representative": None}
    return {"name": name, "country": country, "category": category} | empty


def _storage(policy: Policy, name: str) -> Json:
    rule = policy.retention[name]
    fixed = [{"description": rule.label, "ttl": rule.period}] if rule.period else []
    return {
        "temporal": fixed,
        "purposeConditional": [] if rule.period else [rule.label],
        "legalBasisConditional": [],
        "aggregationFunction": "max",
    }


def _transfers(policy: Policy) -> Iterator[Json]:
    """One entry a third country: what the mechanisms named for it are, all recipients together."""
    countries = {c for r in policy.recipients.values() for c in r.countries if not free(c, "")}
    for country in sorted(countries):
        kinds = {m.kind for r in policy.recipients.values() for m in r.mechanisms if m.country == country}
        frameworks = kinds & {"adequacy", "eu-us-dpf", "swiss-us-dpf", "uk-us-dpf"}
        yield {
            "country": country,
            "adequacyDecision": _available(bool(frameworks), sorted(frameworks)),
            "appropriateGuarantees": _available("intra-group" in kinds, ["intra-group"]),
            "presenceOfEnforceableRightsAndEffectiveRemedies": {"available": None, "description": None},
            "standardDataProtectionClause": _available("scc" in kinds, ["scc"]),
        }


def _available(there: bool, kinds: list[str]) -> Json:
    words = "; ".join(articles.mechanism(kind) for kind in kinds)
    return {"available": there, "description": words if there else None}


def _rights_of(policy: Policy, kinds: tuple[str, ...]) -> list[Right]:
    return [right for right in policy.rights.values() if right.kind in kinds]


def _right(policy: Policy, kinds: tuple[str, ...]) -> Json:
    rights = _rights_of(policy, kinds)
    contact = policy.controller.contact
    return {
        "available": bool(rights),
        "description": " ".join(" ".join([f"{r.label}: {r.text}", *r.limits]) for r in rights) or None,
        "url": contact if rights and contact.startswith("http") else None,
        "email": contact if rights and "@" in contact else None,
        "identificationEvidences": [],
    }


def _access(policy: Policy) -> Json:
    return _right(policy, ("access", "portability")) | {
        "administrativeFee": {"amount": None, "currency": None},
        "dataFormats": [],
    }


def _authority(policy: Policy) -> Json:
    first = policy.controller.authorities[0] if policy.controller.authorities else None
    return {
        "name": first.name if first else None,
        "address": None,
        "country": first.country if first else None,
        "email": None,
        "phone": None,
    }


def _sources(policy: Policy) -> Iterator[Json]:
    for tid, touchpoint in policy.touchpoints.items():
        if touchpoint.source:
            items = dict.fromkeys(i.published_as or policy.data[i.item].label for r in touchpoint.rows for i in r.items)
            yield {
                "_id": _id(policy, f"{tid}/source"),
                "dataCategory": ", ".join(items),
                "sources": [{"description": touchpoint.source, "url": None, "publiclyAvailable": None}],
            }


def _automated(policy: Policy) -> Json:
    decisions = [p.automated for p in policy.purposes.values() if p.automated]
    return {
        "inUse": bool(decisions),
        "logicInvolved": "; ".join(d.logic for d in decisions) or None,
        "scopeAndIntendedEffects": "; ".join(d.consequences for d in decisions) or None,
    }


def _changes(policy: Policy) -> list[Json]:
    if policy.changes is None:
        return []
    return [
        {
            "description": policy.changes.text,
            "affectedDataCategories": [],
            "plannedDateOfChange": None,
            "urlOfNewVersion": None,
        }
    ]
