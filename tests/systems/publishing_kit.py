"""A small policy with a form, a newsletter on consent and two recipients, and versions of it that change one thing."""

import copy
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from troth.collection import rules as collection_rules
from troth.collection import services as collection
from troth.people import services as people
from troth.policy.model import Policy
from troth.policy.places import Place
from troth.publishing import services
from troth.systems.kit.identifiers import Identifiers
from troth.versions import queries as versions
from troth.versions.values import Version

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOON = "2027-01-01"
ON_THE_DAY = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)
PLACES = {"touchpoints.contact": Place("touchpoints.yaml", 1, 1, 5)}

_BASE: dict[str, Any] = {
    "name": "small",
    "title": "Privacy at Small",
    "effective": "2026-01-01",
    "languages": ["en", "de"],
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


def publish(new: Policy, now: datetime = NOW, **options: Any) -> services.Published:
    """Plan and publish at once."""
    digest = services.plan(new, now=now).digest if versions.latest() else None
    return services.publish(new, PLACES, plan=digest, by="cli", now=now, **options)


def write(
    address: str = "ada@mail.example",
    *agreed: str,
    touchpoint: str = "contact",
    now: datetime = NOW - timedelta(days=1),
    language: str = "en",
    **values: str,
) -> None:
    """Somebody fills in a form, under the version in force; `study` means the survey."""
    if "study" in agreed and touchpoint == "contact":
        write(address, "study", touchpoint="survey", now=now, language=language)
        agreed = tuple(row for row in agreed if row != "study")
    current = versions.current(now)
    assert current is not None
    sent = {"email": address, "message": "hello", **values}
    collection.submit(
        collection_rules.Submission(touchpoint, {k: v for k, v in sent.items() if v}, frozenset(agreed), True),
        notice_version=current.number,
        idempotency_key=str(uuid4()),
        language=language,
        now=now,
    )


def person(address: str = "ada@mail.example") -> Any:
    from troth.people import queries

    found = queries.find(Identifiers(email=(address,)))
    assert found is not None
    return found


def many(number: int, version: Version, *, consents: Iterable[str] = (), now: datetime = NOW) -> None:
    """So many people with a record each, and their consents, without the form: fast."""
    from troth.consent import services as consent

    for nth in range(number):
        who = people.prepare(Identifiers(email=(f"p{nth}@mail.example",)), now=now).id
        with transaction.atomic():
            people.store_record(
                person_id=who,
                version=version,
                touchpoint="contact",
                row="main",
                values={"email": f"p{nth}@mail.example", "message": "hello"},
                submission_id=uuid4(),
                now=now,
                source="form",
            )
        for purpose in consents:
            consent.record_event(
                person_id=who,
                kind="given",
                touchpoint="contact",
                purposes=[purpose],
                version_id=version.id,
                language="en",
                text_digest="",
                how="form",
                now=now,
            )


def rows(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def kinds() -> list[str]:
    """Kinds of evidence, in order."""
    return [kind for (kind,) in rows("select kind from evidence_entry order by id")]
