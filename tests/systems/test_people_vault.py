"""The vault on a real PostgreSQL and a real key store."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from people_kit import NOW, evidence_kinds, forms_of, published, someone, stored, together, whole_database

from troth import ground
from troth.people import keys, queries, services
from troth.people.models import Identifier, Person, Record, Value
from troth.systems.kit.identifiers import Identifiers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TROTH_KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("TROTH_REGISTER_DIR", str(tmp_path / "register"))
    ground.settings.cache_clear()
    yield
    monkeypatch.undo()
    ground.settings.cache_clear()


def test_a_person_is_found_however_the_address_is_spelled() -> None:
    person = someone("Ada@Mail.Example")
    assert someone(" ada@MAIL.example ") == person
    assert queries.find(Identifiers(email=("ADA@mail.example",))) == person
    assert queries.identifiers(person) == Identifiers(email=("ada@mail.example",))
    assert queries.find(Identifiers(email=("not an address",), phone=("+49 1",))) is None


def test_an_unverified_identifier_beside_the_deciding_one_leads_nowhere() -> None:
    thief = services.prepare(Identifiers(email=("thief@mail.example", "ada@mail.example"), phone=("+49 30 1234",))).id
    victim = services.prepare(Identifiers(phone=("+49301234",))).id
    assert victim != thief
    assert queries.find(Identifiers(email=("ada@mail.example",))) is None
    assert queries.identifiers(thief) == Identifiers(email=("thief@mail.example",))


def test_a_verified_identifier_is_added_unless_it_is_somebody_elses() -> None:
    ada, bob = someone(), someone("bob@mail.example")
    services.add_identifier(ada, "account", "u-17", verified_at=NOW)
    services.add_identifier(ada, "account", "u-17", verified_at=NOW)
    assert queries.identifiers(ada) == Identifiers(email=("ada@mail.example",), account=("u-17",))
    with pytest.raises(services.IdentifierTaken, match=str(ada)):
        services.add_identifier(bob, "account", "u-17", verified_at=NOW)


def test_what_is_stored_comes_back_whole() -> None:
    person, version = someone(), published()
    record = stored(person, version, email="ada@mail.example", name="Ada Łovelace 🚀", message="x" * 100_000)
    (view,) = queries.records(person)
    assert view == queries.record(record)
    assert view.values == {"email": "ada@mail.example", "name": "Ada Łovelace 🚀", "message": "x" * 100_000}
    assert (view.version_id, view.touchpoint, view.row, view.source) == (version.id, "demo", "main", "form")
    assert "Ada" not in repr(view)


def test_no_table_holds_a_plain_value() -> None:
    person, version = someone("ada.unmistakable@mail.example"), published()
    plain = ["ada.unmistakable@mail.example", "Augusta Unmistakable", "correct horse battery"]
    stored(person, version, email=plain[0], name=plain[1], message=plain[2])
    stored(person, version, touchpoint="own-account", email=plain[0], password=plain[2])
    rows = [row.lower() for row in whole_database()]
    assert any("demo" in row for row in rows)
    assert not [row for row in rows for value in plain for form in forms_of(value) if form in row]
    assert base64.b64encode(plain[0].encode()).decode()[:20].lower() not in "".join(rows)


def test_a_sealed_value_moved_to_another_record_does_not_open() -> None:
    person, version = someone(), published()
    first, second = stored(person, version), stored(person, version)
    Value.objects.filter(record_id=second, item="name").delete()
    Value.objects.filter(record_id=first, item="name").update(record_id=second)
    with pytest.raises(ValueError, match="does not open"):
        queries.record(second)


def test_undeclared_items_are_refused_and_nothing_is_stored() -> None:
    person, version = someone(), published()
    with pytest.raises(ValueError, match="does not declare shoe-size"):
        stored(person, version, **{"email": "ada@mail.example", "shoe-size": "44"})
    assert queries.records(person) == []


def test_the_same_row_of_a_submission_is_stored_once() -> None:
    person, version, submission = someone(), published(), uuid4()
    with transaction.atomic():
        given = {"person_id": person, "version": version, "touchpoint": "demo", "row": "main", "source": "form"}
        services.store_record(**given, values={"name": "A"}, submission_id=submission, now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            services.store_record(**given, values={"name": "A"}, submission_id=submission, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_storing_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"):
        services.hold_still(someone())


def test_a_secret_is_kept_as_a_hash_no_query_returns() -> None:
    person, version = someone(), published()
    record = stored(person, version, touchpoint="own-account", email="a@b.example", password="hunter2hunter2")
    view = queries.record(record)
    assert (dict(view.values), view.hashed) == ({"email": "a@b.example"}, ("password",))


def test_a_secret_the_identity_provider_holds_is_not_kept_at_all() -> None:
    person, version = someone(), published()
    record = stored(person, version, touchpoint="idp-account", email="a@b.example", password="hunter2hunter2")
    assert (dict(queries.record(record).values), queries.record(record).hashed) == ({"email": "a@b.example"}, ())


def test_days_come_from_the_rows_rules() -> None:
    person, version = someone(), published()
    main = queries.record(stored(person, version))
    news = queries.record(stored(person, version, row="news", email="a@b.example"))
    account = queries.record(stored(person, version, touchpoint="own-account", email="a@b.example"))
    assert (main.due_at, main.review_at) == (datetime(2027, 3, 31, 12, tzinfo=UTC), None)
    assert (news.due_at, news.review_at) == (None, datetime(2026, 9, 30, 12, tzinfo=UTC))
    assert (account.due_at, account.review_at) == (None, datetime(2027, 3, 31, 12, tzinfo=UTC))


def test_what_is_due_goes_item_by_item_and_restricted_people_are_left_alone() -> None:
    person, held, version = someone(), someone("held@mail.example"), published()
    record = stored(person, version)
    stored(held, version)
    Person.objects.filter(id=held).update(restricted=True)
    month = datetime(2026, 4, 30, 12, tzinfo=UTC)
    assert services.erase_due(month - timedelta(seconds=1)) == services.Due(0, 0)
    assert services.erase_due(month, dry_run=True) == services.Due(0, 1)
    assert services.erase_due(month) == services.Due(0, 1)
    assert set(queries.record(record).values) == {"email", "name"}
    assert services.erase_due(datetime(2027, 3, 31, 12, tzinfo=UTC)) == services.Due(1, 0)
    assert queries.records(person) == []
    assert len(queries.records(held)) == 1
    assert evidence_kinds().count("sweep.erased") == 2


def test_a_review_is_confirmed_or_the_record_goes() -> None:
    person, version = someone(), published()
    keep, drop = (stored(person, version, row="news", email="a@b.example") for _ in range(2))
    later = NOW + timedelta(days=200)
    assert {r.record_id for r in queries.due_for_review(later)} == {keep, drop}
    following = services.confirm_needed(keep, by="staff-1", now=later)
    assert following > later + timedelta(days=180)
    assert services.erase_records([drop], reason="not-needed", now=later) == 1
    assert queries.due_for_review(later) == []
    with pytest.raises(LookupError, match="not in the vault"):
        services.confirm_needed(drop, by="staff-1", now=later)


def test_the_list_pages_by_key_and_finds_by_identifier(django_assert_num_queries) -> None:
    people = [services.prepare(Identifiers(email=(f"p{n}@mail.example",)), now=NOW) for n in range(7)]
    version = published()
    stored(people[3].id, version)
    seen, after = [], None
    while page := queries.people(after=after, limit=3):
        seen += [row.id for row in page]
        after = page[-1].id
    assert sorted(seen) == sorted(p.id for p in people)
    with django_assert_num_queries(2):
        (found,) = queries.people(search="P3@mail.example")
    assert (found.id, found.email, found.records) == (people[3].id, "p…@mail.example", 1)
    assert queries.people(search="p3@mail") == []


def test_many_addresses_are_looked_up_at_once(django_assert_num_queries) -> None:
    ada, bob, version = someone(), someone("bob@mail.example"), published()
    stored(ada, version)
    stored(ada, version)
    stored(ada, version, touchpoint="own-account", email="a@b.example")
    with django_assert_num_queries(2):
        found = queries.find_emails(["ADA@mail.example", "ada@mail.example", "nobody@mail.example", "not one"])
        places = queries.touchpoints_of([ada, bob])
    assert found == {"ADA@mail.example": ada, "ada@mail.example": ada}
    assert places == {ada: frozenset({"demo", "own-account"})}


def test_few_statements_read_many_records(django_assert_num_queries) -> None:
    person, version = someone(), published()
    for _ in range(10):
        stored(person, version)
    with django_assert_num_queries(2):
        assert len(queries.records(person)) == 10


@pytest.mark.django_db(transaction=True)
def test_many_threads_preparing_one_address_make_one_person_and_leave_no_key_behind() -> None:
    found = together(*[lambda: services.prepare(Identifiers(email=("ada@mail.example",)), now=NOW)] * 6)
    assert len({ref.id for ref in found}) == 1
    assert sum(ref.created for ref in found) == 1
    assert (Person.objects.count(), Identifier.objects.count()) == (1, 1)
    assert [id for id, _ in keys.store("people").ids()] == [found[0].id]


@pytest.mark.django_db(transaction=True)
def test_a_key_whose_transaction_never_came_is_swept_later_but_a_wrong_database_is_noticed() -> None:
    person, store = someone(), keys.store("people")
    orphan = uuid4()
    store.create(orphan)
    assert services.sweep_orphan_keys(ground.clock()) == 0
    later = ground.clock() + timedelta(hours=2)
    with pytest.raises(services.TooManyOrphans, match="1 keys have no person"):
        services.sweep_orphan_keys(later, limit=0)
    assert services.sweep_orphan_keys(later) == 1
    assert [id for id, _ in store.ids()] == [person]


def test_the_database_holds_the_shape() -> None:
    person, version = someone(), published()
    record = Record.objects.get(id=stored(person, version))
    with pytest.raises(IntegrityError), transaction.atomic():
        Value.objects.create(record=record, item="name", sealed=b"")
    with pytest.raises(IntegrityError), transaction.atomic():
        Record.objects.filter(id=record.id).update(due_at=None, review_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Identifier.objects.create(person_id=person, kind="iris", lookup=b"1", sealed=b"")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
