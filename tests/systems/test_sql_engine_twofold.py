"""References without a direction hold both ways: whose rows are whose then, on real servers."""

import pytest
from sql_servers import Server, mariadb_folder, server

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Found
from troth.systems.sql.dataset import parse
from troth.systems.sql.system import SqlSystem

__all__ = ["mariadb_folder", "server"]

ANA, BEN = Identifiers(email=("ana@example.org",)), Identifiers(email=("ben@example.org",))
TABLES = """
create table customer (id int primary key, email varchar(60), address_id int);
create table address (id int primary key, street varchar(40));
create table card (id int primary key, name varchar(40), customer_id int, address_id int);
create table orders (id int primary key, customer_id int, address_id int, card_id int, words varchar(40));
create table item (id int primary key, order_id int, product_id int, words varchar(40));
create table product (id int primary key, name varchar(40));
create table delivery (id int primary key, address_id int, words varchar(40));
insert into product values (1, 'Lamp');
insert into address values (10, 'Street 1'), (20, 'Street 2');
insert into customer values (1, 'ana@example.org', 10), (2, 'ben@example.org', 20);
insert into card values (1, 'card of ana', 1, 10), (2, 'card of ben', 2, 10);
insert into orders values (1, 1, 10, 1, 'by ana'), (2, 2, 10, 2, 'by ben'), (3, null, 10, null, 'by a guest'),
    (4, 2, 20, 2, 'by ben');
insert into item values (1, 1, 1, 'of ana'), (2, 2, 1, 'of ben'), (3, 3, 1, 'of a guest'), (4, 4, 1, 'of ben');
insert into delivery values (1, 10, 'rang twice'), (2, 20, 'at the back');
"""


def _both(column: str) -> str:
    return f"{{none: a link, references: [{column}, {{column: {column}, direction: to}}]}}"


DATASET = f"""
title: Shop
tables:
  customer:
    key: id
    on_erase: anonymise
    columns: {{id: {{none: n}}, email: {{item: email, identity: email}}, address_id: {_both("address.id")}}}
  address: {{key: id, on_erase: anonymise, columns: {{id: {{none: n}}, street: street}}}}
  card:
    key: id
    on_erase: delete
    columns:
      {{id: {{none: n}}, name: full-name, customer_id: {_both("customer.id")}, address_id: {_both("address.id")}}}
  orders:
    key: id
    on_erase: delete
    columns:
      id: {{none: n}}
      customer_id: {_both("customer.id")}
      address_id: {_both("address.id")}
      card_id: {_both("card.id")}
      words: message
  item:
    key: id
    on_erase: delete
    columns: {{id: {{none: n}}, order_id: {_both("orders.id")}, product_id: {_both("product.id")}, words: message}}
  product: {{key: id, on_erase: {{keep: our own}}, columns: {{id: {{none: n}}, name: {{none: our own}}}}}}
  delivery:
    key: id
    on_erase: delete
    columns: {{id: {{none: n}}, address_id: {_both("address.id")}, words: message}}
"""


@pytest.fixture
def shop(server: Server) -> SqlSystem:
    server.run(TABLES)
    return SqlSystem("shop", title="Shop", url=server.url, dataset=parse(DATASET))


def _rows(found: Found) -> set[tuple[str, str]]:
    return {(one.kind, one.id) for one in found.findings if one.kind != "product"}


OF_ANA = {
    ("customer", "1"), ("address", "10"), ("card", "1"), ("orders", "1"), ("orders", "3"), ("item", "1"),
    ("item", "3"), ("delivery", "1"),
}  # fmt: skip
OF_BEN = {
    ("customer", "2"), ("address", "10"), ("address", "20"), ("card", "2"), ("orders", "2"), ("orders", "4"),
    ("item", "2"), ("item", "4"), ("delivery", "2"),
}  # fmt: skip


def test_a_shared_address_shows_nobody_elses_orders(shop: SqlSystem) -> None:
    found = shop.find(ANA)
    assert "ben" not in str([one.values for one in found.findings])
    assert _rows(found) == OF_ANA
    both = shop.find_many([("ana", ANA), ("ben", BEN)])
    assert _rows(both["ana"]) == OF_ANA
    assert _rows(both["ben"]) - OF_ANA == OF_BEN - OF_ANA
    assert "of ana" not in str([one.values for one in both["ben"].findings])


def test_erasure_takes_no_more_than_was_shown(shop: SqlSystem, server: Server) -> None:
    shop.erase(ANA, key="a")
    assert server.all("select id from orders where customer_id = 2 order by id") == [(2,), (4,)]
    assert server.all("select words from item where order_id in (2, 4)") == [("of ben",)] * 2
    assert server.all("select name from card") == [("card of ben",)]
    assert server.all("select street from address order by id") == [("Street 1",), ("Street 2",)]
    assert server.all("select * from orders where customer_id = 1") == []
