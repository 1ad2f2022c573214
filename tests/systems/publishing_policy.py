"""A small policy with a form, a newsletter on consent and a survey, and versions of it that change one thing. Pure."""

import copy
from typing import Any

from troth.policy.model import Policy

SOON = "2027-01-01"

_BASE: dict[str, Any] = {
    "name": "small",
    "title": "Privacy at Small",
    "effective": "2026-01-01",
    "languages": ["en", "de"],
    "translations": {
        "de": [
            {"text": "When you write to us", "says": "Wenn Sie uns schreiben"},
            {"text": "Send you news", "says": "Ihnen Neues zu schicken"},
        ]
    },
    "controller": {"name": "Small Ltd", "country": "DE", "contact": "privacy@small.example"},
    "sites": {"web": {"label": "Web"}},
    "data": {
        "email": {"label": "E-mail", "dpv": "pd:EmailAddress", "format": "email", "identifies": "email"},
        "phone": {"label": "Phone", "dpv": "pd:TelephoneNumber", "format": "phone", "identifies": "phone"},
        "message": {"label": "Message", "dpv": "pd:Communication", "kind": "free text", "format": "long text"},
    },
    "purposes": {
        "answer": {"label": "Answer you", "dpv": "dpv:CustomerCare"},
        "news": {"label": "Send you news", "dpv": "dpv:DirectMarketing", "marketing": True},
        "study": {"label": "Study how we answer", "dpv": "dpv:ServiceOptimisation"},
    },
    "recipients": {
        "crm": {"name": "CRM", "does": "keeps contacts", "countries": ["DE"]},
        "mailer": {"name": "Mailer", "does": "sends mail", "countries": ["DE"]},
        "lab": {"name": "Lab", "does": "studies", "countries": ["FR"]},
    },
    "retention": {
        "year": {"label": "A year", "period": "P1Y", "after": "recorded"},
        "month": {"label": "A month", "period": "P1M", "after": "recorded"},
        "unneeded": {"label": "Until unneeded", "until": "unneeded", "review": "P6M", "review_after": "last contact"},
    },
    "groups": {"all": "All"},
    "touchpoints": {
        "contact": {
            "title": "When you write to us",
            "group": "all",
            "channels": ["form"],
            "rows": [
                {
                    "id": "main",
                    "items": [{"item": "email"}, {"item": "phone"}, {"item": "message"}],
                    "purposes": [{"purpose": "answer", "relies_on": "contract"}],
                    "bases": ["contract"],
                    "recipients": ["crm", "lab"],
                    "retention": ["year"],
                    "without": "We cannot answer.",
                },
                {
                    "id": "news",
                    "marketing": True,
                    "items": ["email"],
                    "purposes": [{"purpose": "news", "relies_on": "consent"}],
                    "bases": ["consent"],
                    "recipients": ["mailer"],
                    "retention": ["unneeded"],
                    "without": "No news.",
                },
            ],
        },
        "survey": {
            "title": "When you answer our survey",
            "group": "all",
            "channels": ["form"],
            "rows": [
                {
                    "id": "study",
                    "items": [{"item": "email", "required": True}, "message"],
                    "purposes": [{"purpose": "study", "relies_on": "consent"}],
                    "bases": ["consent"],
                    "recipients": [],
                    "retention": ["year"],
                    "without": "We do not study it.",
                },
            ],
        },
    },
}


def raw(**top: Any) -> dict[str, Any]:
    """The policy as plain data, top-level parts replaced."""
    return copy.deepcopy(_BASE) | top


def policy(**top: Any) -> Policy:
    return Policy.model_validate(raw(**top))


def changed(effective: str = SOON, *, promise: str | None = None, **rows: dict[str, Any]) -> Policy:
    """The policy of a later day with parts of the form's rows replaced (`news={"recipients": […]}`)."""
    new = raw(effective=effective)
    for touchpoint in new["touchpoints"].values():
        for row in touchpoint["rows"]:
            row.update(rows.get(row["id"], {}))
    if promise:
        new["changes"] = {"significant": "x", "told_by": "mail", "text": "x", "ahead": promise}
    return Policy.model_validate(new)


def wider(effective: str = SOON) -> Policy:
    """A second recipient of the newsletter and of the study, one recipient less of the form, kept for a month only."""
    return changed(
        effective,
        main={"recipients": ["crm"], "retention": ["month"]},
        news={"recipients": ["mailer", "lab"]},
        study={"recipients": ["lab"]},
    )
