"""A fideslang file as they are found in the wild, on each real server: reserved words, keys of several columns, two
datasets, constraints, loops. Each person in turn is erased, and what is left is looked at."""

import re
from pathlib import Path
from typing import Any

import pytest
from sql_servers import Server, mariadb_folder, server

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql import as_yaml
from troth.systems.sql.dataset import parse
from troth.systems.sql.fideslang import read
from troth.systems.sql.system import SqlSystem

__all__ = ["mariadb_folder", "server"]
FILE = Path(__file__).parents[1] / "cases/sql/fideslang/wild.yaml"
TABLES = """
create table loyalty (no varchar(10) primary key, nick varchar(40), lives_at int);
create table home (id int primary key, street varchar(60));
create table "Customer" (id int primary key, "E-Mail" varchar(60) not null unique, "user" varchar(40) not null,
    "group" varchar(10), phone varchar(40), profile json, loyalty_no varchar(10), referred_by int);
create table "Order" (country char(2) not null, number int not null, customer_id int not null, "select" varchar(50),
    primary key (country, number), foreign key (customer_id) references "Customer"(id));
create table order_line (country char(2) not null, number int not null, line int not null,
    engraving varchar(50) check (engraving <> ''), primary key (country, number, line),
    foreign key (country, number) references "Order"(country, number));
create table session (token varchar(40) primary key, customer_id int, ip varchar(40) not null,
    foreign key (customer_id) references "Customer"(id));
create table employee (id int primary key, email varchar(60), name varchar(40), boss_id int);
create table ticket (id int primary key, email varchar(60), text varchar(200), employee_id int);
create table audit (id int primary key);
insert into home values (1, 'Ana street'), (2, 'Shared street');
insert into loyalty values ('L1', 'Ana nick', 1), ('L2', 'Bo nick', 2), ('L3', 'Cat nick', 2);
insert into "Customer" values (1, 'ana@x.org', 'Ana', 'gold', '+49 171 1', '{"pets":[{"name":"Ana pet"}]}', 'L1', 2),
    (2, 'bo@x.org', 'Bo', 'gold', '', null, 'L2', null), (3, 'cat@x.org', 'Cat', null, '-', '{}', 'L3', 1);
insert into "Order" values ('DE', 1, 1, 'Ana gift'), ('DE', 2, 2, 'Bo gift'), ('FR', 1, 3, 'Cat gift'),
    ('FR', 2, 1, 'Ana more');
insert into order_line values ('DE', 1, 1, 'Ana line'), ('DE', 1, 2, 'Ana line two'), ('DE', 2, 1, 'Bo line'),
    ('FR', 1, 1, 'Cat line'), ('FR', 2, 1, 'Ana line three');
insert into session values ('t1', 1, 'Ana ip'), ('t2', 2, 'Bo ip');
insert into employee values (1, 'boss@x.org', 'Boss', null), (2, 'clerk@x.org', 'Clerk', 1);
insert into ticket values (1, 'ana@x.org', 'Ana asks', 2), (2, 'bo@x.org', 'Bo asks', 2);
"""
NAMES = ('"Customer"', '"Order"', "order_line", "session", "employee", "ticket", "loyalty", "home")
PEOPLE = ("Ana", "Bo", "Cat", "Boss", "Clerk")


def _who(name: str) -> Identifiers:
    return Identifiers(email=(f"{name.upper()}@x.org",))


@pytest.fixture
def shop(server: Server) -> SqlSystem:
    server.run(_spelled(server, TABLES))
    return SqlSystem("shop", title="Shop", url=server.url, dataset=read(FILE).dataset)


def _spelled(server: Server, script: str) -> str:
    return re.sub(r'"(\w[\w-]*)"(?!:)', r"`\1`", script) if server.kind == "mariadb" else script


def _rows(server: Server) -> list[str]:
    """Every row as text, in order."""
    found: list[Any] = []
    for name in NAMES:
        found += [(name, *row) for row in server.all(_spelled(server, f"select * from {name}"))]
    return sorted(map(repr, found))


def _naming(rows: list[str], name: str) -> list[str]:
    return [row for row in rows if re.search(rf"\b{name}(@| |')", row, re.IGNORECASE)]


@pytest.mark.parametrize("name", PEOPLE)
def test_who_is_erased_is_gone_and_the_others_rows_are_the_same(shop: SqlSystem, server: Server, name: str) -> None:
    before = _rows(server)
    found = str(shop.find(_who(name)).findings)
    tried = shop.erase_many([(0, _who(name))], dry_run=True)[0]
    assert _rows(server) == before
    assert shop.erase(_who(name), key="k").evidence == tried.evidence
    after = _rows(server)
    assert not _naming(after, name)
    for other in (each for each in PEOPLE if each != name):
        assert _naming(after, other) == _naming(before, other)
        assert f"'{other} " not in found
        assert f"{other.lower()}@" not in found
    assert shop.find(_who(name)).findings == ()
    assert shop.erase(_who(name), key="k").evidence["rows"] == 0


def test_all_at_once(shop: SqlSystem, server: Server) -> None:
    done = shop.erase_many([(name, _who(name)) for name in PEOPLE])
    after = _rows(server)
    assert not any(_naming(after, name) for name in (*PEOPLE, "Shared"))
    assert done["Ana"].evidence["tables"]["order_line"] == {"anonymised": 3}


def test_a_home_that_others_live_in_stays_with_the_reason(shop: SqlSystem, server: Server) -> None:
    done = shop.erase(_who("Bo"), key="k")
    assert [one["table"] for one in done.evidence["kept"]] == ["home"]
    assert any("Shared street" in row for row in _rows(server))


def test_the_imported_file_does_the_same_as_the_one_it_was_made_of(shop: SqlSystem, server: Server) -> None:
    ours = parse(as_yaml.text(shop.dataset))
    made = SqlSystem("shop", title="Shop", url=server.url, dataset=ours)
    assert made.find(_who("Ana")) == shop.find(_who("Ana"))


def test_what_would_break_is_refused_and_the_proposal_is_taken(shop: SqlSystem, server: Server) -> None:
    server.run("drop table home;\ncreate table home (id int primary key, street varchar(60) not null);\n"
               "insert into home values (1, 'Ana street')")  # fmt: skip
    before = _rows(server)
    with pytest.raises(SystemProblem, match=r"home\.street: it cannot be NULL; say `on_erase: random`"):
        shop.erase(_who("Ana"), key="k")
    assert _rows(server) == before
    text = as_yaml.text(shop.dataset).replace("street: street", "street: {item: street, on_erase: random}")
    mended = SqlSystem("shop", title="Shop", url=server.url, dataset=parse(text))
    mended.erase(_who("Ana"), key="k")
    assert not _naming(_rows(server), "Ana")


ODD = """
title: Odd
tables:
  p:
    key: id
    on_erase: delete
    columns: {id: {none: key}, MARKED: {item: IDENTITY, identity: IDENTITY}}
"""


def test_a_phone_kept_as_a_number_is_found_however_it_is_written(server: Server) -> None:
    server.run("create table p (id int primary key, phone bigint);\ninsert into p values (1, 491711), (2, 491712)")
    dataset = parse(ODD.replace("MARKED", "phone").replace("IDENTITY", "phone"))
    found = SqlSystem("s", title="S", url=server.url, dataset=dataset)
    for written in ("+49 171 1", "49/1711", "491711"):
        assert [one.id for one in found.find(Identifiers(phone=(written,))).findings] == ["1"]


def test_nothing_is_not_found_where_nobody_can_be_looked_up(server: Server) -> None:
    if server.kind != "postgresql":
        pytest.skip("only PostgreSQL knows lists and JSON by their types everywhere")
    server.run("create table p (id int primary key, mails text[], doc jsonb)")
    for name in ("mails", "doc"):
        dataset = parse(ODD.replace("MARKED", name).replace("IDENTITY", "email"))
        with pytest.raises(SystemProblem, match=rf"p\.{name}: people cannot be looked up inside"):
            SqlSystem("s", title="S", url=server.url, dataset=dataset).find(_who("Ana"))
