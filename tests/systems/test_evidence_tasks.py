"""The background tasks, run by a real worker on a real queue."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from troth import ground
from troth.evidence import queries, services, tasks

NOW = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = replace(ground.settings(), evidence_key_file=tmp_path / "key")
    monkeypatch.setattr(ground, "settings", lambda: settings)


def work() -> None:
    """Run what is queued for this room, then return."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, queues=["evidence"], listen_notify=False, install_signal_handlers=False)


def test_waiting_entries_get_their_place_and_a_checkpoint() -> None:
    with transaction.atomic():
        services.append("record.accepted", facts={}, at=NOW)
    tasks.sequence.defer(timestamp=0)
    tasks.checkpoint.defer(timestamp=0)
    work()
    assert queries.size() == 1
    signed = queries.latest_checkpoint()
    assert signed is not None
    assert signed.size == 1


def test_ticks_do_not_pile_up_while_no_worker_runs() -> None:
    tasks.sequence.defer(timestamp=0)
    with pytest.raises(AlreadyEnqueued):
        tasks.sequence.defer(timestamp=5)


def test_both_ticks_are_periodic() -> None:
    known = {task.name: periodic.cron for (task, _), periodic in _periodic().items()}
    assert known["evidence.sequence"] == "* * * * * */5"
    assert known["evidence.checkpoint"] == "*/5 * * * *"


def _periodic() -> dict:
    registry = app.periodic_registry.periodic_tasks
    return {(periodic.task, periodic.periodic_id): periodic for periodic in registry.values()}
