"""What is proven before the first write, and what is found out when the database does not do as it was told."""

from collections.abc import Callable

import pytest
from sql_servers import Server, mariadb_folder, server

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql.dataset import parse
from troth.systems.sql.system import Refused, SqlSystem

__all__ = ["mariadb_folder", "server"]

ANA = Identifiers(email=("ana@example.org",))
Make = Callable[[str, str], SqlSystem]


@pytest.fixture
def make(server: Server) -> Make:
    def build(ddl: str, columns: str) -> SqlSystem:
        server.run(ddl)
        text = "title: Shop\ntables:\n  person:\n    key: id\n    on_erase: anonymise\n    columns:\n"
        text += "      id: {none: number}\n      email: {item: email, identity: email, on_erase: {keep: login}}\n"
        return SqlSystem("shop", title="Shop", url=server.url, dataset=parse(text + columns))

    return build


def _refused(system: SqlSystem) -> str:
    with pytest.raises(Refused) as problem:
        system.erase(ANA, key="k")
    assert problem.value.consequence == "fix settings"
    (one,) = problem.value.refusals
    assert one.table == "person"
    return f"{one.column}: {one.reason}; {one.proposal}"


def test_a_check_over_several_columns_is_asked_of_the_masked_rows(make: Make, server: Server) -> None:
    ddl = """create table person (id int primary key, email varchar(60), low int, high int,
    constraint in_order check (low <= high));
    insert into person values (1, 'ana@example.org', 1, 5), (2, 'ben@example.org', 9, 9)"""
    system = make(
        ddl, "      low: {item: other, on_erase: {fixed: 7}}\n      high: {item: other, on_erase: {keep: x}}\n"
    )
    assert "low: its mask would break the CHECK in_order" in _refused(system)
    assert server.all("select low from person where id = 1") == [(1,)]
    server.run("update person set high = 7 where id = 1")  # now it does not, for her rows
    assert system.erase(ANA, key="k").evidence["tables"] == {"person": {"anonymised": 1}}
    assert server.all("select low, high from person order by id") == [(7, 7), (9, 9)]


def test_a_fixed_value_in_a_set_that_must_be_unique_is_asked_of_the_rows(make: Make, server: Server) -> None:
    ddl = """create table person (id int primary key, email varchar(60), team int, name varchar(20),
    unique (team, name));
    insert into person values (1, 'ana@example.org', 1, 'Ana'), (2, 'ben@example.org', 1, 'gone'),
    (3, 'ben@example.org', 2, 'gone')"""
    system = make(ddl, "      team: {none: which}\n      name: {item: full-name, on_erase: {fixed: gone}}\n")
    assert "name: its mask would make rows equal that must differ" in _refused(system)
    server.run("update person set team = 3 where id = 2")
    assert system.erase(ANA, key="k").evidence["rows"] == 1
    server.run("insert into person values (4, 'ana@example.org', 4, 'Ana'), (5, 'ana@example.org', 4, 'Anna')")
    assert "must differ" in _refused(system)
    assert server.all("select name from person where id > 3 order by id") == [("Ana",), ("Anna",)]


def test_a_hash_of_somebody_who_came_back_after_an_erasure_would_meet_the_first(make: Make, server: Server) -> None:
    ddl = """create table person (id int primary key, email varchar(60), nick varchar(90) unique);
    insert into person values (1, 'ana@example.org', 'ana')"""
    system = make(ddl, "      nick: {item: nickname, on_erase: hash}\n")
    assert system.erase(ANA, key="k").evidence["columns"] == {"person": {"nick": 1}}
    server.run("insert into person values (2, 'ana@example.org', 'ana')")
    assert "nick: its mask would make rows equal that must differ" in _refused(system)


def test_a_rehearsal_says_the_same_and_leaves_everything(make: Make, server: Server) -> None:
    ddl = """create table person (id int primary key, email varchar(60), name varchar(20), note varchar(20));
    insert into person values (1, 'ana@example.org', 'Ana', null), (2, 'ana@example.org', null, null),
    (3, 'ben@example.org', 'Ben', 'x')"""
    system = make(ddl, "      name: full-name\n      note: other\n")
    rehearsed = system.erase_many([(1, ANA)], dry_run=True)
    assert server.all("select count(*) from person where name is not null") == [(2,)]
    assert system.erase_many([(1, ANA)]) == rehearsed
    assert rehearsed[1].evidence == {
        "rows": 1, "tables": {"person": {"anonymised": 1}}, "columns": {"person": {"name": 1}},
    }  # fmt: skip
    assert server.all("select id from person where name is not null") == [(3,)]


def test_a_key_that_may_be_null_still_names_its_row(make: Make, server: Server) -> None:
    ddl = """create table person (id int unique, email varchar(60), name varchar(20));
    insert into person values (null, 'ana@example.org', 'Ana'), (2, 'ben@example.org', 'Ben')"""
    system = make(ddl, "      name: full-name\n")
    if system.refusals():  # a key with NULL in it tells no rows apart: refused by the catalog
        pytest.skip("refused before the rows are looked at")
    assert system.erase(ANA, key="k").evidence["rows"] == 1
    assert server.all("select name from person where name is not null") == [("Ben",)]


SWALLOWING = {
    "postgresql": "create function keep() returns trigger language plpgsql as 'begin new.name = old.name; return new; "
    "end';\ncreate trigger keep before update on person for each row execute function keep()",
    "mariadb": "create trigger keep before update on person for each row set new.name = old.name",
    "sqlite": "create trigger keep after update on person begin "
    "update person set name = old.name where id = old.id; end",
}


def test_a_trigger_that_undoes_the_mask_is_found(make: Make, server: Server) -> None:
    ddl = """create table person (id int primary key, email varchar(60), name varchar(20));
    insert into person values (1, 'ana@example.org', 'Ana')"""
    system = make(ddl, "      name: full-name\n")
    with server.admin.connect() as connection:
        for statement in SWALLOWING[server.kind].split(";\n"):
            connection.exec_driver_sql(statement)
    with pytest.raises(SystemProblem, match="1 rows of person did not change"):
        system.erase(ANA, key="k")
    assert server.all("select name from person") == [("Ana",)]


def test_a_cascade_added_between_two_erasures_is_seen_before_the_second(make: Make, server: Server) -> None:
    if server.kind == "sqlite":
        pytest.skip("SQLite cannot add a foreign key to a table")
    server.run("create table invoice (id int primary key, person_id int);\ninsert into invoice values (1, 1)")
    ddl = """create table person (id int primary key, email varchar(60));
    insert into person values (1, 'ana@example.org'), (2, 'ben@example.org')"""
    server.run(ddl)
    text = """
title: Shop
tables:
  person:
    key: id
    on_erase: delete
    columns: {id: {none: number}, email: {item: email, identity: email}}
  invoice:
    key: id
    on_erase: {keep: tax law}
    columns: {id: {none: number}, person_id: {item: user-id, references: person.id}}
"""
    system = SqlSystem("shop", title="Shop", url=server.url, dataset=parse(text))
    assert system.erase(Identifiers(email=("ben@example.org",)), key="k").evidence["rows"] == 1
    server.run("alter table invoice add foreign key (person_id) references person (id) on delete cascade")
    with pytest.raises(Refused, match="along"):
        system.erase(ANA, key="k")
    assert server.all("select count(*) from invoice") == [(1,)]


def test_ten_thousand_people_are_as_few_statements_as_one(server: Server) -> None:
    people = ", ".join(f"({n}, 'p{n}@example.org', 'P')" for n in range(1, 10_001))
    server.run("""create table person (id int primary key, email varchar(60), name varchar(20));
    create index person_email on person (email);
    create table purchase (id int primary key, person int);
    create index by_person on purchase (person)""")
    with server.admin.connect() as connection:
        connection.exec_driver_sql(f"insert into person values {people}")
        connection.exec_driver_sql("insert into purchase select id, id from person")
    text = """
title: Shop
tables:
  person:
    key: id
    on_erase: anonymise
    columns:
      id: {none: number}
      email: {item: email, identity: email, match: exact, on_erase: random}
      name: full-name
  purchase:
    key: id
    on_erase: delete
    columns: {id: {none: number}, person: {item: user-id, references: person.id}}
"""
    system = SqlSystem("shop", title="Shop", url=server.url, dataset=parse(text))
    everyone = [(n, Identifiers(email=(f"p{n}@example.org",))) for n in range(1, 10_001)]
    done = system.erase_many(everyone)
    assert {str(one.evidence["tables"]) for one in done.values()} == {
        "{'person': {'anonymised': 1}, 'purchase': {'erased': 1}}"
    }
    assert server.all("select count(*) from purchase") == [(0,)]
    assert all(not one.findings for one in system.find_many(everyone[:10]).values())
