"""E-mails in any case or by the plain index, and the indexes that are missing: on real servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sql_servers import Server, mariadb_folder, open_server, server

from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.dataset import parse
from troth.systems.sql.system import SqlSystem

__all__ = ["mariadb_folder", "server"]

ANA = Identifiers(email=("Ana@Example.org",))
MANY, FEW = 30_000, 1_000


def _fill(server: Server, rows: int, *, capitals: str = "", statistics: bool = True) -> None:
    server.run("""create table person (id int primary key, email varchar(60), home int);
    create index person_email on person (email);
    create table home (id int primary key, street varchar(20))""")
    series = "with recursive n(n) as (select 1 union all select n + 1 from n where n < {rows})"
    if server.kind == "postgresql":
        series = "with n as (select generate_series(1, {rows}) n)"
    with server.admin.connect() as connection:
        if server.kind == "mariadb":
            connection.exec_driver_sql("set max_recursive_iterations = 1000000")
        new = "'p' || n || '@example.org'" if server.kind != "mariadb" else "concat('p', n, '@example.org')"
        for into, what in (("home", "n, 'road'"), ("person", f"n, {new}, n")):
            if server.kind == "mariadb":
                query = f"insert into {into} {series.format(rows=rows)} select {what} from n"
            else:
                query = f"{series.format(rows=rows)} insert into {into} select {what} from n"
            connection.exec_driver_sql(query)
    server.run("update person set email = 'ana@example.org' where id = 7")
    if capitals:
        server.run(f"update person set email = 'ANA@example.org' where {capitals}")
    if statistics and server.kind == "postgresql":
        server.run("analyze person;\nanalyze home")


def _system(server: Server, match: str = "") -> SqlSystem:
    text = f"""
title: Shop
tables:
  person:
    key: id
    on_erase: anonymise
    columns:
      id: {{none: number}}
      email: {{item: email, identity: email{match}}}
      home: {{none: where, references: {{column: home.id, direction: to}}}}
  home:
    key: id
    on_erase: anonymise
    columns: {{id: {{none: number}}, street: street}}
"""
    return SqlSystem("shop", title="Shop", url=server.url, dataset=parse(text))


def _ids(system: SqlSystem) -> set[str]:
    return {one.id for one in system.find(ANA).findings if one.kind == "person"}


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """The one kind of server that keeps statistics of values."""
    made = open_server("postgresql", request, tmp_path)
    yield made
    made.admin.dispose()


def test_a_large_table_in_lower_case_is_looked_up_by_its_plain_index(postgresql: Server) -> None:
    _fill(postgresql, MANY)
    system = _system(postgresql)
    found = system.find(ANA)
    assert {one.id for one in found.findings} == {"7"}
    assert found.evidence["matched"] == {"person.email": "as written"}
    assert "matched" not in system.find(Identifiers(account=("x",))).evidence
    assert system.erase_many([(1, ANA)], dry_run=True)[1].evidence["matched"] == {"person.email": "as written"}
    assert "create index on person (lower(email));" in system.explain("find")
    assert "lower(t.email)" not in system.explain("find").replace('"', "")
    assert _system(postgresql, ", match: any case").find(ANA).evidence.get("matched") is None


HOWS = (
    "an index in lower case", "one row in a hundred", "one row in a thousand", "a small table", "no statistics",
    "a partial index",
)  # fmt: skip


@pytest.mark.parametrize("how", HOWS)
def test_in_any_case_wherever_the_plain_index_might_miss_rows(postgresql: Server, how: str) -> None:
    capitals = {"one row in a hundred": "id % 100 = 0", "one row in a thousand": "id % 1000 = 0"}.get(how, "id = 11")
    rows = FEW if how == "a small table" else MANY
    _fill(postgresql, rows, capitals=capitals, statistics=how != "no statistics")
    if how == "an index in lower case":
        postgresql.run("create index on person (lower(email))")
    if how == "a partial index":
        postgresql.run("drop index person_email;\ncreate index on person (email) where id > 3")
    system = _system(postgresql)
    assert "matched" not in system.find(ANA).evidence
    everyone = postgresql.all("select count(*) from person where lower(email) = 'ana@example.org'")
    assert len(_ids(system)) == everyone[0][0] > 1


def test_what_an_open_system_knows_of_indexes_follows_the_database(postgresql: Server) -> None:
    _fill(postgresql, MANY)
    system = _system(postgresql)
    system.find(ANA)
    postgresql.run("update person set email = 'ANA@example.org' where id = 9;\ncreate index on person (lower(email))")
    assert "matched" not in system.erase_many([(1, ANA)], dry_run=True)[1].evidence


def test_missing_indexes_are_named_until_they_are_there(server: Server) -> None:
    _fill(server, MANY)
    system = _system(server)
    home = {"postgresql": "create index on person (home)"}.get(server.kind, "create index person_home on person (home)")
    advice = system.advice()
    assert home in advice
    assert home in str(system.test().evidence["indexes"])
    assert f"    {home};" in system.explain("erase")
    assert home not in system.explain("find")
    for one in advice:
        server.run(one)
    assert _system(server).advice() == ()
    assert "indexes" not in _system(server).test().evidence


def test_small_tables_need_no_indexes(server: Server) -> None:
    _fill(server, FEW)
    assert _system(server).advice() == ()


def test_names_that_must_be_quoted(server: Server) -> None:
    mark = "`" if server.kind == "mariadb" else '"'
    server.run(f"create table {mark}Or der{mark} (id int primary key, {mark}E-Mail{mark} varchar(60))")
    with server.admin.connect() as connection:
        for begin in range(0, MANY, 500):
            rows = ", ".join(f"({n}, 'x{n}@example.org')" for n in range(begin, begin + 500))
            connection.exec_driver_sql(f"insert into {mark}Or der{mark} values {rows}")
    text = """
title: Shop
tables:
  Or der:
    key: id
    on_erase: delete
    columns: {id: {none: number}, E-Mail: {item: email, identity: email}}
"""
    system = SqlSystem("shop", title="Shop", url=server.url, dataset=parse(text))
    advice = system.advice()
    assert advice
    for one in advice:
        server.run(one)
    assert SqlSystem("shop", title="Shop", url=server.url, dataset=parse(text)).advice() == ()


def test_a_phone_is_found_by_an_index_over_its_digits(postgresql: Server) -> None:
    postgresql.run("create table member (id int primary key, phone varchar(30))")
    postgresql.run(f"insert into member select n, '+49 30 ' || n from generate_series(1, {MANY}) n;\nanalyze member")
    text = """
title: Club
tables:
  member: {key: id, on_erase: delete, columns: {id: {none: n}, phone: {item: phone, identity: phone}}}
"""
    (advice,) = SqlSystem("club", title="Club", url=postgresql.url, dataset=parse(text)).advice()
    postgresql.run(advice)
    again = SqlSystem("club", title="Club", url=postgresql.url, dataset=parse(text))
    assert again.advice() == ()
    assert [one.id for one in again.find(Identifiers(phone=("+49-30-77",))).findings] == ["77"]


def test_a_table_that_grew_since_its_statistics_is_not_taken_for_small(postgresql: Server) -> None:
    _fill(postgresql, FEW)
    postgresql.run(f"insert into person select n, 'q' || n || '@example.org' from generate_series({FEW + 1}, {MANY}) n")
    assert "create index on person (home)" in _system(postgresql).advice()
