"""What the lower rooms do for everybody at once is what they do for one, and takes few statements."""

import random
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from publishing_kit import NOW, ON_THE_DAY, kinds, many, person, policy, publish, rows, services, wider, write
from pytest_django import DjangoAssertNumQueries

from troth.consent import queries as consent
from troth.consent import services as consent_services
from troth.consent import standing
from troth.people import groups
from troth.people import services as people
from troth.sharing import queries as sharing
from troth.systems.kit.identifiers import Identifiers
from troth.work import queries as work
from troth.work import services as work_services

pytestmark = pytest.mark.django_db

PAIRS = [("contact", "news"), ("survey", "study"), ("contact", "study")]


def somebody(nth: int) -> UUID:
    return people.prepare(Identifiers(email=(f"p{nth}@mail.example",)), now=NOW).id


@pytest.mark.parametrize("seed", range(4))
def test_consents_that_stand_are_those_of_the_fold(seed: int) -> None:
    chance = random.Random(seed)
    version = publish(policy()).version.id
    ids = [somebody(nth) for nth in range(6)]
    for step in range(60):
        touchpoint, purpose = chance.choice(PAIRS)
        consent_services.record_event(
            person_id=chance.choice(ids),
            kind=chance.choice(["shown", "given", "refused", "withdrawn", "expired", "superseded"]),  # type: ignore[arg-type]
            touchpoint=touchpoint,
            purposes=[purpose],
            version_id=version,
            language="en",
            text_digest="",
            how="form",
            now=NOW + timedelta(seconds=step),
        )
    folded = consent.states(ids)
    given = {pair: [id for id in ids if folded[id].get(pair) == "given"] for pair in PAIRS}
    assert standing.counts(PAIRS) == {pair: len(who) for pair, who in given.items() if who}
    for pair in PAIRS:
        assert groups.reach(standing.givers([pair])).people == len(given[pair])
        assert {one.person_id for one in standing.of(ids, [pair])} == set(given[pair])
    assert standing.counts(PAIRS, under=[version]) == {}
    for id in ids:
        assert set(standing.superseded(id)) == {pair for pair, kind in folded[id].items() if kind == "superseded"}


def test_ending_many_consents_takes_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    first = publish(policy()).version
    many(20, first, consents=["news"])
    done = publish(wider())
    with django_assert_max_num_queries(16), transaction.atomic():
        ended = consent_services.supersede(
            [("contact", "news")],
            of=standing.some_givers([("contact", "news")], under=[done.version.id]),
            version_id=done.version.id,
            under=[done.version.id],
            how="policy-changed",
            now=ON_THE_DAY,
        )
    assert len(ended) == 20
    assert len({one.person_id for one in ended}) == 20
    assert kinds().count("consent.superseded") == 20


def test_telling_many_takes_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    first = publish(policy()).version
    many(20, first, consents=["news"])
    done = publish(wider())
    with django_assert_max_num_queries(30):
        assert services.tell(done.publication_id, NOW) == 20


def test_a_group_that_is_joined_counts_nobody_twice() -> None:
    publish(policy())
    write("ada@mail.example", "news", "study")
    write("", phone="+49 30 7654321")
    both = groups.holders([("contact", "main")]) | standing.givers(PAIRS)
    assert groups.reach(both) == groups.Reach(2, 1)
    assert groups.sizes([both, groups.NOBODY, groups.EVERYONE, groups.holders([])]) == [2, 0, 2, 0]
    assert groups.addresses([person()]) == {person(): "ada@mail.example"}
    assert groups.rows_of([person()])[person()] == {("contact", "main"), ("contact", "news"), ("survey", "study")}


def test_what_waits_with_staff_for_a_former_recipient_is_taken_off_their_list() -> None:
    publish(policy())
    write()
    write("bob@mail.example")
    publish(wider())
    deliveries = {address: _lab(address) for address in ("ada@mail.example", "bob@mail.example")}
    for delivery in deliveries.values():
        rows("update sharing_delivery set state = 'staff', code = 'no-connector' where id = %s returning 1", delivery)
        work_services.open_task(
            kind="delivery",
            title="Deliver",
            instructions="By hand",
            subject=("delivery", str(delivery)),
            key=f"delivery:{delivery}",
            now=NOW,
        )
    (done,) = work.open_tasks(subject=("delivery", str(deliveries["bob@mail.example"])))
    work_services.finish_task(done.id, by="staff-1", proof="sent on Monday", now=NOW)
    services.take_effect(ON_THE_DAY)
    assert [task.kind for task in work.open_tasks()].count("delivery") == 0
    states = {a: next(d.state for d in sharing.deliveries(person(a)) if d.id == id) for a, id in deliveries.items()}
    assert states == {"ada@mail.example": "withheld", "bob@mail.example": "sent"}
    assert [line.recipient for line in sharing.disclosures(person("bob@mail.example"))] == ["lab"]


def _lab(address: str) -> UUID:
    return next(line.id for line in sharing.deliveries(person(address)) if line.recipient == "lab")


def test_what_waits_with_staff_on_a_consent_that_ended_is_refused_at_once(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    publish(policy())
    publish(wider())
    for nth in range(60):
        write(f"p{nth}@mail.example", "news")
    mailer = "select id from sharing_delivery where recipient = 'mailer'"
    for (delivery,) in rows(mailer):
        work_services.open_task(
            kind="delivery",
            title="Deliver",
            instructions="By hand",
            subject=("delivery", str(delivery)),
            key=f"delivery:{delivery}",
            now=NOW,
        )
    rows("update sharing_delivery set state = 'staff', code = 'no-connector' where recipient = 'mailer' returning 1")
    with django_assert_max_num_queries(75):  # of which none is a person's own
        services.take_effect(ON_THE_DAY)
    assert rows("select state, code, count(*) from sharing_delivery where recipient = 'mailer' group by 1, 2") == [
        ("refused", "no-basis", 60)
    ]
    assert kinds().count("delivery.refused") == 60
    assert [task.kind for task in work.open_tasks(limit=100)].count("delivery") == 0
