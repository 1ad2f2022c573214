"""Finding and erasing people in a SQL database, beside hand-written SQL for the same work.

100,000 people with about 14 rows each, indexed. The floor is what a person at a prompt would write: one connection,
one statement a table, looked up by the account's id.
"""

from collections.abc import Iterator
from functools import partial

import psycopg

from benchmarks._figure import Figure, Size, in_turns, seconds
from benchmarks._home import POLICY, home
from troth.systems.kit.identifiers import Identifiers

PEOPLE, ROUNDS, BATCH, HEAVY = 100_000, 15, 1_000, 10_000
REMOVED = "[removed by its author]"
FLOOR = "hand-written SQL"

FIND = (
    "select * from accounts where id = any(%(ids)s)",
    "select * from sessions where account_id = any(%(ids)s)",
    "select * from usage_events where account_id = any(%(ids)s)",
    "select * from community_posts where author_id = any(%(ids)s)",
    "select * from post_comments where author_id = any(%(ids)s)",
)
ERASE = (
    "delete from post_comments where author_id = any(%(ids)s)",
    "update community_posts set author_id = null, title = %(r)s, body = %(r)s where author_id = any(%(ids)s)",
    "delete from sessions where account_id = any(%(ids)s)",
    "delete from usage_events where account_id = any(%(ids)s)",
    "delete from accounts where id = any(%(ids)s)",
)
FATTEN = (
    "insert into sessions (account_id, ip, user_agent, started_at) select id, '192.0.2.1', 'Heavy', now() from {0}",
    "insert into usage_events (account_id, name, at) select id, 'environment launched', now() from {0}",
    "insert into community_posts (author_id, title, body, posted_at) select id, 'Heavy', 'Words', now() from {0}",
    "insert into post_comments (post_id, author_id, body, commented_at) "
    "select (select min(id) from community_posts), id, 'Words', now() from {0}",
)
"""One person's rows in four tables; {0} is the account, once a row."""


def run(size: Size) -> Iterator[Figure]:
    with home():
        from troth import ground, postgres
        from troth.demo import product
        from troth.systems.sql.system import SqlSystem

        people, batch, heavy = size.of(PEOPLE, 100), size.of(BATCH, 5), size.of(HEAVY, 10)
        rounds = size.of(ROUNDS, 3)
        url = postgres.ensure_database(ground.database_url(), "bench_sql")
        product.create(url, people)
        system = SqlSystem.from_config("product", {"url": url, "dataset": "datasets/product.yaml"}, POLICY)
        numbers = iter(range(1, people))
        some = [next(numbers) for _ in range(2 * rounds)]
        ours, floor = in_turns(
            lambda n: system.find(_who(some[n])), lambda n: _by_hand(url, FIND, [some[n + rounds]]), rounds
        )
        yield Figure(f"access, one of {people:,}", ours, "s", floor, FLOOR, 0.02)
        ours, floor = in_turns(
            lambda n: system.erase(_who(some[n]), key=str(n)),
            lambda n: _by_hand(url, ERASE, [some[n + rounds]]),
            rounds,
        )
        yield Figure(f"erasure, one of {people:,}", ours, "s", floor, FLOOR, 0.03)
        mine, theirs = next(numbers), next(numbers)
        for number in (mine, theirs):
            _fatten(url, number, heavy)
        ours = seconds(lambda: system.find(_who(mine)))
        floor = seconds(lambda: _by_hand(url, FIND, [theirs]))
        yield Figure(f"access, {heavy:,} rows in each of 4 tables", ours, "s", floor, FLOOR)
        ours = seconds(lambda: system.erase(_who(mine), key="heavy"))
        floor = seconds(lambda: _by_hand(url, ERASE, [theirs]))
        yield Figure(f"erasure, {heavy:,} rows in each of 4 tables", ours, "s", floor, FLOOR, 0.5)
        mine_many, theirs_many = ([next(numbers) for _ in range(batch)] for _ in range(2))
        ours = seconds(lambda: system.erase_many([(n, _who(n)) for n in mine_many]))
        floor = seconds(partial(_by_hand, url, ERASE, theirs_many))
        yield Figure(f"erasure of {batch:,} people as one batch", ours, "s", floor, FLOOR, 5)


def _who(number: int) -> Identifiers:
    return Identifiers(email=(f"person{number}@example.net",))


def _fatten(url: str, number: int, rows: int) -> None:
    account = "(select id from accounts cross join generate_series(1, %(rows)s) where lower(email) = %(email)s) as a"
    with psycopg.connect(url) as connection:
        for statement in FATTEN:
            given = {"rows": rows, "email": f"person{number}@example.net"}
            connection.execute(statement.format(account), given)  # type: ignore[arg-type]


def _by_hand(url: str, statements: tuple[str, ...], numbers: list[int]) -> None:
    emails = [f"person{n}@example.net" for n in numbers]
    with psycopg.connect(url) as connection:
        found = connection.execute("select id from accounts where lower(email) = any(%s)", [emails]).fetchall()
        for statement in statements:
            cursor = connection.execute(statement, {"ids": [row[0] for row in found], "r": REMOVED})  # type: ignore[arg-type]
            if cursor.description:
                cursor.fetchall()
