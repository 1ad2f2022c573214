"""Requests are kept no longer than they are needed; and a week after an erasure we look again."""

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
    mails,
    person_of,
    publish,
    work_through,
    world,
)

from troth.evidence import queries as log
from troth.people import keys, register
from troth.people import services as people
from troth.people.services.erase import RECHECK
from troth.requests import queries, services
from troth.requests.services import keeping, links, rechecking, sealed
from troth.systems.kit.identifiers import Identifiers
from troth.work import queries as tasks

pytestmark = pytest.mark.django_db(transaction=True)
PACKAGE = links.LIVES["package"]


@pytest.fixture
def around() -> Iterator[World]:
    for entry in list(register.erased()):
        register.close(entry)
    for id in list(keys_there()):  # of requests of other tests, whose rows are gone
        sealed.destroy_key(id)
    with world() as made:
        publish()
        yield made


def keys_there() -> set[UUID]:
    return {id for id, _ in keys.store(sealed.ROOM).ids()}


def test_an_answered_request_is_closed_forgotten_and_dropped_in_its_time(around: World) -> None:
    fill_in(ANA)
    request = UUID(asked("access", ANA))
    work_through()
    full = queries.one(request, NOW)
    assert full is not None
    assert full.completed_at is not None
    day = full.completed_at
    assert set(services.keep(day + PACKAGE - timedelta(hours=1)).values()) == {0}
    at_end = services.keep(day + PACKAGE + timedelta(minutes=1))
    assert (at_end["packages"], at_end["closed"]) == (1, 1)
    assert set(services.keep(day + PACKAGE + timedelta(minutes=2)).values()) == {0}
    assert request in keys_there()
    closed = queries.one(request, NOW)
    assert closed is not None
    assert (closed.line.state, closed.address) == ("closed", ANA)
    late = day + PACKAGE + keeping.KEY_KEPT + timedelta(hours=1)
    assert services.keep(late)["forgotten"] == 1
    assert request not in keys_there()
    gone = queries.one(request, NOW)
    assert gone is not None
    assert (gone.address, gone.words, gone.person_id) == ("", "", None)
    assert gone.line.reference == closed.line.reference
    assert services.keep(day + PACKAGE + keeping.ROW_KEPT + timedelta(hours=1))["dropped"] == 1
    assert queries.one(request, NOW) is None


def test_what_nobody_confirmed_is_forgotten_without_a_look(around: World) -> None:
    services.receive("erasure", ANA, "please", now=NOW)
    (line,) = queries.board(NOW)
    assert services.keep(NOW + keeping.UNCONFIRMED - timedelta(hours=1))["unconfirmed"] == 0
    assert services.keep(NOW + keeping.UNCONFIRMED)["unconfirmed"] == 1
    assert line.id not in keys_there()
    closed = queries.one(line.id, NOW)
    assert closed is not None
    assert (closed.line.state, closed.identified_at, closed.tallies, closed.address) == ("closed", None, (), "")
    assert queries.counts(NOW)["open"] == 0
    services.receive("erasure", ANA, "again", now=NOW + keeping.UNCONFIRMED)  # a new request starts anew
    assert len(queries.board(NOW, state="identity")) == 1


def test_an_answer_with_something_outstanding_is_not_closed(around: World) -> None:
    from troth.requests.services import steps

    around.down("salesforce")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(steps, "MOST_ATTEMPTS", 1)
        request = UUID(asked("access", ANA))
        work_through()
    done = services.keep(NOW + PACKAGE + timedelta(days=30))
    assert (done["packages"], done["closed"]) == (1, 0)
    assert queries.board(NOW, state="outstanding")[0].id == request


def test_keys_left_by_a_kill_go_and_those_in_use_stay(around: World) -> None:
    from uuid import uuid4

    services.receive("access", ANA, now=NOW)
    used = queries.board(NOW)[0].id
    stray = uuid4()
    sealed.new_key(stray)
    assert keeping.sweep_keys(NOW - timedelta(hours=2)) == 0  # too young to judge
    keeping.sweep_keys(NOW + timedelta(hours=3))
    assert stray not in keys_there()
    assert used in keys_there()


def test_too_many_keys_without_requests_are_another_database(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from uuid import uuid4

    monkeypatch.setattr(keeping, "MOST_ORPHANS", 2)
    strays = [uuid4() for _ in range(3)]
    for stray in strays:
        sealed.new_key(stray)
    with pytest.raises(keeping.TooManyOrphans):
        keeping.sweep_keys(NOW + timedelta(hours=3))
    assert set(strays) <= keys_there()


def erased(address: str = ANA) -> UUID:
    request = UUID(asked("erasure", address))
    work_through()
    return request


def test_a_week_later_absence_is_proven_again_and_the_identifiers_go(around: World) -> None:
    fill_in(ANA)
    work_through()
    person = person_of(ANA)
    request = erased()
    assert services.recheck(NOW + timedelta(days=6)) == rechecking.Rechecked()
    week = NOW + RECHECK + timedelta(hours=1)
    assert services.recheck(week) == rechecking.Rechecked(proven=1)
    assert services.recheck(week) == rechecking.Rechecked()
    entry = register.entry(person)
    assert entry is not None
    assert not entry.open
    (again,) = log.entries(kind="erasure.proven_again")
    assert again.facts["request"] == str(request)
    assert set(again.facts["absent"]) == {"vault", "salesforce", "hubspot", "product"}  # type: ignore[arg-type]
    assert again.person == log.entries(kind="erasure.proven")[0].person


def test_who_is_found_again_is_a_task_until_they_are_gone(around: World) -> None:
    fill_in(ANA)
    work_through()
    person = person_of(ANA)
    erased()
    around.ask("hubspot", "seed", records=[{"email": ANA, "lastname": "from a list"}])
    week = NOW + RECHECK + timedelta(hours=1)
    assert services.recheck(week) == rechecking.Rechecked(found=1)
    assert services.recheck(week + timedelta(days=1)) == rechecking.Rechecked(found=1)
    (task,) = tasks.open_tasks(kind="erasure-recheck")
    assert task.system == "hubspot"
    assert "@" not in task.title + task.instructions
    around.ask("hubspot", "reset")
    assert services.recheck(week + timedelta(days=2)) == rechecking.Rechecked(proven=1)
    entry = register.entry(person)
    assert entry is not None
    assert not entry.open


def test_a_system_that_does_not_answer_proves_nothing(around: World) -> None:
    fill_in(ANA)
    work_through()
    erased()
    around.down("salesforce")
    week = NOW + RECHECK + timedelta(hours=1)
    assert services.recheck(week) == rechecking.Rechecked(untold=1)
    assert "erasure.proven_again" not in kinds_of_evidence()
    around.ask("salesforce", "reset")
    assert services.recheck(week) == rechecking.Rechecked(proven=1)


def test_somebody_the_vault_never_knew_is_looked_for_again_too(around: World) -> None:
    around.ask("hubspot", "seed", records=[{"email": BEN, "lastname": "Ben"}])
    request = erased(BEN)
    assert services.recheck(NOW + RECHECK + timedelta(hours=1)) == rechecking.Rechecked(proven=1)
    assert log.entries(kind="erasure.proven_again")[0].facts["erased"] == str(request)


def test_a_kill_between_evidence_and_closing_proves_once(around: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_in(ANA)
    erased()
    week = NOW + RECHECK + timedelta(hours=1)

    def killed(_entry: object) -> None:
        raise KeyboardInterrupt

    real = register.close
    monkeypatch.setattr(register, "close", killed)
    with pytest.raises(KeyboardInterrupt):
        services.recheck(week)
    monkeypatch.setattr(register, "close", real)
    services.recheck(week)
    assert kinds_of_evidence().count("erasure.proven_again") == 1
    assert not [entry for entry in register.erased() if entry.open]


def test_who_came_back_is_a_new_start(around: World) -> None:
    fill_in(ANA)
    erased()
    people.prepare(Identifiers(email=(ANA,)), now=NOW + timedelta(days=2))
    assert services.recheck(NOW + RECHECK + timedelta(hours=1)) == rechecking.Rechecked(came_back=1)
    assert person_of(ANA) is not None


def test_the_confirming_mail_says_what_will_happen(around: World) -> None:
    services.receive("erasure", ANA, now=NOW)
    assert "This cannot be undone." in mails(ANA)[0].text
