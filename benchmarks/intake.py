"""How fast submissions and consents are taken, in one process, beside a bare pair of INSERTs on the same server.

A submission goes through the whole WSGI application: JSON in, the policy's judgement, values sealed under a key of the
person's own, consents, deliveries, tasks, mail and evidence in one transaction, receipt out. Every one is a new person,
which is the slowest case: a key is made and synced to disk. A consent is one event with its evidence, of one of 200
people. The floor inserts two rows and commits, through psycopg and as many connections.
"""

import io
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from benchmarks._home import REPOSITORY, hammer, home

THREADS, SUBMISSIONS, CONSENTS, FLOOR = 4, 100, 250, 1_000
NOW = datetime.now(UTC)
PATH = "/api/v1/touchpoints/schedule-demo/submissions"


def run() -> list[dict[str, Any]]:
    with home():
        from django.db import connection

        version = _publish()
        floor = hammer(_floor(), threads=THREADS, each=FLOOR, done=lambda: connection.close())
        measured = [
            ("submissions, new people, marketing ticked", _submission(ticked=True), SUBMISSIONS, None),
            ("submissions, new people, no tick", _submission(ticked=False), SUBMISSIONS, None),
            ("consent events with evidence", _consent(version), CONSENTS, 1_000),
        ]
        rows = [{"figure": "floor: two INSERTs and a commit", **floor}]
        for what, act, each, goal in measured:
            found = hammer(act, threads=THREADS, each=each, done=lambda: connection.close())
            ratio = round(floor["per_second"] / found["per_second"], 1)
            rows.append({"figure": what, **found, "floor": floor["per_second"], "ratio": ratio, "goal": goal})
        return rows


def _publish() -> UUID:
    from troth.policy.load import load
    from troth.versions import services as versions

    loaded = load(REPOSITORY / "policies" / "quali")
    if loaded.policy is None:
        raise RuntimeError("the reference policy has errors: run `troth check policies/quali`")
    return versions.publish(loaded.policy, loaded.places, now=NOW).id


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
        body = {
            "notice_version": 1,
            "values": {
                "full-name": f"Person {number}",
                "email": f"{name}{number}@example.org",
                "company": "Example Ltd",
                "country": "Germany",
            },
            "agreed": ["marketing"] if ticked else [],
            "of_age": True,
        }
        status = _post(application, json.dumps(body).encode(), f"{name}-{number:08}")
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
