"""Two pages people wait for: the notice, and the console's overview; and how many SQL statements each takes.

Both go through the whole WSGI stack in one process. The floor is the health page, which is empty but for two letters.
"""

import statistics
from collections.abc import Iterator
from typing import Any

from benchmarks._figure import Figure, Size, seconds
from benchmarks._home import home, publish

ROUNDS = 40
FLOOR = "an empty page"


def run(size: Size) -> Iterator[Figure]:
    with home():
        from django.conf import settings
        from django.test import Client

        from troth.web import staff

        publish()
        rounds = size.of(ROUNDS, 2)
        client = Client(headers={"host": "localhost"})
        client.force_login(staff.add("staff@example.org"), backend=settings.AUTHENTICATION_BACKENDS[0])
        floor = _milliseconds(client, "/healthz", rounds)
        for name, path in (("the notice", "/notice/"), ("console overview", "/console/"), ("a form", FORM)):
            statements = _statements(client, path)
            note = f"{statements} SQL statements"
            yield Figure(name, _milliseconds(client, path, rounds), "ms", floor, FLOOR, note=note)


FORM = "/forms/schedule-demo/"


def _milliseconds(client: Any, path: str, rounds: int) -> float:
    client.get(path)  # the first one compiles templates
    return statistics.median(seconds(lambda: client.get(path)) for _ in range(rounds)) * 1_000


def _statements(client: Any, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        reply = client.get(path)
    if reply.status_code != 200:
        raise RuntimeError(f"{path} was answered {reply.status_code}")
    return len(seen)
