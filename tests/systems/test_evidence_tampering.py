"""What PostgreSQL refuses, and what an audit finds when someone with the database in hand goes around it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from troth import ground
from troth.evidence import offline, queries, services
from troth.evidence.values import LogDamaged

PERSON = "ab" * 16
NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eleven entries: five under a first checkpoint, four under a second, two after it; then one unplaced."""
    settings = replace(ground.settings(), evidence_key_file=tmp_path / "secrets" / "key")
    monkeypatch.setattr(ground, "settings", lambda: settings)
    for many in (5, 4):
        write(many)
        services.checkpoint(NOW)
    write(2)
    services.sequence(NOW)
    write(1)


def write(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            services.append("record.accepted", person=PERSON, facts={"number": number}, at=NOW)


def run(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


@contextmanager
def around_the_triggers() -> Iterator[None]:
    run("set local session_replication_role = replica")
    yield
    run("set local session_replication_role = origin")


@pytest.mark.parametrize(
    "statement",
    [
        "update evidence_entry set body = 'x' where position = 1",
        "update evidence_entry set kind = 'a.b' where position = 1",
        "update evidence_entry set person = null where position = 1",
        "update evidence_entry set at = now() where position = 1",
        "update evidence_entry set leaf_hash = 'x' where position = 1",
        "update evidence_entry set position = 99 where position = 1",
        "update evidence_entry set position = null where position = 1",
        "update evidence_entry set id = 9999 where position = 1",
        "update evidence_entry set body = 'x' where position is null",
        "update evidence_entry set body = 'x', position = 11 where position is null",
        "update evidence_entry set person = null, position = 11 where position is null",
        "delete from evidence_entry where position = 1",
        "delete from evidence_entry where position is null",
        "insert into evidence_entry (kind, at, body, leaf_hash, position) values ('a.b', now(), 'x', 'x', 11)",
        "update evidence_node set hash = 'x' where level = 1 and index = 0",
        "delete from evidence_node where level = 1 and index = 0",
        "update evidence_checkpoint set root = 'x' where size = 5",
        "update evidence_checkpoint set note = 'x' where size = 5",
        "delete from evidence_checkpoint where size = 5",
    ],
)
def test_the_database_refuses_every_change(statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        run(statement)
    assert queries.audit().ok


def test_an_intact_log_passes_and_says_how_much_was_read() -> None:
    audit = queries.audit()
    assert (audit.ok, audit.size, audit.problems) == (True, 11, ())


FORGED = f"""'{{"at":"2026-05-01T09:30:00.000000Z","facts":{{"n":7}},"kind":"record.accepted","person":"{PERSON}"}}'"""


@pytest.mark.parametrize(
    "statement, says",
    [
        (f"update evidence_entry set body = {FORGED} where position = 2", "at position 2: its body was changed"),
        (
            f"update evidence_entry set body = {FORGED}, leaf_hash = sha256('\\x00'::bytea || {FORGED}::bytea) "
            "where position = 2",
            "the first 5 entries are not those the checkpoint of 5 signed",
        ),
        (
            f"update evidence_entry set body = {FORGED}, leaf_hash = sha256('\\x00'::bytea || {FORGED}::bytea) "
            "where position = 10",
            "",  # after the last node and checkpoint nothing has hashed it yet: see the next test
        ),
        ("update evidence_entry set leaf_hash = 'x' where position = 2", "at position 2: its body was changed, or"),
        ("update evidence_entry set kind = 'x.y' where position = 9", "at position 9: its kind, time or person"),
        ("update evidence_entry set person = null where position = 9", "at position 9: its kind, time or person"),
        ("update evidence_entry set body = 'junk' where position = 9", "at position 9: its kind, time or person"),
        ("delete from evidence_entry where position = 6", "position 6 is empty"),
        ("delete from evidence_entry where position = 10", ""),
        ("delete from evidence_entry where position >= 9", "the log holds 9 entries, but its tree covers 10"),
        ("delete from evidence_entry where position >= 7", "but a checkpoint of 9 was signed"),
        ("truncate evidence_entry", "the log holds 0 entries, but a checkpoint of 9 was signed"),
        (
            "update evidence_entry set position = case position when 2 then 1002 when 3 then 2 end "
            "where position in (2, 3); update evidence_entry set position = 3 where position = 1002",
            "the first 5 entries are not those",
        ),
        (
            "update evidence_node set hash = 'x' where level = 1 and index = 4",
            "node 1/4 is missing or does not fit",
        ),
        ("delete from evidence_node where level = 2 and index = 1", "tree node 2/1 is missing or does not fit"),
        ("update evidence_checkpoint set root = 'x' where size = 5", "checkpoint of 5 entries is not what"),
        (
            "update evidence_checkpoint set note = replace(note, '—', '-') where size = 9",
            "of 9 entries is not what",
        ),
        ("update evidence_checkpoint set size = 6 where size = 5", "checkpoint of 6 entries is not what"),
    ],
)
def test_an_audit_finds_what_went_around_the_triggers(statement: str, says: str) -> None:
    with around_the_triggers():
        assert run(statement)
    audit = queries.audit()
    assert audit.ok == (not says)
    assert not says or any(says in problem for problem in audit.problems), audit.problems


def test_an_entry_changed_before_any_hash_covers_it_is_beyond_finding() -> None:
    """What the documentation admits: between commit and the next checkpoint only the triggers protect an entry."""
    with around_the_triggers():
        run("delete from evidence_entry where position = 10")
    assert queries.audit().ok


def test_a_damaged_log_is_neither_continued_nor_signed(tmp_path: Path) -> None:
    with around_the_triggers():
        run("delete from evidence_entry where position >= 7")
    with pytest.raises(LogDamaged, match="holds 7 entries"):
        services.sequence(NOW)
    with pytest.raises(LogDamaged, match="troth evidence audit"):
        services.export_bundle(tmp_path / "b", NOW)
    write(1)  # writers go on: their entries wait for a place


def test_a_tree_that_contradicts_the_last_checkpoint_is_not_signed() -> None:
    with around_the_triggers():
        run("update evidence_node set hash = sha256('x') where level = 3 and index = 0")
    with pytest.raises(LogDamaged, match="does not extend the checkpoint of 9"):
        services.checkpoint(NOW)


def test_a_missing_node_is_said() -> None:
    with around_the_triggers():
        run("delete from evidence_node where level = 3 and index = 0")
    with pytest.raises(LogDamaged, match="tree node 3/0 is missing"):
        services.sequence(NOW)


def test_an_exported_forgery_is_named_at_its_entry(tmp_path: Path) -> None:
    with around_the_triggers():
        run(f"update evidence_entry set body = {FORGED} where position = 2")
    path = services.export_bundle(tmp_path / "b", NOW)
    verdict = offline.verify(path, queries.public_key())
    assert verdict.problems == ("position 2: the entry is not the one that was signed here",)


def test_many_problems_are_cut_off_and_that_is_said() -> None:
    write(80)
    services.sequence(NOW)
    with around_the_triggers():
        run("update evidence_entry set kind = 'x.y'")
    problems = queries.audit().problems
    assert len(problems) == 51
    assert "more problems" in problems[-1]
