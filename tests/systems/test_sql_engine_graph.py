"""Whose row it is, on three real servers: references by several columns, circles, trees, types that differ."""

from collections.abc import Callable
from typing import Any

import pytest
from sql_servers import Server, mariadb_folder, server

from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.dataset import parse
from troth.systems.sql.system import SqlSystem

__all__ = ["mariadb_folder", "server"]

ANA, BEN = Identifiers(email=("ana@example.org",)), Identifiers(email=("ben@example.org",))
Make = Callable[[str, str], SqlSystem]


@pytest.fixture
def make(server: Server) -> Make:
    def build(ddl: str, tables: str) -> SqlSystem:
        server.run(ddl)
        return SqlSystem("shop", title="Shop", url=server.url, dataset=parse(f"title: Shop\ntables:\n{tables}"))

    return build


def _tables(found: Any) -> Any:
    return found.evidence["tables"]


PERSON = """
  person:
    key: id
    on_erase: delete
    columns: {id: {none: number}, email: {item: email, identity: email}}
"""
PEOPLE = """create table person (id int primary key, email varchar(60));
insert into person values (1, 'ana@example.org'), (2, 'ben@example.org');
"""


def test_an_employees_tickets_are_the_customers(make: Make, server: Server) -> None:
    system = make(
        PEOPLE
        + """create table ticket (id int primary key, email varchar(60), agent int, words varchar(20));
        insert into ticket values (1, 'ben@example.org', 1, 'from ben'), (2, null, 1, 'a note'), (3, '', 1, 'empty')""",
        PERSON
        + """
  ticket:
    key: id
    on_erase: delete
    columns:
      id: {none: number}
      email: {item: email, identity: email}
      agent: {none: who answers, references: person.id}
      words: message
""",
    )
    found = system.find(ANA)
    assert {(one.kind, one.id) for one in found.findings} == {("person", "1"), ("ticket", "2"), ("ticket", "3")}
    assert found.evidence["others"] == {"ticket": 1}
    assert "from ben" not in str([one.values for one in found.findings])
    told = system.erase(ANA, key="k").evidence
    assert told["tables"]["ticket"] == {"erased": 2, "kept": 1, "reason": "these rows name another person"}
    assert told["kept"] == [{"table": "ticket", "rows": 1, "reason": "these rows name another person"}]
    assert server.all("select words from ticket") == [("from ben",)]
    # the customer's own request takes the ticket, whoever answered it
    assert _tables(system.erase(BEN, key="k"))["ticket"] == {"erased": 1}


def test_people_somebody_invited_are_not_followed_further(make: Make, server: Server) -> None:
    system = make(
        """create table users (id int primary key, email varchar(60), invited_by int);
        insert into users values (1, 'ana@example.org', null), (2, 'ben@example.org', 1), (3, 'cleo@example.org', 2);
        create table post (id int primary key, user_id int);
        insert into post values (1, 1), (2, 2), (3, 3)""",
        """
  users:
    key: id
    on_erase: delete
    columns:
      id: {item: user-id, identity: account}
      email: {item: email, identity: email}
      invited_by: {none: who invited, references: users.id}
  post:
    key: id
    on_erase: delete
    columns: {id: {none: number}, user_id: {item: user-id, references: users.id}}
""",
    )
    found = system.find(ANA)
    assert _tables(found) == {"users": 1, "post": 1}
    assert found.evidence["others"] == {"users": 1}
    system.erase(ANA, key="k")
    assert server.all("select id from users order by id") == [(2,), (3,)]
    assert server.all("select id from post order by id") == [(2,), (3,)]


def test_a_row_that_repeats_the_account_it_is_looked_up_by_is_the_persons(make: Make) -> None:
    """Its identity column is what led there: nobody else is named, though the account was not asked for."""
    system = make(
        PEOPLE
        + "create table usage_log (id int primary key, account int);\ninsert into usage_log values (5, 1), (6, 2)",
        PERSON
        + """
  usage_log:
    key: id
    on_erase: delete
    columns: {id: {none: number}, account: {item: user-id, identity: account, references: person.id}}
""",
    )
    assert _tables(system.find(ANA)) == {"person": 1, "usage_log": 1}


def test_a_device_says_where_not_who(make: Make) -> None:
    system = make(
        PEOPLE + "create table session (id int primary key, person int, device varchar(20));\n"
        "insert into session values (1, 1, 'cookie-1')",
        PERSON
        + """
  session:
    key: id
    on_erase: delete
    columns:
      id: {none: number}
      person: {item: user-id, references: person.id}
      device: {item: device, identity: device}
""",
    )
    assert _tables(system.find(ANA)) == {"person": 1, "session": 1}
    assert _tables(system.find(Identifiers(device=("cookie-1",)))) == {"session": 1}


TREE = """
  post:
    key: id
    on_erase: delete
    columns:
      id: {none: number}
      author: {item: user-id, references: person.id}
      parent: {none: what it answers, references: post.id}
      words: message
"""


def test_a_tree_of_own_posts_goes_and_the_answers_of_others_stay(make: Make, server: Server) -> None:
    system = make(
        PEOPLE
        + """create table post (id int primary key, author int, parent int references post (id),
        words varchar(20));
        insert into post values (1, 1, null, 'root'), (2, null, 1, 'anonymous'), (3, 1, 2, 'deeper');
        insert into post values (4, 2, null, 'of ben'), (5, 2, 4, 'of ben')""",
        PERSON + TREE,
    )
    assert _tables(system.find(ANA))["post"] == 3
    assert _tables(system.erase(ANA, key="k"))["post"] == {"erased": 3}
    assert server.all("select id from post order by id") == [(4,), (5,)]


def test_an_answer_of_somebody_else_under_an_own_post_is_shared(make: Make, server: Server) -> None:
    system = make(
        PEOPLE
        + """create table post (id int primary key, author int, parent int, words varchar(20));
        insert into post values (1, 1, null, 'root'), (2, 2, 1, 'of ben'), (3, null, 2, 'under it')""",
        PERSON + TREE,
    )
    assert _tables(system.find(ANA))["post"] == 3
    told = _tables(system.erase(ANA, key="k"))["post"]
    assert told == {"erased": 1, "kept": 2, "reason": "another person shares these rows"}
    assert server.all("select id from post order by id") == [(2,), (3,)]


def test_a_circle_of_rows_ends(make: Make, server: Server) -> None:
    system = make(
        PEOPLE
        + """create table a (id int primary key, person int, b int);
        create table b (id int primary key, a int);
        insert into a values (1, 1, 1), (2, null, 2), (3, null, 9);
        insert into b values (1, 2), (2, 1), (3, 3)""",
        PERSON
        + """
  a:
    key: id
    on_erase: delete
    columns:
      id: {none: number}
      person: {item: user-id, references: person.id}
      b: {none: link, references: {column: b.id, direction: to}}
  b:
    key: id
    on_erase: delete
    columns: {id: {none: number}, a: {none: link, references: {column: a.id, direction: to}}}
""",
    )
    assert _tables(system.find(ANA)) == {"person": 1, "a": 2, "b": 2}
    assert "round by round until nothing new is found: a, b" in system.explain("erase")
    assert _tables(system.erase(ANA, key="k")) == {"person": {"erased": 1}, "a": {"erased": 2}, "b": {"erased": 2}}
    assert server.all("select id from a") == [(3,)]
    assert server.all("select id from b") == [(3,)]


CIRCLE = ";\nalter table team add foreign key (lead_member) references member (id)"


def test_foreign_keys_that_point_in_a_circle_do_not_stop_the_deletion(make: Make, server: Server) -> None:
    system = make(
        PEOPLE
        + """create table team (id int primary key, lead_member int);
        create table member (id int primary key, person int, team int references team (id));
        insert into team values (1, 1), (2, 2);
        insert into member values (1, 1, 1), (2, 2, 2)"""
        + (
            ""
            if server.kind == "sqlite"
            else ";\nalter table team add foreign key (lead_member) references member (id)"
        ),
        PERSON
        + """
  member:
    key: id
    on_erase: delete
    columns:
      id: {none: number}
      person: {item: user-id, references: person.id}
      team: {none: link, references: {column: team.id, direction: to}}
  team:
    key: id
    on_erase: delete
    columns: {id: {none: number}, lead_member: {none: link}}
""",
    )
    assert _tables(system.erase(ANA, key="k"))["team"] == {"erased": 1}
    assert server.all("select id from team") == [(2,)]
    assert server.all("select id from member") == [(2,)]


def test_references_by_several_columns_match_all_of_them(make: Make, server: Server) -> None:
    system = make(
        PEOPLE
        + """create table purchase (shop varchar(5), number int, person int, primary key (shop, number));
        insert into purchase values ('a', 1, 1), ('a', 2, 2), ('b', 1, 2);
        create table item (shop varchar(5), number varchar(10), line int, words varchar(20),
        primary key (shop, number, line));
        insert into item values ('a', '1', 1, 'x'), ('a', '1', 2, 'x'), ('a', '2', 1, 'x'), ('b', '1', 1, 'x')""",
        PERSON
        + """
  purchase:
    key: [shop, number]
    on_erase: delete
    columns:
      shop: {none: where}
      number: {none: number}
      person: {item: user-id, references: person.id}
  item:
    key: [shop, number, line]
    on_erase: delete
    references: [{table: purchase, columns: {shop: shop, number: number}}]
    columns: {shop: {none: where}, number: {none: number}, line: {none: number}, words: other}
""",
    )
    assert {one.id for one in system.find(ANA).findings} == {"1", "a/1", "a/1/1", "a/1/2"}
    assert _tables(system.erase(ANA, key="k"))["item"] == {"erased": 2}
    assert server.all("select shop, number, line from item order by 1, 2, 3") == [("a", "2", 1), ("b", "1", 1)]


def test_types_that_differ_along_a_reference_are_compared_and_what_does_not_fit_finds_nothing(
    make: Make, server: Server
) -> None:
    system = make(
        """create table person (id varchar(40) primary key, email varchar(60));
        insert into person values ('7', 'ana@example.org'), ('99999999999999999999', 'ben@example.org'),
        ('seven', 'cleo@example.org'), ('07', 'dan@example.org');
        create table visit (id bigint primary key, person bigint);
        insert into visit values (9007199254740993, 7), (2, 8)""",
        PERSON.replace("delete", "anonymise")
        + """
  visit:
    key: id
    on_erase: delete
    columns: {id: {none: number}, person: {item: user-id, references: person.id}}
""",
    )
    assert [one.id for one in system.find(ANA).findings] == ["7", "9007199254740993"]
    for name in ("ben", "cleo", "dan"):
        assert _tables(system.find(Identifiers(email=(f"{name}@example.org",)))) == {"person": 1}
    assert _tables(system.erase(ANA, key="k"))["visit"] == {"erased": 1}
    assert server.all("select id from visit") == [(2,)]


def test_an_address_goes_with_the_last_who_lives_there(make: Make, server: Server) -> None:
    """Those who lived there before, and were erased, leave rows that still point at it: they hold nothing back."""
    system = make(
        """create table person (id int primary key, email varchar(60), address int);
        create table purchase (id int primary key, person int, address int);
        create table address (id int primary key, street varchar(40));
        insert into address values (1, 'Shared Street'), (2, 'Nobody Street');
        insert into person values (1, 'ana@example.org', 1), (2, 'ben@example.org', 1);
        insert into purchase values (1, 1, 1), (2, 2, 1), (3, null, 2)""",
        """
  person:
    key: id
    on_erase: anonymise
    columns:
      id: {none: number}
      email: {item: email, identity: email, on_erase: {random: {suffix: "@erased.invalid"}}}
      address: {none: where, references: {column: address.id, direction: to}}
  purchase:
    key: id
    on_erase: {keep: accounts}
    columns:
      id: {none: number}
      person: {item: user-id, references: person.id}
      address: {none: where, references: {column: address.id, direction: to}}
  address:
    key: id
    on_erase: anonymise
    columns: {id: {none: number}, street: address}
""",
    )
    told = _tables(system.erase(ANA, key="k"))["address"]
    assert told == {"anonymised": 0, "kept": 1, "reason": "another person shares these rows"}
    assert _tables(system.erase(BEN, key="k"))["address"] == {"anonymised": 1}
    assert server.all("select street from address order by id") == [(None,), ("Nobody Street",)]


def test_both_in_one_batch_share_nothing_with_anybody_else(make: Make, server: Server) -> None:
    system = make(
        PEOPLE + "create table talk (id int primary key, a int, b int);\ninsert into talk values (1, 1, 2)",
        PERSON
        + """
  talk:
    key: id
    on_erase: delete
    columns:
      id: {none: number}
      a: {item: user-id, references: person.id}
      b: {item: user-id, references: person.id}
""",
    )
    alone = system.erase_many([("ana", ANA)], dry_run=True)["ana"]
    assert _tables(alone)["talk"] == {"erased": 0, "kept": 1, "reason": "another person shares these rows"}
    assert server.all("select count(*) from talk") == [(1,)]
    both = system.erase_many([("ana", ANA), ("ben", BEN)])
    assert _tables(both["ana"])["talk"] == _tables(both["ben"])["talk"] == {"erased": 1}
    assert server.all("select count(*) from talk") == [(0,)]
