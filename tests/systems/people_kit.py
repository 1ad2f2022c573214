"""A small policy, its published version and a person, for the tests of versions, people and consent."""

import base64
import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Thread
from uuid import UUID, uuid4

from django.db import connection, transaction

from troth.people import services
from troth.policy.model import Policy
from troth.policy.places import Place
from troth.systems.kit.identifiers import Identifiers
from troth.versions import services as versions
from troth.versions.values import Version

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
PLACES = {"touchpoints.demo": Place("touchpoints.yaml", 3, 1, 5)}

_ITEMS = {
    "email": {"label": "E-mail", "dpv": "pd:EmailAddress", "format": "email", "identifies": "email"},
    "name": {"label": "Name", "dpv": "pd:Name"},
    "message": {"label": "Message", "dpv": "pd:Communication", "kind": "free text", "format": "long text"},
    "password": {"label": "Password", "dpv": "pd:Password", "kind": "secret", "format": "password"},
}
_CONSENT = [{"purpose": "news", "relies_on": "consent"}]
_ROWS = [
    {
        "id": "main",
        "items": ["email", "name", "message"],
        "purposes": [{"purpose": "answer", "relies_on": "contract"}],
        "bases": ["contract"],
        "recipients": ["crm"],
        "retention": ["year", {"rule": "short", "items": ["message"]}],
        "without": "We cannot answer.",
    },
    {
        "id": "news",
        "marketing": True,
        "items": ["email", "name"],
        "purposes": _CONSENT,
        "bases": ["consent"],
        "recipients": [],
        "retention": ["unneeded"],
        "without": "No news.",
    },
]
_ACCOUNT = {
    "items": ["email", "password"],
    "purposes": [{"purpose": "answer", "relies_on": "contract"}],
    "bases": ["contract"],
    "retention": ["account"],
    "without": "No account.",
}
_POLICY = {
    "name": "small",
    "title": "A small policy",
    "effective": "2026-01-01",
    "controller": {"name": "Small Ltd", "country": "DE", "contact": "privacy@small.example"},
    "sites": {"web": {"label": "Web"}},
    "data": _ITEMS,
    "purposes": {
        "news": {"label": "News", "dpv": "dpv:DirectMarketing", "marketing": True},
        "answer": {"label": "Answer", "dpv": "dpv:CustomerCare"},
    },
    "recipients": {
        "crm": {"name": "CRM", "does": "keeps contacts", "countries": ["DE"]},
        "idp": {"name": "IdP", "does": "signs in", "countries": ["DE"]},
    },
    "retention": {
        "year": {"label": "A year", "period": "P1Y", "after": "recorded"},
        "short": {"label": "A month", "period": "P1M", "after": "recorded"},
        "unneeded": {"label": "Until unneeded", "until": "unneeded", "review": "P6M", "review_after": "last contact"},
        "account": {"label": "A year after", "period": "P1Y", "after": "account closed"},
    },
    "groups": {"all": "All"},
    "touchpoints": {
        "demo": {"title": "Demo", "group": "all", "channels": ["form"], "rows": _ROWS},
        "own-account": {
            "title": "Account",
            "group": "all",
            "channels": ["account"],
            "rows": [{"id": "main", "recipients": ["crm"], **_ACCOUNT}],
        },
        "idp-account": {
            "title": "Account at the provider",
            "group": "all",
            "channels": ["account"],
            "rows": [{"id": "main", "recipients": [{"recipient": "idp", "items": ["email", "password"]}], **_ACCOUNT}],
        },
    },
}


def small_policy(**changes: object) -> Policy:
    """The policy, with top-level parts replaced."""
    return Policy.model_validate(copy.deepcopy(_POLICY) | changes)


def published(**changes: object) -> Version:
    return versions.publish(small_policy(**changes), PLACES, now=NOW)


def someone(email: str = "ada@mail.example") -> UUID:
    return services.prepare(Identifiers(email=(email,)), now=NOW).id


def stored(
    person: UUID, version: Version, *, touchpoint: str = "demo", row: str = "main", now: datetime = NOW, **values: str
) -> UUID:
    with transaction.atomic():
        return services.store_record(
            person_id=person,
            version=version,
            touchpoint=touchpoint,
            row=row,
            values=values or {"email": "ada@mail.example", "name": "Ada Lovelace", "message": "hello"},
            submission_id=uuid4(),
            now=now,
            source="form",
        )


def together(*acts: Callable[[], object]) -> list[object]:
    """Run acts at once, each on a connection of its own; results or exceptions, in order."""
    results: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            results[place] = acts[place]()
        except Exception as problem:
            results[place] = problem
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def whole_database() -> Iterator[str]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select t::text from "{table}" t')
            yield from (row[0] for row in cursor.fetchall())


def forms_of(plain: str) -> list[str]:
    """How a plain value would look in a dump: as it is, in hex, in base64 (whatever stands before it)."""
    data = plain.encode()
    inner = [base64.b64encode(b"x" * shift + data)[4:-4].decode() for shift in range(3)]
    return [plain.lower(), data.hex(), *(text.lower() for text in inner if len(text) >= 6)]


def evidence_kinds() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select kind from evidence_entry order by id")
        return [row[0] for row in cursor.fetchall()]
