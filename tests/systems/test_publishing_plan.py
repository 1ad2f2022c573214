"""A plan counts from real records, and only exactly that plan is applied."""

import json
from datetime import date, timedelta

import pytest
from publishing_kit import NOW, PLACES, changed, kinds, policy, publish, raw, rows, wider, write
from pytest_django import DjangoAssertNumQueries

from troth.people import services as people
from troth.policy.model import Policy
from troth.publishing import queries, rules, services
from troth.systems.kit.identifiers import Identifiers
from troth.versions import queries as versions

PROMISE = {"significant": "x", "told_by": "mail", "text": "x", "ahead": "P30D"}

pytestmark = pytest.mark.django_db


def stages(plan: rules.Plan, kind: type) -> list[object]:
    return [stage for stage in plan.stages if isinstance(stage, kind)]


def state() -> list[int]:
    """How much of everything that publishing writes there is."""
    tables = ("versions_version", "publishing_publication", "publishing_addressee", "evidence_entry", "mail_message")
    return [rows(f"select count(*) from {table}")[0][0] for table in tables]


def test_the_first_version_needs_no_plan_and_tells_nobody() -> None:
    done = publish(policy())
    assert done.version.number == 1
    assert done.plan.stages == (rules.Publish(1, date(2026, 1, 1)),)
    assert kinds() == ["policy.published"]
    assert queries.announced(NOW) is None


def test_what_a_change_does_is_counted_from_the_records() -> None:
    publish(policy())
    write("ada@mail.example", "news", "study", phone="+49 30 1234567")
    write("bob@mail.example", "news")
    write("cyd@mail.example")
    plan = services.plan(wider(), now=NOW)
    assert plan.number == 2
    (tell,) = stages(plan, rules.TellPeople)
    assert isinstance(tell, rules.TellPeople)
    assert (tell.people, tell.by_mail, tell.by_hand) == (2, 2, 0)  # fewer recipients and less time is no news to cyd
    assert stages(plan, rules.LapseConsents) == [
        rules.LapseConsents("contact", "news", 2),
        rules.LapseConsents("survey", "study", 1),
    ]
    assert stages(plan, rules.StopFlow) == [rules.StopFlow("contact", "main", "lab", 3, 0, 0)]
    assert stages(plan, rules.Overretained) == [rules.Overretained("contact", "main", 3, 3)]
    assert (plan.people, plan.consents, plan.erased, plan.total) == (2, 3, 3, 8)


def test_who_is_told_of_each_change_is_counted_too() -> None:
    publish(policy())
    write("ada@mail.example", "news")
    write("bob@mail.example")
    write("cyd@mail.example", "study")
    new = changed(main={"recipients": ["crm", "lab", "mailer"]}, news={"recipients": ["mailer", "lab"]})
    plan = services.plan(new, now=NOW)
    (tell,) = stages(plan, rules.TellPeople)
    assert isinstance(tell, rules.TellPeople)
    assert tell.people == 3
    told = {change.where.rpartition(".recipients")[0]: change.people for change in tell.changes}
    assert told == {"touchpoints.contact.rows.0": 3, "touchpoints.contact.rows.1": 1}


def test_a_weaker_promise_is_kept_for_old_data() -> None:
    publish(policy())
    write()
    plan = services.plan(changed(main={"retention": ["unneeded"]}), now=NOW)
    assert rules.KeepsOlder(1, "contact", "main", 1) in plan.stages
    assert stages(plan, rules.Overretained) == []


def test_planning_changes_nothing_and_takes_a_handful_of_statements(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    publish(policy())
    for nth in range(5):
        write(f"p{nth}@mail.example", "news", "study")
    services.plan(wider(), now=NOW)
    before = state()
    with django_assert_max_num_queries(12):
        first = services.plan(wider(), now=NOW)
    assert services.plan(wider(), now=NOW + timedelta(hours=1)).digest == first.digest
    assert state() == before


def test_a_change_is_not_published_without_the_digest_of_its_plan() -> None:
    publish(policy())
    before = state()
    with pytest.raises(services.PlanNeeded) as caught:
        services.publish(wider(), PLACES, plan=None, by="cli", now=NOW)
    assert caught.value.plan == services.plan(wider(), now=NOW)
    assert state() == before


@pytest.mark.parametrize("meanwhile", ["a submission", "another policy", "a typing error"])
def test_a_stale_digest_changes_nothing(meanwhile: str) -> None:
    publish(policy())
    write("ada@mail.example", "news")
    approved = services.plan(wider(), now=NOW)
    digest = approved.digest
    if meanwhile == "a submission":
        write("bob@mail.example", "news")
    elif meanwhile == "another policy":
        publish(Policy.model_validate(raw(title="Another", effective="2026-02-01")), NOW)
    else:
        digest = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    before = state()
    with pytest.raises(services.StalePlan) as caught:
        services.publish(wider(), PLACES, plan=digest, by="cli", now=NOW)
    assert state() == before
    assert (caught.value.plan.digest == approved.digest) is (meanwhile == "a typing error")
    assert versions.current(NOW + timedelta(days=90)).policy != wider()  # type: ignore[union-attr]


def test_a_plan_past_the_limit_needs_force_and_says_why() -> None:
    publish(policy())
    write("ada@mail.example", "news", "study")
    digest = services.plan(wider(), now=NOW).digest
    before = state()
    with pytest.raises(services.Hindered) as caught:
        services.publish(wider(), PLACES, plan=digest, by="cli", now=NOW, limit=3)
    assert caught.value.obstacles == (rules.TooLarge(3, 1, 2, 1),)
    assert caught.value.obstacles[0].total == 4
    assert state() == before
    assert services.publish(wider(), PLACES, plan=digest, by="cli", now=NOW, limit=3, force=True).version.number == 2


def test_people_get_the_time_that_was_promised_to_them() -> None:
    publish(policy(changes=PROMISE))
    write("ada@mail.example", "news")
    for effective, fine in (("2026-12-24", False), ("2026-12-25", True)):
        new = Policy.model_validate(wider(effective).model_dump(mode="json") | {"changes": PROMISE})
        plan = services.plan(new, now=NOW)
        found = services.hindrances(plan, now=NOW, limit=100)
        assert (not found) is fine, (effective, found)
        if not fine:
            assert found == (rules.TooSoon(date(2026, 12, 24), date(2026, 12, 25), "P30D", 1),)
            with pytest.raises(services.Hindered):  # and force does not shorten it
                services.publish(new, PLACES, plan=plan.digest, by="cli", now=NOW, force=True)


def test_without_a_promise_people_get_a_day_and_where_nobody_is_concerned_none_is_needed() -> None:
    publish(policy())
    today = wider("2026-11-24")
    assert services.hindrances(services.plan(today, now=NOW), now=NOW, limit=100) == ()
    write("ada@mail.example", "news")
    (found,) = services.hindrances(services.plan(today, now=NOW), now=NOW, limit=100)
    assert found == rules.TooSoon(date(2026, 11, 24), date(2026, 11, 26), "P1D", 1)


def test_words_alone_take_effect_today_and_nobody_is_told() -> None:
    publish(policy())
    write()
    done = publish(Policy.model_validate(raw(title="Privacy, in other words", effective="2026-11-24")), NOW)
    assert done.plan.total == 0
    assert versions.current(NOW) == done.version
    assert rows("select count(*) from publishing_addressee") == [(0,)]
    assert queries.announced(NOW) is None


def test_a_day_before_the_last_versions_is_refused() -> None:
    publish(policy())
    new = Policy.model_validate(raw(title="Older", effective="2025-12-31"))
    with pytest.raises(services.Hindered) as caught:
        publish(new)
    assert caught.value.obstacles == (rules.Backwards(date(2025, 12, 31), date(2026, 1, 1)),)


def test_what_is_published_already_is_published_already() -> None:
    publish(policy())
    with pytest.raises(services.AlreadyPublished) as caught:
        services.plan(policy(), now=NOW)
    assert caught.value.version.number == 1
    assert len(versions.all()) == 1


def test_people_without_a_mail_address_are_work_for_staff() -> None:
    publish(policy())
    write("", phone="+49 30 7654321")
    plan = services.plan(changed(main={"recipients": ["crm", "lab", "mailer"]}), now=NOW)
    assert rules.StaffTask("tell", "", 1) in plan.stages
    assert people.prepare(Identifiers(phone=("+49 30 7654321",)), now=NOW).created is False


def test_the_plan_is_evidence_with_its_counts() -> None:
    publish(policy())
    write("ada@mail.example", "news", "study")
    done = publish(wider())
    assert [kind for kind in kinds() if kind.startswith("policy.")] == [
        "policy.published",
        "policy.planned",
        "policy.published",
        "policy.addressed",
    ]
    (found,) = rows("select convert_from(body, 'utf8') from evidence_entry where kind = 'policy.planned'")
    facts = json.loads(found[0])["facts"]
    assert facts["plan"] == done.plan.digest
    assert (facts["people"], facts["consents"], facts["erased"], facts["forced"]) == (1, 2, 1, False)
