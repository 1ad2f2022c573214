"""The parts of a TILT document around `dataDisclosed`: meta, controller, officer, rights, changes."""

from typing import Any
from uuid import UUID, uuid5

from troth.policy.model import Policy, Right

Json = dict[str, Any]
NAMESPACE = UUID("5f0c7c1c-9d0e-5f4e-8a3e-3b8a6f0d7c11")
"""Names in it give the `_id`s: the same policy gives the same ones."""

RIGHTS = {
    "rightToInformation": ("access",),
    "rightToRectificationOrDeletion": ("rectification", "erasure"),
    "rightToDataPortability": ("portability",),
    "rightToWithdrawConsent": ("withdraw-consent",),
    "rightToComplain": ("complaint",),
}
"""Where TILT has a place for a right. It has none for restriction, objection and California's two."""


def id_of(policy: Policy, name: str) -> str:
    return str(uuid5(NAMESPACE, f"{policy.name}/{name}"))


def meta(policy: Policy, language: str, number: int, url: str | None) -> Json:
    sites = [site.url for site in policy.sites.values() if site.url]
    day = f"{policy.effective.isoformat()}T00:00:00"
    return {
        "_id": id_of(policy, "document"),
        "name": policy.controller.name,
        "created": day,
        "modified": day,
        "version": number,
        "language": language.partition("-")[0],
        "status": "active",
        "url": url or (sites[0] if sites else ""),
    }


def controller(policy: Policy) -> Json:
    who = policy.controller
    return {
        "name": who.name,
        "address": who.address or "",
        "country": who.country,
        "representative": {
            "name": "; ".join(who.representatives),
            "email": who.contact if "@" in who.contact else "",
        },
    }


def officer(policy: Policy) -> Json:
    return {"name": policy.controller.dpo or "", "address": "", "country": "", "email": ""}


def _rights_of(policy: Policy, kinds: tuple[str, ...]) -> list[Right]:
    return [right for right in policy.rights.values() if right.kind in kinds]


def right(policy: Policy, kinds: tuple[str, ...]) -> Json:
    rights = _rights_of(policy, kinds)
    contact = policy.controller.contact
    return {
        "available": bool(rights),
        "description": " ".join(" ".join([f"{r.label}: {r.text}", *r.limits]) for r in rights),
        "url": contact if rights and contact.startswith("http") else "",
        "email": contact if rights and "@" in contact else "",
        "identificationEvidences": [],
    }


def access(policy: Policy) -> Json:
    return right(policy, ("access", "portability")) | {
        "administrativeFee": {"amount": None, "currency": ""},
        "dataFormat": "",
    }


def authority(policy: Policy) -> Json:
    first = policy.controller.authorities[0] if policy.controller.authorities else None
    return {
        "name": first.name if first else "",
        "address": "",
        "country": first.country if first else "",
        "email": "",
        "phone": "",
    }


def automated(policy: Policy) -> Json:
    decisions = [p.automated for p in policy.purposes.values() if p.automated]
    return {
        "inUse": bool(decisions),
        "logicInvolved": "; ".join(d.logic for d in decisions),
        "scopeAndIntendedEffects": "; ".join(d.consequences for d in decisions),
    }


def changes(policy: Policy) -> list[Json]:
    if policy.changes is None:
        return []
    return [
        {
            "description": policy.changes.text,
            "affectedDataCategories": [],
            "plannedDateOfChange": "",
            "urlOfNewVersion": "",
        }
    ]
