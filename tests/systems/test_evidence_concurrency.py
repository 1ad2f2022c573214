"""Many writers and sequencers at once on a real PostgreSQL: nothing lost, no gap, nobody waits for an open writer."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from troth import ground
from troth.evidence import queries, services

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
WRITERS, ACTS = 6, 25
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(ground.settings(), evidence_key_file=tmp_path / "key")
    monkeypatch.setattr(ground, "settings", lambda: settings)


def apart(work: Callable[..., object]) -> Callable[..., object]:
    """The same work, closing its thread's database connection afterwards."""

    def run(*given: object) -> object:
        with closing(connection):
            return work(*given)

    return run


def append(kind: str = "record.accepted") -> int:
    return services.append(kind, facts={}, at=NOW)


def write_acts(writer: int) -> list[int]:
    """Transactions of several entries; every fifth one is rolled back."""
    kept = []
    for act in range(ACTS):
        with transaction.atomic():
            ids = [append(f"writer.w{writer}") for _ in range(3)]
            if act % 5 == 4:
                transaction.set_rollback(True)
            else:
                kept += ids
    return kept


def test_nothing_is_lost_and_no_place_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 11)  # many batches, so that sequencers really meet
    done = threading.Event()

    def keep_placing() -> int:
        placed = 0
        while not done.is_set():
            placed += services.sequence(NOW)
            services.checkpoint(NOW)
        return placed + services.sequence(NOW)

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        sequencers = [pool.submit(apart(keep_placing)) for _ in range(2)]
        writers = [pool.submit(apart(write_acts), number) for number in range(WRITERS)]
        try:
            kept = sorted(entry for writer in writers for entry in writer.result())
        finally:
            done.set()
        for sequencer in sequencers:
            sequencer.result()
    services.checkpoint(NOW)
    entries = queries.entries(limit=1000)
    assert sorted(entry.id for entry in entries) == kept
    assert sorted(entry.position for entry in entries) == list(range(len(kept)))
    audit = queries.audit()
    assert (audit.ok, audit.size) == (True, WRITERS * ACTS * 3 * 4 // 5)


def test_an_entry_that_commits_late_gets_a_later_place_and_is_not_left_out() -> None:
    written, commit = threading.Event(), threading.Event()

    def slow_act() -> int:
        with transaction.atomic():
            entry = append("slow.act")
            written.set()
            assert commit.wait(30)
        return entry

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(apart(slow_act))
        assert written.wait(30)
        with transaction.atomic():
            quick = append("quick.act")
        assert services.sequence(NOW) == 1  # neither waits for the open writer nor sees it
        signed = services.checkpoint(NOW)
        commit.set()
        late = slow.result()
    assert late < quick
    assert services.sequence(NOW) == 1
    assert {entry.id: entry.position for entry in queries.entries()} == {quick: 0, late: 1}
    assert signed.size == 1
    assert queries.audit().ok


def test_a_writer_commits_while_the_sequencer_holds_its_lock() -> None:
    with transaction.atomic():
        append("first.act")
    placed, release = threading.Event(), threading.Event()

    def slow_sequencer() -> None:
        with transaction.atomic():
            services.sequence(NOW)
            placed.set()
            assert release.wait(30)

    with ThreadPoolExecutor(1) as pool:
        sequencer = pool.submit(apart(slow_sequencer))
        assert placed.wait(30)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local lock_timeout = '5s'")
            append("second.act")
        release.set()
        sequencer.result()
    assert services.sequence(NOW) == 1
    assert queries.audit().ok


def test_a_sequencer_that_dies_in_the_middle_leaves_whole_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 4)
    with transaction.atomic():
        for _ in range(10):
            append()
    add_nodes = services.store.add_nodes
    calls = []

    def dying(nodes: list[object]) -> None:
        calls.append(nodes)
        if len(calls) == 2:
            raise KeyboardInterrupt
        add_nodes(nodes)

    with monkeypatch.context() as patch:
        patch.setattr(services.store, "add_nodes", dying)
        with pytest.raises(KeyboardInterrupt):
            services.sequence(NOW)
    assert queries.size() == 4
    assert services.sequence(NOW) == 6
    assert queries.audit().ok
