"""All workers of a deployment call a vendor at one pace: what one is told holds for all, in the database's time."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import pytest
from django.db import connection, transaction

from troth import ground
from troth.systems import services
from troth.systems.allowance import DatabaseLedger
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.pace import Pace
from troth.systems.kit.rates import Rate
from troth.systems.kit.saas import SaasSystem
from troth.systems.sandbox.server import running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ledgers() -> Iterator[tuple[DatabaseLedger, DatabaseLedger]]:
    """As two processes have them."""
    made = DatabaseLedger(), DatabaseLedger()
    yield made
    for one in made:
        one._close()


def test_what_one_takes_the_other_has_not(ledgers: tuple[DatabaseLedger, DatabaseLedger]) -> None:
    one, other = ledgers
    rate = Rate(10, 600, burst=2)
    assert one.take("k", 1, rate, 0) == 0
    assert other.take("k", 1, rate, 0) == 0
    assert one.take("k", 1, rate, 0) == pytest.approx(600 / 9, rel=0.1)
    assert other.take("another", 1, rate, 0) == 0


def test_what_is_refused_is_not_counted(ledgers: tuple[DatabaseLedger, DatabaseLedger]) -> None:
    one, _ = ledgers
    rate = Rate(1, 600)
    assert one.take("k", 1, rate, 0) == 0
    waits = [one.take("k", 1, rate, 1) for _ in range(3)]
    assert max(waits) <= 600


def test_a_vendors_word_to_one_holds_for_all(ledgers: tuple[DatabaseLedger, DatabaseLedger]) -> None:
    one, other = (Pace(), Pace())
    for pace, ledger in zip((one, other), ledgers, strict=True):
        pace.share(ledger, "crm@1")
    one.hold(timedelta(seconds=60))
    one.hold(timedelta(seconds=60), "purge")
    assert other.turn("", 3) == pytest.approx(60, abs=5)
    other.resume()
    third = Pace()
    third.share(ledgers[0], "crm@1")
    assert third.turn("", 3) == 0


def test_a_longer_wait_is_not_made_shorter(ledgers: tuple[DatabaseLedger, DatabaseLedger]) -> None:
    one, other = ledgers
    one.hold("k", 60)
    other.hold("k", 5)
    assert one.held("k") > 50
    assert one.take("k", 1, Rate(10, 1), 3) > 50


def test_many_at_once_never_take_more_than_there_is() -> None:
    rate = Rate(40, 600, burst=40)
    taken: list[float] = []

    def work() -> None:
        ledger = DatabaseLedger()
        taken.extend(wait for _ in range(20) if (wait := ledger.take("k", 1, rate, 0)) == 0)
        ledger._close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 40


def test_it_counts_at_once_whatever_transaction_the_caller_is_in(
    ledgers: tuple[DatabaseLedger, DatabaseLedger],
) -> None:
    one, other = ledgers
    with transaction.atomic():
        one.hold("k", 60)
        assert other.held("k") > 50
        transaction.set_rollback(True)
    assert other.held("k") > 50


def test_a_connection_that_broke_is_made_anew(ledgers: tuple[DatabaseLedger, DatabaseLedger]) -> None:
    pace = Pace(rates={"": Rate(100, 1, burst=1)})
    pace.share(ledgers[0], "crm@1")
    pace.turn("", 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    ledgers[0].hold("k", 60)
    assert ledgers[1].held("k") > 50, "nothing a vendor said is lost with a connection"


def test_the_deployments_systems_share_their_pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as address:
        file = tmp_path / "systems.yaml"
        file.write_text(
            f"systems:\n  crm: {{connector: hubspot, token: sandbox-token, url: '{address}/hubspot', "
            "allow_private: true, patience: 0}\n"
        )
        monkeypatch.setenv("TROTH_SYSTEMS", str(file))
        ground.settings.cache_clear()
        try:
            first = services.registry().get("crm")
            file.write_text(file.read_text() + "\n")  # another process, as far as the registry goes
            second = services.registry().get("crm")
            assert first is not second
            assert isinstance(first, SaasSystem)
            first.pace.hold(timedelta(seconds=60))
            with pytest.raises(SystemProblem) as caught:
                second.oldest()
            assert caught.value.consequence == "wait"
        finally:
            monkeypatch.undo()
            ground.settings.cache_clear()


def test_a_question_is_cheap(ledgers: tuple[DatabaseLedger, DatabaseLedger]) -> None:
    """No figure is asserted: it is printed for who looks."""
    one, _ = ledgers
    started = perf_counter()
    for _ in range(500):
        one.take("k", 1, Rate(1_000_000, 1), 0)
    print(f"{(perf_counter() - started) / 500 * 1e6:.0f} µs a question")
