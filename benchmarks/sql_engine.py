"""Finding and erasing people in a SQL database, beside hand-written SQL for the same work in the same run.

`python -m benchmarks.sql_engine [PEOPLE]` (100,000) prints one line a figure. The floor is what a person at a prompt
would write: one connection, one statement a table, looked up by the account's id.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from troth import ground, postgres
from troth.demo import product
from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.system import SqlSystem

ROUNDS = 15
BATCH = 1_000
POLICY = Path(__file__).parents[1] / "policies" / "quali"
REMOVED = "[removed by its author]"

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


def run(people: int = 100_000) -> list[dict[str, Any]]:
    """Figures: `figure`, `seconds` (median), `floor`, `ratio`; batches are timed once."""
    url = postgres.ensure_database(ground.database_url(), "bench_sql")
    product.create(url, people)
    system = SqlSystem.from_config("product", {"url": url, "dataset": "datasets/product.yaml"}, POLICY)
    numbers = iter(range(1, people))
    singles = [next(numbers) for _ in range(4 * ROUNDS)]
    theirs, ours = ([next(numbers) for _ in range(BATCH)] for _ in range(2))
    return [
        _figure(f"find one of {people:,}", lambda n: system.find(_who(n)), lambda n: _by_hand(url, FIND, [n]), singles),
        _figure(
            f"erase one of {people:,}",
            lambda n: system.erase(_who(n), key=str(n)),
            lambda n: _by_hand(url, ERASE, [n]),
            singles,
        ),
        _row(
            f"erase {BATCH:,} of {people:,} as one batch",
            _timed(lambda: system.erase_many([(n, _who(n)) for n in ours])),
            _timed(lambda: _by_hand(url, ERASE, theirs)),
        ),
    ]


def _figure(name: str, ours: Callable[[int], Any], floor: Callable[[int], Any], people: list[int]) -> dict[str, Any]:
    """Ours and the floor in turns, each on people of its own."""
    times = [(_timed(partial(ours, people.pop())), _timed(partial(floor, people.pop()))) for _ in range(ROUNDS)]
    return _row(name, statistics.median(t for t, _ in times), statistics.median(t for _, t in times))


def _row(name: str, seconds: float, floor: float) -> dict[str, Any]:
    return {"figure": name, "seconds": round(seconds, 4), "floor": round(floor, 4), "ratio": round(seconds / floor, 2)}


def _timed(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _who(number: int) -> Identifiers:
    return Identifiers(email=(f"person{number}@example.net",))


def _by_hand(url: str, statements: tuple[str, ...], numbers: list[int]) -> None:
    emails = [f"person{n}@example.net" for n in numbers]
    with psycopg.connect(url) as connection:
        found = connection.execute("select id from accounts where lower(email) = any(%s)", [emails]).fetchall()
        for statement in statements:
            cursor = connection.execute(statement, {"ids": [row[0] for row in found], "r": REMOVED})  # type: ignore[arg-type]
            if cursor.description:
                cursor.fetchall()


if __name__ == "__main__":
    for figure in run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000):
        print(json.dumps(figure))
