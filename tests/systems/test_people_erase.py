"""Erasure of people: everything goes, copies included, and a crash at any step is finished by doing it again."""

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from people_kit import NOW, evidence_kinds, published, someone, stored, together, whole_database

from troth import ground
from troth.consent import services as consent
from troth.people import keys, queries, register, services, values
from troth.people.models import Identifier, KeyToDestroy, Person, Record, Value
from troth.people.normalise import lookup
from troth.people.vault import PersonKey
from troth.systems.kit.identifiers import Identifiers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TROTH_KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("TROTH_REGISTER_DIR", str(tmp_path / "register"))
    ground.settings.cache_clear()
    yield
    monkeypatch.undo()
    ground.settings.cache_clear()


def _consenting(email: str = "ada@mail.example") -> UUID:
    person, version = someone(email), published()
    stored(person, version)
    consent.record_event(
        person_id=person,
        kind="given",
        touchpoint="demo",
        purposes=["news"],
        version_id=version.id,
        language="en",
        text_digest="0" * 64,
        how="control",
        now=NOW,
    )
    return person


def test_everything_of_the_person_goes_and_nothing_of_anybody_else() -> None:
    ada, bob = _consenting(), _consenting("bob@mail.example")
    erased = services.erase(ada, now=NOW, request_id=uuid4())
    assert erased == services.Erased(people=1, records=1, values=3, identifiers=1)
    assert queries.find(Identifiers(email=("ada@mail.example",))) is None
    assert not [row for row in whole_database() if str(ada) in row]
    with pytest.raises(keys.KeyDestroyed):
        queries.pseudonym(ada)
    assert len(queries.records(bob)) == 1
    assert evidence_kinds()[-2:] == ["vault.erased", "key.destroyed"]


def test_copies_taken_before_cannot_be_opened_after() -> None:
    person = _consenting()
    record = Record.objects.get(person_id=person)
    copy = bytes(Value.objects.get(record=record, item="name").sealed)
    assert PersonKey.of(person).open_value(record.id, "name", copy) == "Ada Lovelace"
    services.erase(person, now=NOW)
    with pytest.raises(keys.KeyDestroyed):
        PersonKey.of(person)
    made_again = PersonKey(person, keys.store("people").create(person))
    with pytest.raises(values.SealBroken):
        made_again.open_value(record.id, "name", copy)


def test_erasing_again_does_nothing() -> None:
    person = _consenting()
    services.erase(person, now=NOW)
    kinds = evidence_kinds()
    assert services.erase(person, now=NOW) == services.Erased(0, 0, 0, 0)
    assert services.erase(uuid4(), now=NOW) == services.Erased(0, 0, 0, 0)
    assert evidence_kinds() == kinds


def test_many_go_with_as_many_statements_as_few() -> None:
    people = [_consenting(f"p{n}@mail.example") for n in range(12)]
    taken = {}
    for number in (2, 12):
        # the keys follow after the commit, which does not come
        with CaptureQueriesContext(connection) as statements, transaction.atomic():
            assert services.erase_many(people[:number], now=NOW).people == number
            transaction.set_rollback(True)
        taken[number] = len(statements)
    assert taken[12] - taken[2] <= 10  # at most one evidence entry each, nothing else
    assert services.erase_many(people, now=NOW).records == 12


def test_a_failure_before_the_commit_erases_nothing_and_repeating_erases() -> None:
    person = _consenting()
    with transaction.atomic():
        services.erase(person, now=NOW)
        transaction.set_rollback(True)
    assert len(queries.records(person)) == 1  # the key is still there, and so is everything
    assert register.entry(person) is not None  # noted first: a restore would not forget them
    services.erase(person, now=NOW)
    assert Person.objects.count() == 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12 on, where the runner has threads
def test_a_kill_between_commit_and_destruction_is_finished_by_the_sweep() -> None:
    person = _consenting()
    connection.close()  # each process its own
    child = os.fork()
    if child == 0:  # a process of its own, killed by its own hand right after the commit
        with transaction.atomic():
            transaction.on_commit(lambda: os.kill(os.getpid(), 9))
            services.erase(person, now=NOW)
        sys.exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == 9
    assert Person.objects.count() == 0
    assert len(keys.store("people").get(person)) == 32
    assert services.finish_destroying(NOW) == services.Destroyed(done=1, waiting=0)
    with pytest.raises(keys.KeyDestroyed):
        keys.store("people").get(person)
    assert services.finish_destroying(NOW) == services.Destroyed(0, 0)
    assert evidence_kinds()[-1] == "key.destroyed"


def test_a_key_store_out_of_reach_delays_the_destruction_and_is_said() -> None:
    person = _consenting()
    path = ground.settings().keys_dir
    with transaction.atomic():
        services.erase(person, now=NOW)
        path.rename(path.with_name("away"))
        path.mkdir()  # an empty mount point
    assert KeyToDestroy.objects.filter(id=person).exists()
    assert services.finish_destroying(NOW) == services.Destroyed(done=0, waiting=1)
    path.rmdir()
    path.with_name("away").rename(path)
    assert services.finish_destroying(NOW) == services.Destroyed(done=1, waiting=0)


def test_the_register_remembers_outside_the_database_and_forgets_identifiers_when_closed() -> None:
    person = _consenting()
    services.erase(person, now=NOW)
    assert register.was_erased("email", " ADA@mail.example") == NOW
    assert register.was_erased("email", "bob@mail.example") is None
    (entry,) = register.erased()
    assert (entry.person_id, entry.recheck_on) == (person, NOW + timedelta(days=7))
    assert register.unseal(entry) == Identifiers(email=("ada@mail.example",))
    files = [file for file in ground.settings().register_dir.rglob("*") if file.is_file()]
    assert not [file for file in files if b"ada" in file.read_bytes()]
    register.close(entry)
    register.close(entry)
    (closed,) = register.erased()
    assert not closed.open
    for kept in (entry, closed):  # a copy of the entry as it was does not help either
        with pytest.raises(keys.KeyDestroyed):
            register.unseal(kept)
    assert register.was_erased("email", "ada@mail.example") == NOW


def test_the_register_lets_identifiers_go_by_itself_after_the_last_look() -> None:
    services.erase(_consenting(), now=NOW)
    assert services.close_entries(NOW + timedelta(days=36)) == 0
    assert services.close_entries(NOW + timedelta(days=37)) == 1
    assert services.close_entries(NOW + timedelta(days=37)) == 0
    assert not [entry for entry in register.erased() if entry.open]
    assert register.was_erased("email", "ada@mail.example") == NOW


def test_rows_of_a_restored_backup_are_erased_again_though_their_key_is_gone() -> None:
    person = _consenting()
    services.erase(person, now=NOW)
    Person.objects.create(id=person, created_at=NOW)
    Identifier.objects.create(
        person_id=person, kind="email", lookup=lookup("email", "ada@mail.example"), sealed=b"\x01unreadable"
    )
    assert services.erase(person, now=NOW) == services.Erased(people=1, records=0, values=0, identifiers=1)
    (entry,) = register.erased()
    assert register.unseal(entry) == Identifiers(email=("ada@mail.example",))


def test_a_fresh_submission_after_erasure_is_a_new_start() -> None:
    person = _consenting()
    services.erase(person, now=NOW)
    assert someone() != person
    assert register.was_erased("email", "ada@mail.example")


def test_storing_for_somebody_just_erased_says_so() -> None:
    person, version = someone(), published()
    services.erase(person, now=NOW)
    with pytest.raises(services.PersonGone):
        stored(person, version)


def test_storing_and_erasing_at_once_leave_all_or_nothing() -> None:
    version = published()
    for turn in range(5):
        person = someone(f"p{turn}@mail.example")
        acts = [lambda p=person: stored(p, version)] * 3
        results = together(*acts, lambda p=person: services.erase(p, now=NOW))
        assert results[3].people == 1
        assert all(isinstance(result, UUID | services.PersonGone) for result in results[:3])
    assert (Record.objects.count(), Value.objects.count(), KeyToDestroy.objects.count()) == (0, 0, 0)
    assert list(keys.store("people").ids()) == []
