"""A shop described by a fideslang file, as it is, on each real server: found, erased, nobody else touched."""

from pathlib import Path
from typing import Any

import pytest
from sql_servers import Server, mariadb_folder, server

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sql.fideslang import read
from troth.systems.sql.system import SqlSystem

__all__ = ["mariadb_folder", "server"]
FILE = Path(__file__).parents[1] / "cases/sql/fideslang/shop.yaml"
TABLES = """
create table product (id int primary key, name varchar(100), price int);
create table address (id int primary key, house int, street varchar(100), city varchar(100), state varchar(100),
    zip varchar(100));
create table customer (id int primary key, email varchar(100), name varchar(100), created timestamp null,
    address_id bigint);
create table employee (id int primary key, email varchar(100), name varchar(100), address_id bigint);
create table payment_card (id varchar(100) primary key, name varchar(100), ccn bigint, code smallint, preferred int,
    customer_id int, billing_address_id bigint);
create table orders (id varchar(100) primary key, customer_id int, shipping_address_id bigint,
    payment_card_id varchar(100));
create table order_item (order_id varchar(100), item_no smallint, product_id int, quantity smallint,
    primary key (order_id, item_no));
create table visit (email varchar(100), last_visit varchar(30), primary key (email, last_visit));
create table login (id int primary key, customer_id int, time varchar(30));
create table service_request (id varchar(100) primary key, email varchar(100), alt_email varchar(100),
    opened date, closed date, employee_id int);
create table report (id int primary key, email varchar(100), name varchar(100), year int, month int,
    total_visits int);
insert into product values (1, 'Lamp', 5);
insert into employee values (1, 'staff1@bench.example', 'Employee 1', 100);
insert into address values (100, 1, 'Office', 'Town', 'NY', '10001');
insert into report values (1, 'admin@bench.example', 'Monthly', 2021, 1, 5);
"""
CUSTOMER = """
insert into address values ({n}, {n}, 'Street {n}', 'Town', 'NY', '0{n}');
insert into customer values ({n}, 'user{n}@bench.example', 'Customer {n}', '2021-01-01', {n});
insert into payment_card values ('pay_{n}', 'Card {n}', 400000000000000{n}, 123, 1, {n}, {n});
insert into orders values ('ord_{n}_1', {n}, {n}, 'pay_{n}'), ('ord_{n}_2', {n}, {n}, 'pay_{n}');
insert into order_item values ('ord_{n}_1', 1, 1, 2), ('ord_{n}_1', 2, 1, 2), ('ord_{n}_2', 1, 1, 2);
insert into visit values ('user{n}@bench.example', '2021'), ('user{n}@bench.example', '2022');
insert into login values ({n}1, {n}, '2021'), ({n}2, {n}, '2022');
insert into service_request values ('ser_{n}', 'user{n}@bench.example', 'alt{n}@bench.example', null, null, 1);
"""
NAMES = ("address", "customer", "employee", "payment_card", "orders", "order_item", "visit", "login", "service_request")
ANA, STAFF = Identifiers(email=("USER1@bench.example",)), Identifiers(email=("staff1@bench.example",))


@pytest.fixture
def shop(server: Server) -> SqlSystem:
    server.run(TABLES + "".join(CUSTOMER.format(n=n) for n in (1, 2, 3)))
    return SqlSystem("shop", title="Shop", url=server.url, dataset=read(FILE).dataset)


def _rows(server: Server) -> dict[str, list[Any]]:
    return {name: sorted(map(repr, server.all(f"select * from {name}"))) for name in NAMES}


def _of(rows: dict[str, list[Any]], n: int) -> dict[str, list[Any]]:
    """Rows in which customer n can be told, by number or mail."""
    marks = (f"user{n}@", f"_{n}_", f"pay_{n}'", f"ser_{n}'", f"Customer {n}", f"Street {n}")
    return {name: [row for row in each if any(mark in row for mark in marks)] for name, each in rows.items()}


def test_every_row_of_a_customer_is_found(shop: SqlSystem) -> None:
    found = shop.find(ANA)
    assert found.evidence["tables"] == {
        "customer": 1, "visit": 2, "orders": 2, "login": 2, "service_request": 1, "payment_card": 1, "order_item": 3,
        "address": 1,
    }  # fmt: skip
    told = str([one.values for one in found.findings])
    assert "user1@bench.example" in told
    assert "user2@" not in told
    assert "staff1@" not in told


def test_an_erased_customer_is_gone_and_others_are_as_they_were(shop: SqlSystem, server: Server) -> None:
    before = _rows(server)
    done = shop.erase(ANA, key="a")
    after = _rows(server)
    assert shop.find(ANA).findings == ()
    assert _of(after, 2) == _of(before, 2)
    assert _of(after, 3) == _of(before, 3)
    assert after["employee"] == before["employee"]
    assert done.evidence["columns"]["customer"] == {"email": 1, "name": 1}
    assert done.evidence["columns"]["service_request"] == {"email": 1, "alt_email": 1}
    everything = str(after)
    for trace in ("user1@", "alt1@", "Customer 1", "Street 1", "Card 1", "4000000000000001"):
        assert trace not in everything
    mails = [row[0] for row in server.all("select email from visit where email like 'erased-%'")]
    assert len(set(mails)) == 2
    assert all(mail.endswith("@erased.invalid") for mail in mails)
    assert shop.erase(ANA, key="a").evidence["rows"] == 0


def test_a_clerks_erasure_leaves_the_customers_alone(shop: SqlSystem, server: Server) -> None:
    before = _rows(server)
    found = shop.find(STAFF)
    assert found.evidence["tables"] == {"employee": 1, "address": 1}
    assert found.evidence["others"] == {"service_request": 3}
    shop.erase(STAFF, key="s")
    after = _rows(server)
    for name in ("service_request", "customer", "orders", "payment_card", "visit"):
        assert after[name] == before[name]
    assert "staff1@" not in str(after["employee"])


def test_an_address_two_people_live_at_is_kept_for_the_other(shop: SqlSystem, server: Server) -> None:
    server.run("update customer set address_id = 1 where id = 2;")
    done = shop.erase(ANA, key="a")
    assert server.all("select street from address where id = 1") == [("Street 1",)]
    assert [one["table"] for one in done.evidence["kept"] if "shares" in one["reason"]] == ["address"]


def test_a_column_that_cannot_be_null_half_erases_nobody(shop: SqlSystem, server: Server) -> None:
    if server.kind == "sqlite":
        server.run(
            "drop table address;\ncreate table address (id int primary key, house int, street text not null, "
            "city text, state text, zip text);\ninsert into address values (1, 1, 'Street 1', 'T', 'NY', '1');"
        )
    elif server.kind == "postgresql":
        server.run("alter table address alter column street set not null;")
    else:
        server.run("alter table address modify street varchar(100) not null;")
    before = _rows(server)
    with pytest.raises(SystemProblem, match=r"address\.street"):
        shop.erase(ANA, key="a")
    assert _rows(server) == before
