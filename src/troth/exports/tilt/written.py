"""A policy as a TILT document (Transparency Information Language, schema 1.0)."""

import hashlib
from collections.abc import Iterator

import rfc8785

from troth.exports import articles
from troth.exports.record.activities import activity
from troth.exports.record.values import Activity
from troth.exports.tilt import around
from troth.exports.tilt.around import Json
from troth.law.adequacy import free
from troth.policy.model import Policy, Row, RowPurpose, RowRetention, Touchpoint

REFERENCES = {
    "consent": "GDPR-6-1-a",
    "contract": "GDPR-6-1-b",
    "pre-contract": "GDPR-6-1-b",
    "legal obligation": "GDPR-6-1-c",
    "vital interest": "GDPR-6-1-d",
    "public interest": "GDPR-6-1-e",
    "legitimate interest": "GDPR-6-1-f",
    "legal claims": "GDPR-9-2-f",
}


def document(policy: Policy, *, language: str = "en", number: int = 1, url: str | None = None) -> Json:
    """TILT as JSON-ready data. `number`: of the version; `url`: where the policy is published, its first site if none.

    Days come from the policy, so the same policy gives the same document. `meta._hash` is the SHA-256 of the
    document's canonical JSON (RFC 8785) without that field. What the policy does not say is an empty text, or null
    where TILT wants a yes, a no or a number. What TILT has no place for: `left_out` names it.
    """
    made: Json = {
        "meta": around.meta(policy, language, number, url),
        "controller": around.controller(policy),
        "dataProtectionOfficer": around.officer(policy),
        "dataDisclosed": list(_disclosed(policy)),
        "thirdCountryTransfers": list(_transfers(policy)),
        "accessAndDataPortability": around.access(policy),
        "sources": list(_sources(policy)),
    }
    made |= {name: around.right(policy, kinds) for name, kinds in around.RIGHTS.items()}
    made["rightToComplain"]["supervisoryAuthority"] = around.authority(policy)
    made["automatedDecisionMaking"] = around.automated(policy)
    made["changesOfPurpose"] = around.changes(policy)
    made["meta"]["_hash"] = hashlib.sha256(rfc8785.dumps(made)).hexdigest()
    return made


def left_out(policy: Policy) -> list[str]:
    """What the policy says and TILT has no place for, in words."""
    placed = {kind for kinds in around.RIGHTS.values() for kind in kinds}
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
        "balancing tests": policy.balancing_tests,
        "commitments of the Data Privacy Framework": policy.dpf,
        "notices for California": policy.california,
    }
    return rights + [words for words, part in parts.items() if part]


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
        "_id": around.id_of(policy, f"{act.id}/{kept.rule}"),
        "category": ", ".join(labels),
        "subcategories": labels,
        "purposes": [{"purpose": p.label, "description": touchpoint.title} for p in act.purposes],
        "legalBases": list(_bases(policy, row)),
        "legitimateInterests": [{"exists": bool(row.interest), "reasoning": row.interest or ""}],
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
    said = {"name": name, "country": country, "category": category}
    return {key: value for key, value in said.items() if value}


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
            "appropriateGuarantees": _available(
                bool(kinds & {"bcr", "intra-group"}), sorted(kinds & {"bcr", "intra-group"})
            ),
            "presenceOfEnforceableRightsAndEffectiveRemedies": {"available": None, "description": ""},
            "standardDataProtectionClause": _available("scc" in kinds, ["scc"]),
        }


def _available(there: bool, kinds: list[str]) -> Json:
    words = "; ".join(articles.mechanism(kind) for kind in kinds)
    return {"available": there, "description": words if there else ""}


def _sources(policy: Policy) -> Iterator[Json]:
    for tid, touchpoint in policy.touchpoints.items():
        if touchpoint.source:
            items = dict.fromkeys(i.published_as or policy.data[i.item].label for r in touchpoint.rows for i in r.items)
            yield {
                "_id": around.id_of(policy, f"{tid}/source"),
                "dataCategory": ", ".join(items),
                "sources": [{"description": touchpoint.source, "url": "", "publiclyAvailable": None}],
            }
