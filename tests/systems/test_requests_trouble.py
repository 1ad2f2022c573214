"""Requests when things go wrong: systems down, processes killed, people unknown to the vault, staff doing the work."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from requests_kit import (
    ANA,
    BEN,
    NOW,
    World,
    asked,
    fill_in,
    kinds_of_evidence,
    last_link,
    mails,
    package_of,
    person_of,
    publish,
    work_off,
    work_through,
    world,
)

from troth import ground
from troth.demo import product
from troth.evidence import queries as log
from troth.evidence import services as evidence
from troth.evidence.offline import verify_proof
from troth.people import register
from troth.requests import queries, rules, services
from troth.requests.services import hands, steps, vault, work
from troth.systems.kit.outcomes import SystemProblem
from troth.work import queries as tasks
from troth.work import services as staff

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(steps, "MOST_ATTEMPTS", 3)
    with world() as made:
        publish()
        fill_in(ANA)
        fill_in(BEN, "Ben Other")
        work_through()
        product.add_person(made.product, ANA, "Ana Example", now=NOW)
        yield made


def tally(request: str, verb: str, system: str) -> rules.Tally:
    found = queries.one(UUID(request), NOW)
    assert found is not None
    return next(t for t in found.tallies if (t.verb, t.system) == (verb, system))


def state(request: str) -> str:
    found = queries.one(UUID(request), NOW)
    assert found is not None
    return found.line.state


def facts_of(kind: str) -> dict[str, object]:
    return dict(log.entries(kind=kind, limit=1)[0].facts)


def test_a_system_that_is_down_hides_and_undoes_no_other(around: World) -> None:
    around.down("salesforce")
    request = asked("erasure", ANA)
    work_through()
    assert state(request) == "answered"
    assert around.records("hubspot", ANA) == []
    assert product.rows_about(around.product, ANA)["accounts"] == 0
    assert person_of(ANA) is None
    assert around.records("salesforce", ANA)
    assert tally(request, "erase", "salesforce").reason == "unreachable"
    assert tally(request, "absent", "salesforce").state == "blocked"
    letter = mails(ANA)[0].text
    assert "Not done yet:\n- Salesforce: a person is doing this now" in letter
    assert "proof" not in letter
    assert facts_of("erasure.incomplete")["outstanding"] == ["salesforce"]
    (task,) = tasks.open_tasks(kind="request-erase")
    assert task.system == "salesforce"
    assert "@" not in task.title + task.instructions
    (line,) = queries.board(NOW, state="outstanding")
    assert (line.outstanding, line.left is not None) == (2, True)
    assert queries.counts(NOW)["outstanding"] == 1


def test_when_it_answers_again_the_rest_is_done_proven_and_told(around: World) -> None:
    around.down("salesforce")
    request = asked("erasure", ANA)
    work_through()
    lift(around, "salesforce")
    assert hands.tend(ground.clock() + hands.TRY_AGAIN) == 1
    work_through()
    assert around.records("salesforce", ANA) == []
    found = queries.one(UUID(request), NOW)
    assert found is not None
    assert (found.line.outstanding, found.completed_at is not None, found.proof_entry is not None) == (0, True, True)
    assert tasks.open_tasks(kind="request-erase") == ()
    (done,) = tasks.open_tasks(kind="request-erase", state="done")
    assert done.done_by == "system"
    assert "the rest of your answer" in mails(ANA)[0].subject
    kinds = kinds_of_evidence()
    assert kinds.count("request.answered") == kinds.count("request.completed") == 1


def lift(around: World, vendor: str) -> None:
    """Use up the failures still planned."""
    state = around.ask(vendor, "state")
    around.ask(vendor, "reset")
    around.ask(vendor, "seed", **{k: v for k, v in state.items() if k in ("records", "custom_fields")})


def test_staff_finish_the_work_by_hand(around: World) -> None:
    around.down("hubspot")
    request = asked("access", ANA)
    work_through()
    assert "a person is doing this now" in mails(ANA)[0].text
    step = UUID(tally(request, "find", "hubspot").step)
    with pytest.raises(ValueError, match="proof"):
        services.settle_by_hand(step, by="7", proof=" ", now=NOW)
    services.settle_by_hand(step, by="7", proof="export in the ticket", now=NOW)
    services.settle_by_hand(step, by="7", proof="export in the ticket", now=NOW)
    work_through()
    found = queries.one(UUID(request), NOW)
    assert found is not None
    assert found.completed_at
    assert "the rest of your answer" in mails(ANA)[0].subject
    assert tasks.open_tasks(kind="request-find") == ()
    assert kinds_of_evidence().count("request.completed") == 1
    with pytest.raises(services.NotWithStaff):
        services.try_again(step, now=NOW)


def test_a_task_finished_or_dropped_in_the_task_list_ends_its_step(around: World) -> None:
    around.down("hubspot")
    around.down("salesforce")
    request = asked("access", ANA)
    work_through()
    done, dropped = tasks.open_tasks(kind="request-find")
    staff.finish_task(done.id, by="7", proof="seen in the ticket", now=NOW)
    staff.drop_task(dropped.id, by="7", reason="the account is closed", now=NOW)
    assert services.tend(NOW) == 2
    assert services.tend(NOW) == 0
    assert {tally(request, "find", s).state for s in ("salesforce", "hubspot")} == {"done", "not-offered"}
    work_through()
    assert kinds_of_evidence().count("request.completed") == 1


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_a_kill_between_any_effect_and_its_settling_is_harmless(
    around: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every step is done twice: the first time its settling is lost."""
    real, lost = steps._settle, set()

    def killed(step: object, result: object, now: object) -> str:
        name = (step.phase, step.system, step.token)  # type: ignore[attr-defined]
        if name not in lost:
            lost.add(name)
            raise SystemProblem("killed", consequence="retry")
        return real(step, result, now)  # type: ignore[arg-type]

    monkeypatch.setattr(steps, "_settle", killed)
    request = asked(kind, ANA)
    work_through()
    assert state(request) == "answered"
    assert len(lost) >= 4
    kinds = kinds_of_evidence()
    assert kinds.count("request.answered") == 1
    if kind == "access":
        assert len(json.loads(package_of(ANA).read("answer.json"))["systems"]) == 4
        return
    assert (around.records("salesforce", ANA), around.records("hubspot", ANA), person_of(ANA)) == ([], [], None)
    assert around.records("salesforce", BEN)
    assert kinds.count("vault.erased") == kinds.count("erasure.proven") == 1
    assert tally(request, "erase-vault", "vault").count == 2


def test_running_everything_twice_changes_nothing(around: World) -> None:
    request = asked("erasure", ANA)
    work_through()
    before = kinds_of_evidence()
    found = queries.one(UUID(request), NOW)
    assert found is not None
    for each in found.tallies:
        services.run_step(UUID(each.step), LATER)
    from troth.requests.services import answer

    assert answer.answer(UUID(request), LATER) == "answered"
    assert answer.complete(UUID(request), LATER) is False
    assert kinds_of_evidence() == before


def test_two_workers_on_one_step_settle_it_once(around: World) -> None:
    from people_kit import together

    request = asked("access", ANA)
    step = UUID(tally(request, "find", "salesforce").step)
    states = together(*[lambda: services.run_step(step, ground.clock())] * 3)
    assert states == ["done"] * 3
    assert len([e for e in log.entries(kind="request.step") if e.facts["system"] == "salesforce"]) == 1


def test_somebody_only_other_systems_know_is_erased_there_and_looked_for_again(around: World) -> None:
    around.ask("hubspot", "seed", records=[{"email": "carl@example.org", "lastname": "Carl"}])
    request = asked("erasure", "carl@example.org")
    work_through()
    assert around.records("hubspot", "carl@example.org") == []
    assert facts_of("erasure.proven")["absent"] == ["vault", "hubspot", "product", "salesforce"]
    entry = register.entry(UUID(request))
    assert entry is not None
    assert entry.open
    assert register.was_erased("email", "carl@example.org")


def test_the_proof_holds_for_a_stranger_who_has_the_key(around: World) -> None:
    request = asked("erasure", ANA)
    work_through()
    evidence.checkpoint(NOW)
    found = queries.request_of_answer_link(last_link(ANA, "answer"), NOW)
    assert found is not None
    proof = json.loads(json.dumps(services.proof_of(found, NOW)))
    verdict = verify_proof(json.dumps(proof), log.public_key())
    assert verdict.ok
    assert verdict.entry is not None
    assert verdict.entry["facts"]["request"] == request
    assert verdict.entry["facts"]["reference"] == found.reference  # what the person can compare: theirs, no other's
    forged = {**proof, "entry": proof["entry"].replace('"hubspot",', "")}
    assert not verify_proof(json.dumps(forged), log.public_key()).ok


def test_account_deletion_leaves_posts_without_an_author_and_says_so(around: World) -> None:
    import psycopg

    asked("account-deletion", ANA)
    work_through()
    rows = product.rows_about(around.product, ANA)
    assert rows == dict.fromkeys(rows, 0)
    with psycopg.connect(around.product) as found:
        posts = found.execute(
            "select count(*), count(author_id) from community_posts where title like 'Launching from a pipeline%'"
        ).fetchone()
    assert posts == (2, 0)
    letter = mails(ANA)[0].text
    assert "Your account is deleted" in letter
    assert "stays up without your name" in letter
    assert "ask for erasure" in letter
    assert around.records("salesforce", ANA)
    assert person_of(ANA) is not None


def test_without_an_account_nothing_is_said_to_be_deleted(around: World) -> None:
    asked("account-deletion", "nobody@example.org")
    work_through()
    assert "found no account" in mails("nobody@example.org")[0].text
    around.write(product=None)
    asked("account-deletion", BEN)
    work_through()
    assert "found no account" in mails(BEN)[0].text


def test_what_slipped_in_while_erasing_is_erased_once_more(around: World) -> None:
    request = asked("erasure", ANA)
    while tally_states(request).get("erase-vault") is None:
        work_off()
    around.ask("salesforce", "seed", records=[{"kind": "Lead", "Email": ANA, "LastName": "Late", "Company": "x"}])
    work_through()
    assert around.records("salesforce", ANA) == []
    assert tally(request, "absent", "salesforce").state == "done"


def tally_states(request: str) -> dict[str, str]:
    found = queries.one(UUID(request), NOW)
    assert found is not None
    return {t.verb: t.state for t in found.tallies}


def test_a_fresh_submission_after_the_request_is_a_new_start(around: World) -> None:
    request = asked("erasure", ANA)
    while person_of(ANA):
        steps_left = [t for t in queries.one(UUID(request), NOW).tallies if t.state == "queued"]  # type: ignore[union-attr]
        for each in steps_left:
            services.run_step(UUID(each.step), ground.clock())
        for each in queries.one(UUID(request), NOW).tallies:  # type: ignore[union-attr]
            if each.state == "pending":
                services.run_step(UUID(each.step), ground.clock())
    fill_in(ANA, now=ground.clock() + timedelta(seconds=5))
    around.ask("salesforce", "seed", records=[{"kind": "Lead", "Email": ANA, "LastName": "New", "Company": "x"}])
    work_through()
    assert person_of(ANA) is not None
    assert around.records("salesforce", ANA)
    assert tally(request, "absent", "vault").note == "nothing of then is left; something new came in since"
    assert tally(request, "absent", "salesforce").reason == "came-back"


def test_a_broken_systems_file_stops_nothing_that_is_done(around: World) -> None:
    path = ground.settings().systems_file
    path.write_text("systems: [not a mapping")
    request = asked("access", ANA)
    assert state(request) == "running"
    (task,) = tasks.open_tasks(kind="request-systems")
    assert "systems" in task.instructions
    around.write()
    work_through()
    assert state(request) == "answered"


def test_a_stuck_delivery_does_not_hold_up_erasure_for_ever(around: World) -> None:
    around.down("salesforce")
    fill_in(ANA, now=NOW + timedelta(minutes=1))
    work_off()
    request = asked("erasure", ANA, NOW + timedelta(minutes=2))
    step = UUID(tally(request, "close", "deliveries").step)
    states = [services.run_step(step, ground.clock()) for _ in range(vault.MOST_WAITS + 1)]
    assert states == ["pending"] * vault.MOST_WAITS + ["done"]
    assert "we look again" in tally(request, "close", "deliveries").note


def test_the_evidence_and_the_queue_hold_no_address(around: World) -> None:
    from django.db import connection

    around.down("hubspot")
    asked("access", ANA)
    work_through()
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(string_agg(args::text, ' '), '') from procrastinate_jobs")
        assert "ana@" not in cursor.fetchall()[0][0]
        for table in ("requests_request", "requests_step", "requests_link", "requests_package", "work_stafftask"):
            cursor.execute(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")
            text = cursor.fetchall()[0][0].lower()
            assert "ana@" not in text
            assert "ana example" not in text
            assert ANA.encode().hex() not in text


def test_counts_of_an_act_come_from_what_it_says_it_changed() -> None:
    assert work.changed({"rows": 4, "tables": {"a": {"erased": 4}}}) == 4
    assert work.changed({"jobs": ["1"], "left": 0}) == 0
    assert work.changed({"contacts": 2, "created": True}) == 2


def test_a_recipient_without_a_connector_is_told_of_an_erasure_by_a_person(around: World) -> None:
    """Whoever got the data is told (GDPR Art. 19); who never got it is not."""
    handed = [t for t in tasks.open_tasks(kind="delivery") if t.system == "apollo"]
    assert handed, "the demo row is for Apollo too"
    for delivery in handed:
        staff.finish_task(delivery.id, by="7", proof="sent, and confirmed there", now=NOW)
    request = asked("erasure", ANA)
    work_through()
    told = tally(request, "erase", "recipient:apollo")
    assert (told.state, told.title) == ("staff", "Apollo")
    (task,) = tasks.open_tasks(kind="request-erase")
    assert "Tell Apollo" in task.instructions
    assert ANA not in task.instructions + task.title
    assert "Apollo" in mails(ANA)[0].text
    assert person_of(ANA) is None
    staff.finish_task(task.id, by="7", proof="their answer is in the ticket", now=NOW)
    services.tend(NOW)
    assert tally(request, "erase", "recipient:apollo").state == "done"


def test_a_recipient_that_never_got_anything_is_not_told(around: World) -> None:
    request = asked("erasure", ANA)
    work_through()
    assert not [system for system in tally_states(request) if "apollo" in system]
