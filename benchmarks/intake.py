"""How fast consents and submissions are taken, in one process, beside a bare pair of INSERTs on the same server.

A consent is one event with its evidence, of one of 200 people. A submission goes through the whole WSGI application:
JSON in, the policy's judgement, values sealed under a key of the person's own, consents, deliveries, tasks, mail and
evidence in one transaction, receipt out. Every one is a new person, which is the slowest case: a key is made and
synced to disk. The floor inserts two rows and commits, through psycopg and as many connections.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks._figure import Figure, Size
from benchmarks._home import Load, hammer, home, publish
from benchmarks._intake import PATH, submission

NOW = datetime.now(UTC)
THREADS = 8
FLOOR = "two INSERTs and a commit"


def run(size: Size) -> Iterator[Figure]:
    with home():
        from django.db import connection

        def under_load(act: Any, each: int, threads: int = THREADS) -> Load:
            return hammer(act, threads=threads, each=size.of(each, 2), done=lambda: connection.close())

        version = publish()
        floor = under_load(_floor(), 500)
        consents = under_load(_consent(version), 150)
        yield Figure(
            "consents with evidence", consents.per_second, "1/s", floor.per_second, FLOOR, 1_000, consents.latencies
        )
        yield Figure("consent, 99th of 100", consents.p99_ms, "ms", floor.p99_ms, FLOOR, 50)
        for words, ticked in (("marketing ticked", True), ("no tick", False)):
            taken = under_load(_submission(ticked=ticked), 50, threads=4)
            yield Figure(
                f"submissions, {words}", taken.per_second, "1/s", floor.per_second, FLOOR, note=taken.latencies
            )


def _floor() -> Any:
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("create table bench_a (id bigserial primary key, body text)")
        cursor.execute("create table bench_b (id bigserial primary key, body text)")

    def act(number: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("insert into bench_a (body) values (%s)", [f"{number:0200}"])
            cursor.execute("insert into bench_b (body) values (%s)", [f"{number:0200}"])

    return act


def _submission(*, ticked: bool) -> Any:
    from troth.web.wsgi import application

    name = "ticked" if ticked else "plain"

    def act(number: int) -> None:
        status = _post(application, submission(name, number, ticked=ticked), f"{name}-{number:08}")
        if status != "201 Created":
            raise RuntimeError(f"a submission was answered {status}")

    return act


def _post(application: Any, body: bytes, key: str) -> str:
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8800",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_IDEMPOTENCY_KEY": key,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
    }
    reply = application(environ, lambda status, headers, *_: said.append(status))
    for _ in reply:
        pass
    reply.close()
    return said[0]


def _consent(version: UUID) -> Any:
    from troth.consent import services as consent
    from troth.people import services as people
    from troth.systems.kit.identifiers import Identifiers

    crowd = [people.prepare(Identifiers(email=(f"consent{n}@example.org",)), now=NOW).id for n in range(200)]

    def act(number: int) -> None:
        consent.record_event(
            person_id=crowd[number % len(crowd)],
            kind="given",
            touchpoint="schedule-demo",
            purposes=["send-marketing"],
            version_id=version,
            language="en",
            text_digest="0" * 64,
            how="benchmark",
            now=NOW,
        )

    return act
