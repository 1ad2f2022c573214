"""A shop to measure on: eleven tables, 19.2 rows a customer, made inside the server in one statement a table.

Customer i: an address, a payment card, three orders to that address with two items each, two visits, five logins; every
fifth a service request, answered by an employee. Names and values are numbers in words: nothing is drawn by chance.
"""

import psycopg

from troth.systems.sql.dataset import Dataset, parse

PRODUCTS, STAFF, REPORTS = 1_000, 100, 100
_TABLES = """
create table product (id int primary key, name text, description text, url text, price numeric(9, 2));
create table address (id bigint primary key, house int, street varchar(100), city varchar(100), state varchar(100),
    zip varchar(100));
create table customer (id int primary key, email varchar(100), name varchar(100), created timestamp, address_id bigint);
create table employee (id int primary key, email varchar(100), name varchar(100), address_id bigint);
create table payment_card (id varchar(100) primary key, name varchar(100), ccn bigint, code smallint, preferred boolean,
    customer_id int, billing_address_id bigint);
create table orders (id varchar(100) primary key, customer_id int, shipping_address_id bigint,
    payment_card_id varchar(100));
create table order_item (order_id varchar(100), item_no smallint, product_id int, quantity smallint,
    primary key (order_id, item_no));
create table visit (email varchar(100), last_visit timestamp, primary key (email, last_visit));
create table login (id bigint primary key, customer_id int, time timestamp);
create table service_request (id varchar(100) primary key, email varchar(100), alt_email varchar(100), opened date,
    closed date, employee_id int);
create table report (id int primary key, email varchar(100), name varchar(100), year int, month int, visits int);
"""
_FIXED = """
insert into product select n, 'Thing ' || n, 'What thing ' || n || ' does', 'https://shop.example/' || n, n % 90 + 1
    from generate_series(1, {products}) n;
insert into address select {last} + n, n, 'Office lane', 'Town', 'BE', '10001' from generate_series(1, {staff}) n;
insert into employee select n, 'staff' || n || '@shop.example', 'Colleague ' || n, {last} + n
    from generate_series(1, {staff}) n;
insert into report select n, 'staff' || n || '@shop.example', 'Month', 2025, n % 12 + 1, n
    from generate_series(1, {reports}) n;
"""
_OF_CUSTOMERS = """
insert into address select n, n % 99 + 1, 'Lane ' || n, 'Town ' || n % 500, 'BE', n::text
    from generate_series({first}, {last}) n;
insert into customer select n, 'buyer' || n || '@example.net', 'Buyer Number ' || n,
    timestamp '2025-01-01' + n % 86400 * interval '1 s', n from generate_series({first}, {last}) n;
insert into payment_card select 'card_' || n, 'Card ' || n, 4000000000000000 + n, n % 900 + 100, true, n, n
    from generate_series({first}, {last}) n;
insert into orders select 'order_' || n || '_' || k, n, n, 'card_' || n
    from generate_series({first}, {last}) n, generate_series(1, {orders}) k;
insert into order_item select 'order_' || n || '_' || k, i, (n + k + i) % {products} + 1, i
    from generate_series({first}, {last}) n, generate_series(1, {orders}) k, generate_series(1, 2) i;
insert into visit select 'buyer' || n || '@example.net', timestamp '2025-01-01' + k * interval '1 day'
    from generate_series({first}, {last}) n, generate_series(1, 2) k;
insert into login select n::bigint * 100000 + k, n, timestamp '2025-01-01' + k * interval '1 hour'
    from generate_series({first}, {last}) n, generate_series(1, {logins}) k;
insert into service_request select 'request_' || n, 'buyer' || n || '@example.net', 'other' || n || '@example.net',
    date '2025-01-01' + n % 300, date '2025-02-01' + n % 300, n % {staff} + 1
    from generate_series({first}, {last}) n where n % 5 = 0;
"""
_INDEXED = (
    ("customer", "email"), ("customer", "address_id"), ("employee", "email"), ("employee", "address_id"),
    ("payment_card", "customer_id"), ("payment_card", "billing_address_id"), ("orders", "customer_id"),
    ("orders", "shipping_address_id"), ("login", "customer_id"), ("service_request", "email"),
    ("service_request", "alt_email"), ("service_request", "employee_id"), ("report", "email"),
)  # fmt: skip


def create(url: str, customers: int) -> None:
    """Fills the empty database of `url`, indexes it and brings its statistics up to date."""
    numbers = {"first": 1, "last": customers, "orders": 3, "logins": 5}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set synchronous_commit = off")
        indexes = "".join(f"create index on {table} ({column});" for table, column in _INDEXED)
        for text in (_TABLES, _FIXED + _OF_CUSTOMERS, indexes, "vacuum analyze", "checkpoint"):
            _run(connection, text, numbers)


def add_heavy(url: str, number: int, rows: int) -> None:
    """One more customer, with `rows` orders and logins."""
    numbers = {"first": number, "last": number, "orders": rows, "logins": rows}
    with psycopg.connect(url, autocommit=True) as connection:
        _run(connection, _OF_CUSTOMERS, numbers)
        connection.execute("vacuum analyze")


def _run(connection: psycopg.Connection[tuple[object, ...]], text: str, numbers: dict[str, int]) -> None:
    fixed = {"products": PRODUCTS, "staff": STAFF, "reports": REPORTS}
    for statement in filter(str.strip, text.split(";\n") if "\n" in text else text.split(";")):
        connection.execute(statement.format(**numbers, **fixed))


def email(number: int) -> str:
    return f"buyer{number}@example.net"


RANDOM = "on_erase: {random: {suffix: '@erased.invalid'}}"
_TO = "references: {{column: address.id, direction: to}}"
_MAIL = f"{{item: email, identity: email, match: exact, {RANDOM}}}"
DATASET: Dataset = parse(f"""
title: Shop
tables:
  customer:
    key: id
    on_erase: anonymise
    columns:
      id: {{none: number}}
      email: {_MAIL}
      name: full-name
      created: {{none: since when}}
      address_id: {{none: where to, {_TO.format()}}}
  employee:
    key: id
    on_erase: anonymise
    columns:
      id: {{none: number}}
      email: {_MAIL}
      name: full-name
      address_id: {{none: where to, {_TO.format()}}}
  address:
    key: id
    on_erase: anonymise
    columns: {{id: {{none: number}}, house: address, street: address, city: address, state: address, zip: address}}
  payment_card:
    key: id
    on_erase: anonymise
    columns:
      id: {{none: number}}
      name: full-name
      ccn: card
      code: card
      preferred: {{none: setting}}
      customer_id: {{item: user-id, references: customer.id, on_erase: {{keep: accounts}}}}
      billing_address_id: {{none: where to, {_TO.format()}}}
  orders:
    key: id
    on_erase: {{keep: accounts}}
    columns:
      id: {{none: number}}
      customer_id: {{item: user-id, references: customer.id}}
      shipping_address_id: {{none: where to, {_TO.format()}}}
      payment_card_id: {{none: number}}
  order_item:
    key: [order_id, item_no]
    on_erase: {{keep: accounts}}
    columns:
      order_id: {{none: number, references: orders.id}}
      item_no: {{none: number}}
      product_id: {{item: purchase}}
      quantity: {{item: purchase}}
  visit:
    key: [email, last_visit]
    on_erase: anonymise
    columns: {{email: {_MAIL}, last_visit: {{none: when}}}}
  login:
    key: id
    on_erase: {{keep: security}}
    columns:
      id: {{none: number}}
      customer_id: {{item: user-id, references: customer.id}}
      time: {{item: usage-pattern}}
  service_request:
    key: id
    on_erase: anonymise
    columns:
      id: {{none: number}}
      email: {_MAIL}
      alt_email: {_MAIL}
      opened: {{none: when}}
      closed: {{none: when}}
      employee_id: {{none: who answered, references: employee.id}}
  report:
    key: id
    on_erase: anonymise
    columns:
      id: {{none: number}}
      email: {_MAIL}
      name: {{none: title}}
      year: {{none: when}}
      month: {{none: when}}
      visits: {{none: number}}
other_tables:
  product: what is sold
""")
