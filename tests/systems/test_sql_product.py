"""The demo's product database, found, erased, corrected and compared, on a real PostgreSQL."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from troth import ground, postgres
from troth.demo import product
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql.system import SqlSystem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DATASETS = Path(__file__).parents[2] / "policies/quali/datasets"
ANA = Identifiers(email=("Ana@Example.org",))


def _clean_slate(name: str) -> str:
    return postgres.ensure_database(ground.database_url(), name)


@pytest.fixture(scope="module")
def filled() -> str:
    url = _clean_slate("sqltest_product")
    product.create(url, people=300, now=NOW)
    return url


@pytest.fixture
def url(filled: str) -> Iterator[str]:
    product.add_person(filled, "ana@example.org", "Ana Example", now=NOW)
    yield filled
    with psycopg.connect(filled) as connection:
        connection.execute("delete from post_comments where post_id > 30")
        connection.execute("delete from community_posts where id > 30")
        connection.execute("delete from usage_events using accounts a where a.id = account_id and a.email like 'ana%'")
        connection.execute("delete from accounts where email like 'ana%'")


@pytest.fixture
def system(url: str) -> SqlSystem:
    return SqlSystem.from_config("product", {"url": url, "dataset": "datasets/product.yaml"}, DATASETS.parent)


def _one(url: str, query: str) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row and len(row) == 1 else row


def test_find_lists_every_row_with_its_items(system: SqlSystem) -> None:
    found = system.find(ANA)
    assert found.evidence["tables"] == {"accounts": 1, "sessions": 3, "usage_events": 10, "community_posts": 2}
    account = next(one for one in found.findings if one.kind == "accounts")
    assert account.values["email"] == "ana@example.org"
    assert account.items["email"] == "email"
    assert account.items["full_name"] == "full-name"
    session = next(one for one in found.findings if one.kind == "sessions")
    assert session.values["ip"] == "198.51.100.7"


def test_somebody_unknown_is_found_nowhere(system: SqlSystem) -> None:
    assert system.find(Identifiers(email=("nobody@example.org",))).findings == ()
    assert system.find(Identifiers(account=("not-a-uuid",), phone=("+1555",))).findings == ()
    assert system.find(Identifiers()).findings == ()


def test_an_account_id_finds_the_same_rows_as_the_email(system: SqlSystem, url: str) -> None:
    identity = _one(url, "select id::text from accounts where email = 'ana@example.org'")
    assert system.find(Identifiers(account=(identity.upper(),))).findings == system.find(ANA).findings


def test_erasure_removes_the_person_and_nobody_else(system: SqlSystem, url: str) -> None:
    before = _one(url, "select count(*) from usage_events"), _one(url, "select count(*) from post_comments")
    done = system.erase(ANA, key="one")
    assert done.evidence["tables"]["accounts"] == {"erased": 1}
    assert done.evidence["tables"]["community_posts"] == {"anonymised": 2}
    assert system.find(ANA).findings == ()
    assert set(product.rows_about(url, "ana@example.org").values()) == {0}
    assert _one(url, "select count(*) from usage_events") == before[0] - 10
    assert _one(url, "select count(*) from post_comments") == before[1]  # others' comments under her posts stay
    assert _one(url, "select count(*) from community_posts where title = '[removed by its author]'") == 2


def test_erasing_again_changes_nothing(system: SqlSystem) -> None:
    system.erase(ANA, key="one")
    assert system.erase(ANA, key="one").evidence == {"rows": 0, "tables": {}}


def test_account_deletion_leaves_posts_up_without_author(system: SqlSystem, url: str) -> None:
    done = system.delete_account(ANA, key="one")
    assert done.evidence["tables"]["community_posts"] == {"unlinked": 2}
    assert _one(url, "select count(*) from accounts where email = 'ana@example.org'") == 0
    posts = "select count(*) from community_posts where title like 'Launching from a pipeline%' and author_id is null"
    assert _one(url, posts) == 2


def test_correction_reaches_every_column_of_the_item(system: SqlSystem, url: str) -> None:
    done = system.rectify(ANA, {"full-name": "Ana Right 100%", "company": "New {}"}, key="one")
    assert done.evidence["tables"] == {"accounts": {"corrected": 1}}
    row = _one(url, "select full_name, company from accounts where email = 'ana@example.org'")
    assert row == ("Ana Right 100%", "New {}")


def test_a_correction_that_breaks_uniqueness_changes_nothing(system: SqlSystem) -> None:
    with pytest.raises(SystemProblem, match="accounts_email") as problem:
        system.rectify(ANA, {"email": "person1@example.net"}, key="one")
    assert problem.value.consequence == "stop"
    assert "person1" not in str(problem.value)
    assert len(system.find(ANA).findings) == 16


def test_a_planted_column_shows_as_undeclared(system: SqlSystem, url: str) -> None:
    declared, live = system.columns()
    assert declared == live
    planted = product.plant_column(url)
    try:
        declared, live = system.columns()
        assert live - declared == {planted}
    finally:
        product.unplant(url)


def test_a_column_that_is_gone_is_named_and_nothing_is_answered(system: SqlSystem, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter table accounts rename phone to telephone")
    try:
        with pytest.raises(SystemProblem, match=r"accounts\.phone: the database has no such column"):
            system.find(ANA)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("alter table accounts rename telephone to phone")


def test_oldest_is_told_in_utc_for_each_table(system: SqlSystem) -> None:
    told = system.oldest().evidence
    assert set(told["tables"]) == {"accounts", "sessions", "usage_events", "community_posts", "post_comments"}
    assert told["oldest"] == "2025-04-05T12:00:00+00:00"  # person 300: 330 days before


def test_nothing_stands_in_the_way_of_the_demo_dataset(system: SqlSystem) -> None:
    assert system.refusals() == ()


def test_the_plan_is_the_same_text_every_time(system: SqlSystem) -> None:
    assert system.explain("erase") == system.explain("erase")
    assert "delete accounts: reached where id is the person's account, or email" in system.explain("erase")


def test_a_database_that_is_down_is_not_an_empty_answer(system: SqlSystem, url: str) -> None:
    down = SqlSystem("down", title="Down", url="postgresql://nobody@127.0.0.1:1/none", dataset=system.dataset)
    with pytest.raises(SystemProblem) as problem:
        down.find(ANA)
    assert problem.value.consequence == "retry"
    lost = SqlSystem("lost", title="Lost", url=postgres.with_database(url, "sqltest_none"), dataset=system.dataset)
    with pytest.raises(SystemProblem):
        lost.find(ANA)


def test_a_database_that_refuses_writes_says_so(system: SqlSystem, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter database sqltest_product set default_transaction_read_only = on")
    try:
        assert len(system.find(ANA).findings) == 16
        with pytest.raises(SystemProblem, match="refuses writes") as problem:
            system.erase(ANA, key="one")
        assert problem.value.consequence == "fix settings"
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("set default_transaction_read_only = off")
            connection.execute("alter database sqltest_product reset default_transaction_read_only")


def test_a_trigger_that_swallows_the_delete_is_a_failure_and_nothing_changes(system: SqlSystem, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create function keep() returns trigger language plpgsql as 'begin return null; end'")
        connection.execute("create trigger keep before delete on usage_events for each row execute function keep()")
    try:
        with pytest.raises(SystemProblem, match="10 rows of usage_events did not change"):
            system.erase(ANA, key="one")
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop function keep cascade")
    assert len(system.find(ANA).findings) == 16


def test_rows_locked_by_somebody_else_end_in_try_again(system: SqlSystem, url: str) -> None:
    from troth.systems.sql.run import Limits

    hasty = SqlSystem("hasty", title="Hasty", url=url, dataset=system.dataset, limits=Limits(lock=0.05))
    with psycopg.connect(url) as other:
        other.execute("select 1 from accounts where email = 'ana@example.org' for update")
        with pytest.raises(SystemProblem, match="locked") as problem:
            hasty.erase(ANA, key="one")
    assert problem.value.consequence == "retry"
    assert len(system.find(ANA).findings) == 16


def test_settings_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemProblem, match="`url` is missing"):
        SqlSystem.from_config("product", {"dataset": "datasets/product.yaml"}, DATASETS.parent)
    config = {"dataset": "datasets/product.yaml", "url": "env:TROTH_NOT_SET"}
    with pytest.raises(SystemProblem, match="TROTH_NOT_SET"):
        SqlSystem.from_config("product", config, DATASETS.parent)
    with pytest.raises(SystemProblem, match="could not be read"):
        SqlSystem.from_config("product", {"dataset": "datasets/none.yaml", "url": "x"}, DATASETS.parent)


def test_a_row_added_while_erasing_means_try_again_and_then_it_goes(system: SqlSystem, url: str) -> None:
    with ThreadPoolExecutor(1) as pool, psycopg.connect(url) as writer:
        writer.execute(
            "insert into usage_events (account_id, name, at) "
            "select id, 'late', now() from accounts where email = 'ana@example.org'"
        )
        erasing = pool.submit(system.erase, ANA, key="one")
        _wait_for_a_lock(url)
        writer.commit()
        with pytest.raises(SystemProblem, match="at the same time") as problem:
            erasing.result(timeout=20)
    assert problem.value.consequence == "retry"
    assert system.erase(ANA, key="one").evidence["tables"]["usage_events"] == {"erased": 11}
    assert set(product.rows_about(url, "ana@example.org").values()) == {0}


def _wait_for_a_lock(url: str) -> None:
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'troth'"
    for _ in range(400):
        if _one(url, waiting):
            return
        time.sleep(0.02)
    raise AssertionError("the erasure did not wait for the writer")


def test_two_workers_at_the_same_erasure_do_it_once(system: SqlSystem, url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = [one.result(timeout=30) for one in [pool.submit(_tried, system) for _ in range(4)]]
    assert sum(outcomes) == 16
    assert set(product.rows_about(url, "ana@example.org").values()) == {0}


def _tried(system: SqlSystem) -> int:
    """Rows changed by an erasure that is tried again as long as it should be."""
    while True:
        try:
            return int(system.erase(ANA, key="one").evidence["rows"])
        except SystemProblem as problem:
            if problem.consequence != "retry":
                raise
