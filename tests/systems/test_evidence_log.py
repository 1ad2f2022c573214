"""The log on a real PostgreSQL: placing, signing, proving, exporting; the edges of each."""

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from troth import ground
from troth.evidence import merkle, offline, queries, services, signing
from troth.evidence.values import EntryView, UnknownEntry

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
PERSON = "ab" * 16


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A signing key of this test's own."""
    settings = replace(ground.settings(), evidence_key_file=tmp_path / "secrets" / "key")
    monkeypatch.setattr(ground, "settings", lambda: settings)
    return settings.evidence_key_file


def write(count: int, kind: str = "record.accepted", person: str | None = None) -> list[int]:
    with transaction.atomic():
        return [services.append(kind, person=person, facts={"number": n}, at=NOW) for n in range(count)]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 7)


@pytest.mark.django_db(transaction=True)
def test_append_outside_a_transaction_is_refused() -> None:
    with pytest.raises(services.NotInTransaction, match="was appended outside"):
        services.append("a.b", facts={}, at=NOW)
    assert queries.entries() == []


@pytest.mark.django_db(transaction=True)
def test_an_entry_shares_the_fate_of_its_act() -> None:
    def act() -> None:
        with transaction.atomic():
            services.append("a.b", facts={}, at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    with transaction.atomic():
        kept = services.append("a.b", facts={}, at=NOW)
    assert services.sequence(NOW) == 1
    assert [(e.id, e.position) for e in queries.entries()] == [(kept, 0)]


@pytest.mark.django_db
def test_unfit_facts_write_nothing() -> None:
    with pytest.raises(services.UnfitEntry):
        services.append("a.b", facts={"to": "ada@example.com"}, at=NOW)
    assert queries.entries() == []


@pytest.mark.django_db
def test_many_entries_take_one_statement_and_keep_their_order() -> None:
    each = [(PERSON, {"number": n}) for n in range(500)]
    with CaptureQueriesContext(connection) as statements, transaction.atomic():
        ids = services.append_many("a.b", each, at=NOW)
    assert len([s for s in statements if "insert into" in s["sql"].lower()]) == 1
    assert [(e.id, e.facts["number"]) for e in reversed(queries.entries(limit=500))] == list(
        zip(ids, range(500), strict=True)
    )
    with pytest.raises(services.UnfitEntry), transaction.atomic():
        services.append_many("a.b", [(PERSON, {}), ("Ada", {})], at=NOW)
    assert len(queries.entries(limit=1000)) == 500


@pytest.mark.django_db(transaction=True)
def test_nothing_is_signed_that_could_still_be_rolled_back() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        services.checkpoint(NOW)
    assert queries.latest_checkpoint() is None


@pytest.mark.django_db
def test_the_body_is_what_the_leaf_hash_is_over() -> None:
    (entry,) = write(1)
    services.checkpoint(NOW)
    proof = queries.proof(entry)
    assert proof is not None
    assert merkle.leaf_hash(queries.body(entry).encode()) == proof.leaf_hash
    with pytest.raises(UnknownEntry):
        queries.body(entry + 1)


@pytest.mark.django_db
def test_entries_read_back_newest_first_by_person_kind_and_page() -> None:
    first, second = write(2, "a.b", PERSON)
    (third,) = write(1, "c.d")
    assert [e.id for e in queries.entries()] == [third, second, first]
    assert [e.id for e in queries.entries(person=PERSON, limit=1)] == [second]
    assert [e.id for e in queries.entries(kind="c.d")] == [third]
    assert [e.id for e in queries.entries(before=second)] == [first]
    entry = queries.entries(before=second)[0]
    assert entry == EntryView(first, "a.b", NOW, PERSON, {"number": 0}, None)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_batches")
def test_places_come_in_id_order_without_gaps_over_many_batches() -> None:
    ids = write(23)
    assert services.sequence(NOW) == 23
    assert services.sequence(NOW) == 0
    ids += write(5)
    assert services.sequence(NOW) == 5
    placed = sorted((e.position, e.id) for e in queries.entries(limit=100))
    assert placed == list(enumerate(ids))
    assert queries.size() == 28
    assert queries.audit().ok


@pytest.mark.django_db
def test_placing_takes_the_same_few_statements_for_two_and_for_a_thousand() -> None:
    counts = []
    for many in (2, 1000):
        write(many)
        with CaptureQueriesContext(connection) as statements:
            services.sequence(NOW)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


@pytest.mark.django_db
def test_checkpoints_sign_the_defined_root_and_only_when_the_log_grew() -> None:
    empty = services.checkpoint(NOW)
    assert (empty.size, empty.root) == (0, merkle.EMPTY_ROOT)
    write(5)
    first = services.checkpoint(NOW)
    again = services.checkpoint(NOW + timedelta(minutes=5))
    assert first == again == queries.latest_checkpoint()
    write(6)
    second = services.checkpoint(NOW)
    tree = merkle.Frontier()
    tree.extend(merkle.leaf_hash(body) for body in bodies())
    assert (second.size, second.root) == (11, tree.root())
    assert second.note.startswith(f"{signing.signer().name}\n11\n")


def bodies() -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("select body from evidence_entry order by position")
        return [bytes(body) for (body,) in cursor.fetchall()]


@pytest.mark.django_db
def test_every_entry_proves_itself_against_the_latest_checkpoint() -> None:
    ids = write(13)
    assert queries.proof(ids[0]) is None
    signed = services.checkpoint(NOW)
    late = write(1)[0]
    services.sequence(NOW)
    assert queries.proof(late) is None  # placed, but no checkpoint covers it yet
    for position, entry in enumerate(ids):
        proof = queries.proof(entry)
        assert proof is not None
        assert (proof.position, proof.checkpoint) == (position, signed)
        assert merkle.root_of_inclusion(proof.leaf_hash, position, 13, proof.path) == signed.root
    assert proof.as_json()["checkpoint"] == signed.note


@pytest.mark.django_db
def test_no_proof_for_an_entry_that_is_not_there() -> None:
    with pytest.raises(UnknownEntry, match="41"):
        queries.proof(41)


@pytest.mark.django_db
def test_a_bundle_verifies_with_the_published_key_and_every_checkpoint(tmp_path: Path) -> None:
    held = [services.checkpoint(NOW).note]
    for many in (1, 4, 9):
        write(many, person=PERSON)
        held.append(services.checkpoint(NOW).note)
    write(3)
    path = services.export_bundle(tmp_path / "out.zip", NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for since in (None, *held):
        verdict = offline.verify(path, queries.public_key(), since)
        assert verdict == offline.Verdict(True, (), 17, verdict.root)
    assert set(os.listdir(tmp_path)) == {"secrets", "out.zip"}


@pytest.mark.django_db
def test_a_bundle_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    write(1)
    with pytest.raises(OSError, match="absent"):
        services.export_bundle(tmp_path / "absent" / "out.zip", NOW)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        services.export_bundle(tmp_path / "folder", NOW)
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_the_key_is_made_once_for_the_owner_alone(own_key: Path) -> None:
    first = queries.public_key()
    assert queries.public_key() == first
    assert stat.S_IMODE(own_key.stat().st_mode) == 0o600
    assert os.listdir(own_key.parent) == [own_key.name]


def test_a_damaged_key_file_is_said_and_never_replaced(own_key: Path) -> None:
    queries.public_key()
    own_key.write_text("PRIVATE+KEY+oops")
    with pytest.raises(signing.UnusableSigningKey, match="restore"):
        queries.public_key()
    assert own_key.read_text() == "PRIVATE+KEY+oops"
