"""People who fill in the forms of the small policy, its versions published, and what the database holds then."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from publishing_policy import changed, policy, raw, wider

from troth.collection import rules as collection_rules
from troth.collection import services as collection
from troth.people import services as people
from troth.policy.model import Policy
from troth.policy.places import Place
from troth.publishing import services
from troth.systems.kit.identifiers import Identifiers
from troth.versions import queries as versions
from troth.versions.values import Version

__all__ = ["changed", "policy", "raw", "wider"]

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ON_THE_DAY = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)
PLACES = {"touchpoints.contact": Place("touchpoints.yaml", 1, 1, 5)}


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
