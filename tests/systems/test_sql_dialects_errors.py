"""What goes wrong, on real servers, is told in the same words on each; no value and no password is ever in them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sql_servers import Server, mariadb_folder, open_server, server
from sqlalchemy import text

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql.dialects.base import Limits
from troth.systems.sql.dialects.database import Database
from troth.systems.sql.dialects.known import every

__all__ = ["mariadb_folder", "server"]

SECRET = "s3cr3t-password"
VALUE = "ana@example.org"


def failing(database: Database, *statements: str, read_only: bool = False) -> SystemProblem:
    def act() -> None:
        with database.transaction("write", read_only=read_only) as connection:
            for statement in statements:
                connection.execute(text(statement))

    with pytest.raises(SystemProblem) as problem:
        act()
    said = str(problem.value)
    assert said.startswith("shop: could not write: ")
    assert VALUE not in said
    assert SECRET not in said
    return problem.value


TABLES = """
create table parent (id int primary key, email varchar(40) not null unique);
create table child (id int primary key, parent_id int, age int,
  constraint child_parent foreign key (parent_id) references parent (id), constraint grown check (age >= 18));
insert into parent values (1, 'ana@example.org'), (2, 'b');
insert into child values (1, 1, 20)
"""


@pytest.mark.parametrize(
    ("statement", "words", "named"),
    [
        ("update parent set email = null where id = 1", "a column that cannot be NULL", "column email"),
        ("update parent set email = 'ana@example.org' where id = 2", "a value that must be unique is there", None),
        ("update child set age = 3", "a CHECK refuses the value", "constraint grown"),
        ("delete from parent", "rows of another table still point here", None),
        ("delete from nowhere where email = 'ana@example.org'", "the database has changed", None),
        ("delete from parent where missing = 'ana@example.org'", "the database has changed", None),
        ("delete from parent where 'ana@example.org' ((", "the database does not understand the statement", None),
    ],
)
def test_each_refusal_of_a_database_is_told_in_our_words(
    server: Server, statement: str, words: str, named: str | None
) -> None:
    server.run(TABLES)
    problem = failing(Database(server.url, "shop"), statement)
    assert words in str(problem)
    if named:
        assert named in str(problem)
    assert problem.consequence == ("fix settings" if "has changed" in words else "stop")


def test_a_foreign_key_in_the_way_is_named(server: Server) -> None:
    server.run(TABLES)
    problem = failing(Database(server.url, "shop"), "delete from parent")
    assert server.kind == "sqlite" or "(table child, constraint child_parent)" in str(problem)


def test_values_that_do_not_fit_are_told_without_the_value(server: Server) -> None:
    if server.kind == "sqlite":
        pytest.skip("SQLite takes any value in any column")
    server.run(TABLES)
    for statement in (
        "update child set age = 'ana@example.org'",
        "update parent set email = repeat('ana@example.org', 9) where id = 1",
        "update child set age = 99999999999",
    ):
        problem = failing(Database(server.url, "shop"), statement)
        assert "a value does not fit its column" in str(problem)
        assert problem.consequence == "stop"


def test_a_trigger_that_refuses_is_told_without_its_text(server: Server) -> None:
    server.run(TABLES)
    server.run(
        {
            "postgresql": "create function no() returns trigger language plpgsql as"
            " $$ begin raise exception 'never %', old.email; end $$;\n"
            "create trigger no before delete on parent for each row execute function no()",
            "mariadb": "create trigger no before delete on parent for each row"
            " signal sqlstate '45000' set message_text = 'never ana@example.org'",
            "sqlite": "create trigger no before delete on parent"
            " begin select raise(abort, 'never ana@example.org'); end",
        }[server.kind]
    )
    problem = failing(Database(server.url, "shop"), "delete from parent where id = 2")
    assert "a trigger or rule of the database refused it" in str(problem)
    assert problem.consequence == "stop"


def test_reading_cannot_write(server: Server) -> None:
    server.run(TABLES)
    problem = failing(Database(server.url, "shop"), "delete from child", read_only=True)
    assert "the database refuses writes (read only)" in str(problem)
    assert problem.consequence == "fix settings"
    assert server.all("select count(*) from child") == [(1,)]


def test_a_server_that_takes_no_writes_is_told(server: Server) -> None:
    server.run(TABLES)
    if server.kind == "mariadb":
        pytest.skip("a whole server would have to be read only")
    database = Database(server.url, "shop")
    if server.kind == "postgresql":
        server.run("alter database sqltest_servers set default_transaction_read_only = on")
    else:
        Path(server.url.removeprefix("sqlite:///")).chmod(0o444)
        pytest.skip("root may write to any file")
    try:
        assert "the database refuses writes (read only)" in str(failing(database, "delete from child"))
    finally:
        server.run(
            "set default_transaction_read_only = off;\n"
            "alter database sqltest_servers reset default_transaction_read_only"
        )


@contextmanager
def holding_locks(server: Server) -> Iterator[None]:
    """Somebody else has written and not yet decided."""
    with Database(server.url, "other").transaction("write", read_only=False) as connection:
        connection.execute(text("update parent set email = 'c' where id = 1"))
        yield


def test_locked_rows_are_waited_for_and_then_told(server: Server) -> None:
    server.run(TABLES)
    limits = Limits(lock=1.0 if server.kind == "mariadb" else 0.2)
    with holding_locks(server):
        problem = failing(Database(server.url, "shop", limits), "update parent set email = 'd' where id = 1")
    assert "rows were locked by somebody else" in str(problem)
    assert problem.consequence == "retry"


SLOW = {
    "postgresql": "select pg_sleep(30)",
    "mariadb": "select sleep(30) from parent",
    "sqlite": "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
}


def test_what_takes_too_long_is_ended(server: Server) -> None:
    server.run(TABLES)
    problem = failing(Database(server.url, "shop", Limits(statement=0.3)), SLOW[server.kind], read_only=True)
    assert "the database took too long" in str(problem)
    assert problem.consequence == "retry"


def test_two_who_wait_for_each_other_are_told_to_try_again(server: Server) -> None:
    if server.kind == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    server.run(TABLES)
    both, problems = threading.Barrier(2, timeout=20), []

    def act(first: int, second: int) -> None:
        try:
            with Database(server.url, "shop", Limits(lock=20.0)).transaction("write", read_only=False) as connection:
                connection.execute(text(f"update parent set email = 'x{first}' where id = {first}"))
                both.wait()
                connection.execute(text(f"update parent set email = 'x{second}' where id = {second}"))
        except SystemProblem as problem:
            problems.append(problem)

    threads = [threading.Thread(target=act, args=pair) for pair in ((1, 2), (2, 1))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert [(one.consequence, "wrote at the same time" in str(one)) for one in problems] == [("retry", True)]


def test_missing_permissions_wrong_logins_and_databases_are_settings(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = open_server("mariadb", request, tmp_path)
    server.run(TABLES)
    server.run(
        f"create or replace user reader@localhost identified by '{SECRET}';\ngrant select on shop.* to reader@localhost"
    )
    query = server.url.partition("?")[2]

    def at(login: str, name: str = "shop") -> Database:
        return Database(f"mariadb://{login}@localhost/{name}?{query}", "shop")

    assert "lacks a permission" in str(failing(at(f"reader:{SECRET}"), "delete from child"))
    assert "refuses the login" in str(failing(at(f"reader:{SECRET}x"), "delete from child"))
    assert "no such database" in str(failing(at("root", "nowhere"), "delete from child"))


def test_missing_permissions_on_postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = open_server("postgresql", request, tmp_path)
    server.run(TABLES)
    server.run(
        "drop role if exists troth_reader;\ncreate role troth_reader;\n"
        "grant usage on schema public to troth_reader;\ngrant select on parent to troth_reader"
    )
    try:
        problem = failing(Database(server.url, "shop"), "set local role troth_reader", "delete from parent")
    finally:
        server.run("drop owned by troth_reader;\ndrop role troth_reader")
    assert "the database role lacks a permission; grant it" in str(problem)
    assert problem.consequence == "fix settings"


@pytest.mark.parametrize(
    ("url", "said", "consequence"),
    [
        (f"postgresql://u:{SECRET}@127.0.0.1:9/x", "is it up", "retry"),
        (f"mariadb://u:{SECRET}@127.0.0.1:9/x", "is it up", "retry"),
        ("mariadb://u@localhost/x?unix_socket=/tmp/no/such/socket", "is it up", "retry"),
        (f"postgresql://u:{SECRET}@[::/x", "not understood", "fix settings"),
        (f"mysql://u:{SECRET}@h:port/x", "not understood", "fix settings"),
        ("sqlite:////no/such/file.db", "there is no such file", "fix settings"),
        ("sqlite://", "not understood", "fix settings"),
        ("sqlite:///:memory:", "not understood", "fix settings"),
        ("sqlite:////etc/hosts", "the file is no database", "fix settings"),
    ],
)
def test_addresses_that_lead_nowhere(url: str, said: str, consequence: str) -> None:
    problem = failing(Database(url, "shop", Limits(connect=2)), "select 1", read_only=True)
    assert said in str(problem)
    assert problem.consequence == consequence


@pytest.mark.parametrize("url", ["", "shop", f"oracle://u:{SECRET}@h/x", f"host=h password={SECRET}", "postgresql:/x"])
def test_an_address_of_no_database_we_know(url: str) -> None:
    with pytest.raises(
        SystemProblem, match="`url` is no address of a database we know; it begins with one of"
    ) as problem:
        Database(url, "shop")
    assert problem.value.consequence == "fix settings"
    assert SECRET not in str(problem.value)


def test_a_missing_driver_names_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in every():
        monkeypatch.setattr(type(one), "modules", ("no_such_package.driver",))
        with pytest.raises(
            SystemProblem, match=f"the driver for {one.title} is not installed; install troth"
        ) as problem:
            Database(f"{one.schemes[0]}://h/x", "shop")
        assert problem.value.consequence == "fix settings"


def test_the_password_is_in_no_representation() -> None:
    assert SECRET not in repr(Database(f"postgresql://u:{SECRET}@h/x", "shop"))


def test_nothing_of_a_failed_transaction_stays(server: Server) -> None:
    server.run(TABLES)
    failing(Database(server.url, "shop"), "delete from child", "delete from nowhere")
    assert server.all("select count(*) from child") == [(1,)]


def test_a_connection_that_died_is_replaced(server: Server) -> None:
    server.run(TABLES)
    database = Database(server.url, "shop")
    for _ in range(2):
        with database.transaction("read", read_only=True) as connection:
            assert connection.scalar(text("select count(*) from child")) == 1
        if server.kind == "postgresql":
            server.run(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and application_name = 'troth'"
            )
        if server.kind == "mariadb":
            mine = "select id from information_schema.processlist where command = 'Sleep' and db = 'shop'"
            for (number,) in server.all(mine):
                server.run(f"kill {number}")


def test_a_sqlite_file_with_a_write_ahead_log_is_read_while_others_write(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server = open_server("sqlite", request, tmp_path)
    server.run("pragma journal_mode = wal;\n" + TABLES)
    database = Database(server.url, "shop")
    with holding_locks(server), database.transaction("read", read_only=True) as connection:
        assert connection.scalar(text("select email from parent where id = 1")) == VALUE
    with database.transaction("read", read_only=True) as connection:
        assert connection.scalar(text("select email from parent where id = 1")) == "c"
    assert server.all("pragma journal_mode") == [("wal",)]


def test_sqlite_checks_foreign_keys_and_never_makes_a_file(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server = open_server("sqlite", request, tmp_path)
    server.run(TABLES)
    assert "still point here" in str(failing(Database(server.url, "shop"), "delete from parent where id = 1"))
    failing(Database(f"sqlite:///{tmp_path}/other.db", "shop"), "select 1")
    assert not (tmp_path / "other.db").exists()


def test_an_answer_sees_one_moment(server: Server) -> None:
    server.run(TABLES)
    if server.kind == "sqlite":
        server.run("pragma journal_mode = wal")
    with Database(server.url, "shop").transaction("read", read_only=True) as connection:
        before = connection.scalar(text("select count(*) from child"))
        server.run("delete from child")
        assert connection.scalar(text("select count(*) from child")) == before == 1
