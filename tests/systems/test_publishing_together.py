"""Two people publish, or two workers do what follows, at the same moment: it happens once."""

import pytest
from people_kit import together
from publishing_kit import NOW, ON_THE_DAY, PLACES, kinds, person, policy, publish, rows, wider, write

from troth.consent import queries as consent
from troth.people import services as people
from troth.publishing import services
from troth.sharing import services as sharing
from troth.versions import queries as versions

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _two_people() -> None:
    publish(policy())
    write("ada@mail.example", "news", "study")
    write("bob@mail.example", "news")


def test_of_two_who_publish_the_same_plan_one_does() -> None:
    digest = services.plan(wider(), now=NOW).digest

    def act() -> object:
        return services.publish(wider(), PLACES, plan=digest, by="cli", now=NOW)

    done = together(act, act)
    assert sorted(type(one).__name__ for one in done) == ["AlreadyPublished", "Published"]
    assert [version.number for version in versions.all()] == [1, 2]
    assert kinds().count("policy.planned") == 1


def test_of_two_who_publish_different_plans_one_has_become_stale() -> None:
    later = wider("2027-02-01")
    one, other = services.plan(wider(), now=NOW).digest, services.plan(later, now=NOW).digest
    done = together(
        lambda: services.publish(wider(), PLACES, plan=one, by="cli", now=NOW),
        lambda: services.publish(later, PLACES, plan=other, by="cli", now=NOW),
    )
    assert sorted(type(result).__name__ for result in done) == ["Published", "StalePlan"]
    assert len(versions.all()) == 2


def test_two_workers_tell_everybody_once() -> None:
    done = publish(wider())

    def act() -> object:
        told = 0
        while batch := services.tell(done.publication_id, NOW, at_once=1):
            told += batch
        return told

    results = together(act, act, act)
    assert all(isinstance(result, int) for result in results), results
    assert rows("select count(*), count(distinct key) from mail_message where kind = 'policy-change'") == [(2, 2)]
    assert rows("select state, count(*) from publishing_addressee group by 1") == [("told", 2)]


def test_two_workers_and_a_withdrawal_on_the_day() -> None:
    publish(wider())
    ada = person()
    results = together(
        lambda: services.take_effect(ON_THE_DAY, at_once=1),
        lambda: services.take_effect(ON_THE_DAY, at_once=1),
        lambda: sharing.withdraw(ada, how="control", now=ON_THE_DAY),
    )
    assert sorted(results[:2]) == [0, 1]  # type: ignore[type-var]
    assert set(consent.state(ada).values()) <= {"withdrawn", "superseded"}
    twice = (
        "select count(*) from (select 1 from consent_event where kind in ('superseded', 'withdrawn')"
        " group by person_id, touchpoint, purpose having count(*) > 1) found"
    )
    assert rows(twice) == [(0,)]


def test_an_erasure_in_the_middle_neither_blocks_nor_brings_back() -> None:
    done = publish(wider())
    ada = person()
    results = together(
        lambda: services.tell(done.publication_id, NOW),
        lambda: people.erase(ada, now=NOW),
        lambda: services.take_effect(ON_THE_DAY),
    )
    assert not [result for result in results if isinstance(result, Exception)], results
    assert rows("select count(*) from publishing_addressee") == [(1,)]
    assert rows("select count(*) from consent_event where person_id = %s", ada) == [(0,)]
