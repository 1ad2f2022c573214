"""Finding and erasing people in a SQL database, beside hand-written SQL for the same work.

A shop of eleven tables (`_shop.py`). The floor is what a person at a prompt would write who knows the shop: one open
connection, one statement a table, and, as ours does, no address masked at which somebody else lives.
"""

from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

import psycopg

from benchmarks import _shop
from benchmarks._figure import Figure, Size, in_turns, seconds
from benchmarks._home import home
from troth.systems.kit.identifiers import Identifiers

FEW, SOME, MANY = 10_000, 100_000, 1_000_000
ROUNDS, BATCH, HEAVY = 25, 1_000, 10_000
FLOOR = "hand-written SQL"

FIND = (
    "select * from payment_card where customer_id = any(%(ids)s)",
    "select * from orders where customer_id = any(%(ids)s)",
    "select i.* from order_item i join orders o on o.id = i.order_id where o.customer_id = any(%(ids)s)",
    "select * from login where customer_id = any(%(ids)s)",
    "select * from address where id in (select address_id from customer where id = any(%(ids)s) union"
    " select shipping_address_id from orders where customer_id = any(%(ids)s) union"
    " select billing_address_id from payment_card where customer_id = any(%(ids)s))",
    "select * from visit where email = any(%(mails)s)",
    "select * from service_request where email = any(%(mails)s) or alt_email = any(%(mails)s)",
    "select * from report where email = any(%(mails)s)",
    "select * from employee where email = any(%(mails)s)",
)
NEW = "'erased-' || gen_random_uuid() || '@erased.invalid'"
ERASE = (
    "update address a set house = null, street = null, city = null, state = null, zip = null where id in ("
    " select address_id from customer where id = any(%(ids)s) union"
    " select shipping_address_id from orders where customer_id = any(%(ids)s) union"
    " select billing_address_id from payment_card where customer_id = any(%(ids)s))"
    " and not exists (select 1 from customer c where c.address_id = a.id and c.id <> all(%(ids)s))"
    " and not exists (select 1 from orders o where o.shipping_address_id = a.id and o.customer_id <> all(%(ids)s))"
    " and not exists (select 1 from payment_card p where p.billing_address_id = a.id"
    " and p.customer_id <> all(%(ids)s)) and not exists (select 1 from employee e where e.address_id = a.id)",
    "update payment_card set name = null, ccn = null, code = null where customer_id = any(%(ids)s)",
    f"update visit set email = {NEW} where email = any(%(mails)s)",
    f"update service_request set email = {NEW}, alt_email = {NEW}"
    " where email = any(%(mails)s) or alt_email = any(%(mails)s)",
    f"update report set email = {NEW} where email = any(%(mails)s)",
    f"update employee set email = {NEW}, name = null where email = any(%(mails)s)",
    f"update customer set email = {NEW}, name = null where id = any(%(ids)s)",
)


def run(size: Size) -> Iterator[Figure]:
    with home():
        few = yield from _one_by_one(size.of(FEW, 300), size)
        some = yield from _one_by_one(size.of(SOME, 600), size, batch=size.of(BATCH, 5), heavy=size.of(HEAVY, 10))
        many = yield from _one_by_one(size.of(MANY, 900), size)
        note = f"{some * 1000:.2f} ms of {size.of(SOME, 600):,}"
        title = f"access, one of {size.of(MANY, 900):,} beside one of {size.of(FEW, 300):,}"
        yield Figure(title, many, "s", few, "the small shop", note=note)


def _one_by_one(customers: int, size: Size, *, batch: int = 0, heavy: int = 0) -> Generator[Figure, None, float]:
    """Figures of one shop; returns the seconds of an access."""
    from troth import ground, postgres
    from troth.systems.sql.system import SqlSystem

    url = postgres.ensure_database(ground.database_url(), f"bench_shop_{customers}")
    _shop.create(url, customers)
    system = SqlSystem("shop", title="Shop", url=url, dataset=_shop.DATASET)
    rounds = size.of(ROUNDS, 3)
    numbers = iter(range(1, customers + 1, max(1, customers // (4 * rounds + 2 * batch + 8))))
    mine, theirs = ([next(numbers) for _ in range(rounds + 1)] for _ in range(2))
    with psycopg.connect(url) as connection:
        by_hand = partial(_by_hand, connection)
        system.find(_who(mine[rounds]))  # catalog and plan are kept between calls, as in a worker
        by_hand(FIND, [theirs[rounds]])
        access, floor = in_turns(lambda n: system.find(_who(mine[n])), lambda n: by_hand(FIND, [theirs[n]]), rounds)
        yield Figure(f"access, one of {customers:,}", access, "s", floor, FLOOR, 0.02)
        system.erase(_who(mine[rounds]), key="first")
        ours, floor = in_turns(
            lambda n: system.erase(_who(mine[n]), key=str(n)), lambda n: by_hand(ERASE, [theirs[n]]), rounds
        )
        yield Figure(f"erasure, one of {customers:,}", ours, "s", floor, FLOOR, 0.03)
        if heavy:
            yield from _heavy(system, by_hand, url, customers, heavy)
        if batch:
            yield _batch(system, by_hand, [next(numbers) for _ in range(batch)], [next(numbers) for _ in range(batch)])
    return access


def _heavy(system: Any, by_hand: Any, url: str, customers: int, rows: int) -> Iterator[Figure]:
    mine, theirs = customers + 1_000, customers + 2_000
    for number in (mine, theirs):
        _shop.add_heavy(url, number, rows)
    ours, floor = in_turns(lambda _: system.find(_who(mine)), lambda _: by_hand(FIND, [theirs]), 5)
    yield Figure(f"access, a customer with {rows:,} orders", ours, "s", floor, FLOOR)
    ours = seconds(lambda: system.erase(_who(mine), key="heavy"))
    floor = seconds(lambda: by_hand(ERASE, [theirs]))
    yield Figure(f"erasure, a customer with {rows:,} orders", ours, "s", floor, FLOOR, 0.5)


def _batch(system: Any, by_hand: Any, mine: list[int], theirs: list[int]) -> Figure:
    ours = seconds(lambda: system.erase_many([(n, _who(n)) for n in mine]))
    floor = seconds(lambda: by_hand(ERASE, theirs))
    return Figure(f"erasure of {len(mine):,} people as one batch", ours, "s", floor, FLOOR, 5)


def _who(number: int) -> Identifiers:
    return Identifiers(email=(_shop.email(number),))


def _by_hand(connection: psycopg.Connection[Any], statements: tuple[str, ...], numbers: list[int]) -> None:
    mails = [_shop.email(number) for number in numbers]
    found = connection.execute("select * from customer where email = any(%s)", [mails]).fetchall()
    for statement in statements:
        cursor = connection.execute(statement, {"ids": [row[0] for row in found], "mails": mails})
        if cursor.description:
            cursor.fetchall()
    connection.commit()
