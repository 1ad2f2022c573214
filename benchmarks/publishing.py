"""A change of policy that concerns everybody: planned, published, told, and its day.

The newsletter of the demo form, on consent, newly goes to one more recipient, and another recipient gets nothing of the
form any more: everybody is told, every consent ends, and a delivery of each person waits that must not leave.

Floors: the same counts asked in plain SQL; the rows that each step writes, inserted and changed with no thought.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from benchmarks._figure import Figure, Size, seconds
from benchmarks._home import POLICY, home

PEOPLE = 10_000
A_TRANSACTION = 500
TOUCHPOINT, NEWS, STOPPED, NEW, TOLD = "schedule-demo", "marketing", "apollo", "salesforce", "hubspot"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
AHEAD = timedelta(days=40)

_COUNTS = (
    f"select count(distinct person_id) from people_record where touchpoint = '{TOUCHPOINT}'",
    f"""select count(*) from (select distinct on (person_id, touchpoint, purpose) kind from consent_event
        where touchpoint = '{TOUCHPOINT}' order by person_id, touchpoint, purpose, id desc) as last
        where kind = 'given'""",
    f"select count(*) from sharing_delivery where recipient = '{STOPPED}' and state = 'queued'",
    "select version_id, touchpoint, row, count(*) from people_record group by 1, 2, 3",
)
_ENTER = "insert into bench (body) select id::text from people_person"
_LETTERS = (
    "insert into bench (body) select repeat('0', 1400) from people_person",  # letters
    "insert into bench (body) select repeat('0', 60) from people_person",  # links
    "insert into bench (body) select repeat('0', 200) from people_person",  # evidence
    "update bench set position = id where length(body) = 36",  # who was told
)
_ENDED = (
    "insert into bench (body) select repeat('0', 150) from people_person",  # ledger
    "insert into bench (body) select repeat('0', 350) from people_person",  # its evidence
    "insert into bench (body) select repeat('0', 100) from people_person",  # who is to stop
    "insert into bench (body) select repeat('0', 150) from people_person",  # a task each
    "update bench set position = id where length(body) = 36",  # deliveries held back
    "insert into bench (body) select repeat('0', 300) from people_person",  # their evidence
)


def run(size: Size) -> Iterator[Figure]:
    with home():
        from troth.publishing import services

        number = size.of(PEOPLE, 10)
        old, new = _policies()
        services.publish(old, {}, plan=None, by="bench", now=NOW)
        _people(number)
        _run("create table bench (id bigserial primary key, body text, position bigint)")
        yield Figure(
            f"a change planned, {number:,} people", seconds(lambda: services.plan(new, now=NOW)), "s",
            seconds(lambda: _run(*_COUNTS)), "the counts in plain SQL",
        )  # fmt: skip
        digest = services.plan(new, now=NOW).digest
        publish = partial(services.publish, new, {}, plan=digest, by="bench", now=NOW, limit=10 * PEOPLE)
        yield Figure(
            f"a change published, {number:,} people", seconds(publish), "s",
            seconds(lambda: _run(_ENTER)), "one INSERT … SELECT of everybody",
        )  # fmt: skip
        yield Figure(
            f"people told of a change, {number:,}", seconds(_tell), "s",
            seconds(lambda: _run(*_LETTERS)), "INSERT … SELECT of as many rows, nothing sealed", 15.0,
        )  # fmt: skip
        yield Figure(
            f"the day of a change, {number:,} people", seconds(lambda: services.take_effect(NOW + AHEAD)), "s",
            seconds(lambda: _run(*_ENDED)), "INSERT … SELECT of as many rows, nothing sealed", 10.0,
            "consents ended, a recipient of each asked to stop, a delivery of each held back",
        )  # fmt: skip


def _policies() -> tuple[Any, Any]:
    """The reference policy and the one that follows."""
    from troth.policy.load import load
    from troth.policy.model import Policy

    old = load(POLICY).policy
    if old is None:
        raise RuntimeError("the reference policy has errors: run `troth check policies/quali`")
    plain = old.model_dump(mode="json", by_alias=True)
    plain["effective"] = (NOW + AHEAD).date().isoformat()
    for row in plain["touchpoints"][TOUCHPOINT]["rows"]:
        if row["id"] == NEWS:
            row["assumed_recipients"].append({**row["assumed_recipients"][0], "recipient": NEW})
        else:
            row["recipients"] = [to for to in row["recipients"] if to["recipient"] != STOPPED]
    return old, Policy.model_validate(plain)


def _people(number: int) -> None:
    """Everybody asked for a demo and for the newsletter; one recipient got it, another waits."""
    from django.db import transaction

    from troth.people import services as people
    from troth.systems.kit.identifiers import Identifiers

    for start in range(0, number, A_TRANSACTION):
        with transaction.atomic():
            for nth in range(start, min(number, start + A_TRANSACTION)):
                address = f"bench{nth}@mail.example"
                _ask(people.prepare(Identifiers(email=(address,)), now=NOW).id, address)
    _run(f"update sharing_delivery set state = 'sent' where recipient = '{TOLD}'")
    _run("analyze")


def _ask(who: Any, address: str) -> None:
    from troth.consent import services as consent
    from troth.people import services as people
    from troth.sharing import services as sharing
    from troth.versions import queries as versions

    version = versions.latest()
    assert version
    for row in ("main", NEWS):
        record = people.store_record(
            person_id=who, version=version, touchpoint=TOUCHPOINT, row=row,
            values={"full-name": "Person", "email": address}, submission_id=uuid4(), now=NOW, source="bench",
        )  # fmt: skip
        sharing.queue(record, person_id=who, version=version, touchpoint=TOUCHPOINT, row=row, now=NOW)
    consent.record_event(
        person_id=who, kind="given", touchpoint=TOUCHPOINT, purposes=["send-marketing"], version_id=version.id,
        language="en", text_digest="0" * 64, how="bench", now=NOW,
    )  # fmt: skip


def _tell() -> None:
    from troth.publishing import services
    from troth.publishing.queries import publications

    newest = publications()[0].publication_id
    while services.tell(newest, NOW):
        pass


def _run(*statements: str) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
