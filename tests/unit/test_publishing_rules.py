"""Plans on values: effects, stages, digest, limit, days, letters."""

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "systems"))

from publishing_policy import changed, policy, raw, wider

from troth.people.rules import Shorter
from troth.policy.difference.values import Change
from troth.policy.languages import words
from troth.publishing import rules
from troth.publishing.rules import letters
from troth.publishing.rules.allowed import earliest
from troth.publishing.rules.effects import effects
from troth.publishing.rules.explain import explain, hindrance

NEWS = Change("recipient-added", ("fresh consent", "significant"), "x", rows=(("contact", "news"),), purposes=("news",))
EVERYONE = Change("controller-name", ("significant",), "controller.name", everyone=True)
WEAKER = Change("retention-longer", ("kept for old data",), "y", rows=(("contact", "main"),))
WORDING = Change("reworded", ("wording",), "title")
NOTICE = Change("dpo-changed", ("notice",), "controller.dpo")
BASE = rules.Base(1, "0" * 64, date(2026, 1, 1))


def counts() -> rules.Counts:
    return rules.Counts(
        people=5,
        by_mail=4,
        told=(5,),
        consents={("contact", "news"): 3},
        flows={("contact", "main", "lab"): rules.FlowNumbers(7, 2, 9)},
        over={("contact", "main"): (10, 6)},
        records={(1, "contact", "main"): 10, (1, "contact", "news"): 3},
    )


def test_only_significant_changes_and_fresh_consents_are_told() -> None:
    found = effects((NEWS, WEAKER, WORDING, NOTICE), policy(), policy())
    assert [telling.change for telling in found.telling] == [NEWS]
    assert found.lapsing == {("contact", "news")}
    assert found.kept == {("contact", "main")}


def test_whom_a_change_concerns() -> None:
    only_fresh = replace(NEWS, classes=("fresh consent",))
    everyone, fresh = effects((EVERYONE, only_fresh), policy(), policy()).telling
    nothing: frozenset[tuple[str, str]] = frozenset()
    assert everyone.concerns(nothing, nothing)
    assert fresh.concerns(nothing, frozenset({("contact", "news")}))
    assert not fresh.concerns(frozenset({("contact", "news")}), nothing)


def test_a_purpose_on_another_basis_has_no_consent_to_lapse() -> None:
    main = replace(NEWS, rows=(("contact", "main"),), purposes=())
    assert effects((main,), policy(), policy()).lapsing == frozenset()


def test_flows_stop_where_nothing_of_them_is_left() -> None:
    old = policy()
    assert effects((), old, old).stopped == frozenset()
    assert effects((), old, wider()).stopped == {("contact", "main", "lab")}
    other_items = changed(main={"recipients": ["crm", {"recipient": "lab", "items": ["phone"]}]})
    assert effects((), old, other_items).stopped == frozenset()
    gone = policy(touchpoints={"contact": raw()["touchpoints"]["contact"]})
    assert effects((), old, gone).stopped == frozenset()
    back = effects((), wider(), old)
    assert back.stopped == {("contact", "news", "lab"), ("survey", "study", "lab")}


def test_what_a_newer_policy_says_anew_of_how_long() -> None:
    found = effects((), policy(), wider()).shorter
    assert found == tuple(Shorter("contact", "main", item, "P1M") for item in ("email", "message", "phone"))
    assert effects((), policy(), policy()).shorter == ()


def test_stages_stand_in_the_order_of_what_happens() -> None:
    new = wider()
    found = effects((NEWS, WEAKER), policy(), new)
    plan = rules.plan(BASE, new, (NEWS, WEAKER), found, counts())
    assert plan.stages == (
        rules.Publish(2, date(2027, 1, 1)),
        rules.TellPeople(5, 4, 1, (rules.Told("recipient-added", "x", 5),)),
        rules.StaffTask("tell", "", 1),
        rules.LapseConsents("contact", "news", 3),
        rules.StopFlow("contact", "main", "lab", 7, 2, 9),
        rules.StaffTask("return", "lab", 9),
        rules.Overretained("contact", "main", 10, 6),
        rules.KeepsOlder(1, "contact", "main", 10),
    )
    assert (plan.people, plan.consents, plan.erased, plan.total) == (5, 3, 6, 14)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"people": 6}, False),
        ({"by_mail": 5}, False),
        ({"consents": {("contact", "news"): 4}}, False),
        ({"over": {("contact", "main"): (10, 7)}}, False),
        ({"records": {(1, "contact", "main"): 11}}, False),
        ({"flows": {("contact", "main", "lab"): rules.FlowNumbers(0, 9, 12)}}, True),
    ],
)
def test_the_digest_covers_what_is_approved(change: dict[str, object], same: bool) -> None:
    new, changes = wider(), (NEWS, WEAKER)
    found = effects(changes, policy(), new)
    one = rules.plan(BASE, new, changes, found, counts())
    other = rules.plan(BASE, new, changes, found, replace(counts(), **change))  # type: ignore[arg-type]
    assert (one.digest == other.digest) is same


def test_the_digest_covers_both_policies_the_day_and_the_changes() -> None:
    new, changes = wider(), (NEWS,)
    found = effects(changes, policy(), new)
    plan = rules.plan(BASE, new, changes, found, counts())
    others = (
        replace(plan, base=replace(BASE, digest="1" * 64)),
        replace(plan, policy="1" * 64),
        replace(plan, effective=date(2027, 1, 2)),
        replace(plan, changes=(replace(NEWS, classes=("significant",)),)),
    )
    assert len({plan.digest, *(other.digest for other in others)}) == 5


@pytest.mark.parametrize(
    ("ahead", "now", "day"),
    [
        ("P1D", datetime(2026, 11, 24, 12, tzinfo=UTC), date(2026, 11, 26)),
        ("P1D", datetime(2026, 11, 24, tzinfo=UTC), date(2026, 11, 25)),
        ("P1M", datetime(2027, 1, 31, 1, tzinfo=UTC), date(2027, 3, 1)),
        ("PT12H", datetime(2026, 11, 24, 11, tzinfo=UTC), date(2026, 11, 25)),
    ],
)
def test_the_first_day_that_leaves_people_their_time(ahead: str, now: datetime, day: date) -> None:
    assert earliest(ahead, now) == day


def test_a_stored_change_comes_back_the_same() -> None:
    changes = (replace(NEWS, words={"name": "x"}, old=("a",), new=("b",)), EVERYONE)
    assert rules.restore(json.loads(json.dumps(rules.store(changes)))) == changes
    assert rules.restore([{**rules.store((EVERYONE,))[0], "of-a-later-release": 1}]) == (EVERYONE,)


def test_a_plan_is_told_in_words() -> None:
    new = wider()
    changes = (WORDING,)
    found = effects((NEWS, WEAKER), policy(), new)
    plan = replace(rules.plan(BASE, new, (NEWS, WEAKER), found, counts()), changes=changes)
    assert explain(plan, policy(), new) == [
        "version 2 after version 1, in force from 1 Jan 2027",
        "  1 change of wording only",
        "",
        "before it takes effect",
        "  tell 5 people what changes for them: 4 by mail, 1 by hand",
        "",
        "on the day",
        "  end 3 consents: Send you news, at When you write to us",
        "  stop sending Lab data of When you write to us (main): 7 deliveries wait and are held back; "
        "2 went in the last 30 days",
        "  keep When you write to us (main) for less: 10 records get an earlier day, 6 lose data at the next sweep",
        "",
        "what stays as it was",
        "  10 records of When you write to us (main) keep what version 1 promised",
        "",
        "for staff",
        "  tell 1 person another way: no mail address",
        "  have Lab return or delete what it got of 9 people",
    ]


def test_an_obstacle_says_what_to_do() -> None:
    large = rules.TooLarge(10, 5, 4, 3)
    assert hindrance(large) == (
        "the plan is larger than the limit of 10: 12 in all (5 people told, 4 consents that end, 3 records with data "
        "erased); use --force"
    )
    soon = rules.TooSoon(date(2026, 12, 1), date(2026, 12, 25), "P30D", 5)
    assert hindrance(soon) == (
        "1 Dec 2026 is too soon: 5 people must hear of it 30 days before; the earliest day is 25 Dec 2026"
    )


def test_marketing_is_not_asked_for_by_mail_once_the_consent_ended() -> None:
    assert letters.may_be_asked_by_mail(policy(), ("survey", "study"))
    assert not letters.may_be_asked_by_mail(policy(), ("contact", "news"))
    assert not letters.may_be_asked_by_mail(policy(), ("contact", "unknown"))


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_a_letter_has_its_parts_in_every_language(language: str) -> None:
    about = letters.About(policy(), 2, date(2027, 1, 1), "https://privacy.example")
    letter = letters.announcing(about, [NEWS], [("contact", "news")], words(language), lambda c, _: "It changes.")
    text = letter.to("https://privacy.example/privacy/choices/t/")
    for part in ("- It changes.", "Send you news", "https://privacy.example/notice/2/", "/privacy/choices/t/"):
        assert part in text
    assert letters.CHOICES not in text
    assert "2027" in letter.subject
