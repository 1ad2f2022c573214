"""A filled deployment for the console's pages: the reference policy, two vendors' doubles, a product database, logs,
people of several ages and requests in several states. All of it comes from the rooms' own services."""

import asyncio
import json
import os
import re
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.db import connection, connections
from procrastinate.periodic import PeriodicRegistry
from web_kit import QUALI, publish, quali

from troth import ground, postgres
from troth.collection import rules as intake
from troth.collection import services as collection
from troth.demo import logs, product
from troth.messages import queries as messages
from troth.people import queries as people
from troth.requests import queries as requests
from troth.requests import services as asking
from troth.retention import services as retention
from troth.sharing import services as sharing
from troth.systems.kit.identifiers import Identifiers
from troth.systems.sandbox.server import running
from troth.verification import services as verification
from troth.versions import queries as versions
from troth.work.worker import worker_app

NOW = datetime.now(UTC).replace(microsecond=0)
ANA, BEN, CLEO, OLD = "ana@example.org", "ben@example.org", "cleo@example.org", "olga@example.org"
FIELDS = {
    "other": "Troth_Other__c",
    "role": "Troth_Role__c",
    "contact-time": "Troth_Contact_Time__c",
    "subject": "Troth_Subject__c",
    "social-handle": "Troth_Social_Handle__c",
}
VALUES = {
    "full-name": "Ana Example",
    "phone": "+49 30 5550100",
    "job-title": "Platform engineer",
    "company": "Synthetic Works",
    "country": "Germany",
    "city": "Berlin",
}


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@dataclass
class Filled:
    """What the tests ask for by name."""

    ana: UUID
    ben: UUID
    old: UUID
    access: UUID
    waiting: UUID
    answered: UUID
    sandbox: str


@contextmanager
def filled(folder: Path) -> Iterator[Filled]:
    """Needs a transactional database. `folder` takes the logs."""
    empty_queue()
    with running(0, finish_after=0) as address:
        write_systems(folder, address)
        try:
            yield fill(address)
        finally:
            ground.settings().systems_file.unlink(missing_ok=True)
            empty_queue()


def fill(address: str) -> Filled:
    publish(now=ago(500))
    fill_in(OLD, "contact", ago(900), message="How do I renew?", agreed=())
    fill_in(ANA, "schedule-demo", ago(40))
    fill_in(ANA, "newsletter", ago(12))
    fill_in(BEN, "schedule-demo", ago(9), agreed=())
    fill_in(CLEO, "register-webinar", ago(2))
    work_off()
    ana, ben, old = (person_of(address) for address in (ANA, BEN, OLD))
    sharing.withdraw(ana, purposes=["send-marketing"], touchpoint="schedule-demo", how="choices link", now=ago(1))
    answered = asked("access", CLEO, ago(20), "Please send me what you have. Thank you.")
    work_off()
    access = asked("access", ANA, ago(27), "I was at your webinar in spring and would like to know what you hold.")
    waiting = asked("erasure", BEN, ago(3), "Please erase everything.", prove=False)
    asked("account-deletion", "nobody@example.org", ago(34), "<script>alert(1)</script>")
    retention.sweep(ago(1))
    fill_in(CLEO, "download-assets", ago(0.1))
    work_off("sharing")
    plant(address)
    verification.run(ago(0.01))
    return Filled(ana, ben, old, access, waiting, answered, address)


def write_systems(folder: Path, address: str) -> None:
    logs.write(folder, NOW)
    saas = {"allow_private": True}
    told = {
        "salesforce": saas
        | {"connector": "salesforce", "recipient": "salesforce", "url": f"{address}/salesforce", "fields": FIELDS}
        | {"client_id": "sandbox", "client_secret": "sandbox-secret", "poll_seconds": 0.01},
        "hubspot": saas
        | {"connector": "hubspot", "recipient": "hubspot", "url": f"{address}/hubspot"}
        | {"token": "sandbox-token", "subscription_id": 1001, "not_marketing": [1002]},
        "product": {
            "connector": "sql",
            "title": "Product database",
            "url": product_database(),
            "dataset": str(QUALI / "datasets" / "product.yaml"),
        },
        "logs": logs.system(folder),
    }
    path = ground.settings().systems_file
    path.write_text(yaml.safe_dump({"systems": told}, sort_keys=False))
    os.utime(path, ns=(0, int(ground.clock().timestamp() * 1e9)))
    ask(address, "salesforce", "seed", custom_fields=list(FIELDS.values()))


@cache
def product_database() -> str:
    url = postgres.ensure_database(ground.database_url(), "consoletest_product")
    product.create(url, people=60, now=NOW)
    return url


def plant(address: str) -> None:
    """Things for the checks to find: a log past its period, a column nobody declared, a contact nobody knows."""
    folder = Path(folder_of_logs())
    logs.plant_old(folder, NOW)
    (folder / "recordings" / "session-unreadable.json").write_text("{}")
    product.plant_column(product_database())


def ask(address: str, vendor: str, act: str, **given: Any) -> Any:
    body = json.dumps(given).encode()
    request = urllib.request.Request(f"{address}/_sandbox/{vendor}/{act}", data=body, method="POST")
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def fill_in(address: str, touchpoint: str, now: datetime, agreed: tuple[str, ...] | None = None, **more: str) -> None:
    """A visitor sends a form, with everything it asks that we have a value for."""
    declared = quali().touchpoints[touchpoint]
    known = intake.asked(quali(), declared)
    given = {"email": address, **VALUES, **more}
    ticks = tuple(row.id for row in declared.rows if intake.consent_purposes(row)) if agreed is None else agreed
    version = versions.current(now)
    assert version is not None
    submission = intake.Submission(
        touchpoint, {item: value for item, value in given.items() if item in known}, frozenset(ticks), of_age=True
    )
    key = f"{touchpoint}-{address}"
    collection.submit(submission, notice_version=version.number, idempotency_key=key, how="form", now=now)


def person_of(address: str) -> UUID:
    found = people.find(Identifiers(email=(address,)))
    assert found is not None
    return found


def asked(kind: str, address: str, now: datetime, words: str, *, prove: bool = True) -> UUID:
    """A request that came in at `now`; with `prove` its letter's link is opened and confirmed."""
    before = {line.id for line in requests.board(NOW)}
    asking.receive(kind, address, words, now=now)
    [fresh] = {line.id for line in requests.board(NOW)} - before
    if prove:
        work_off("messages")
        tokens = (re.search(r"/privacy/confirm/([^/\s]+)/", m.text) for m in messages.mailbox(200) if m.to == address)
        asking.prove(next(token.group(1) for token in tokens if token), now)
    return fresh


def empty_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")


def work_off(*queues: str) -> None:
    """Run what is due, and what comes of it, with a real worker in a thread of its own (a browser's loop may run in
    this one)."""
    for _ in range(20):
        others = _backends()
        thread = threading.Thread(target=_work, args=(queues,))
        thread.start()
        thread.join()
        _end(_backends() - others)  # the worker's threads are gone, their connections not yet
        if not _due(queues):
            return
    raise AssertionError("the work does not end")


def _work(queues: tuple[str, ...]) -> None:
    worker = worker_app()
    worker.periodic_registry = PeriodicRegistry()  # type: ignore[no-untyped-call]

    async def run() -> None:
        async with worker.open_async():
            await worker.run_worker_async(
                queues=list(queues) or None,  # type: ignore[arg-type]
                wait=False,
                install_signal_handlers=False,
                concurrency=2,
            )

    asyncio.run(run())
    connections.close_all()


def _backends() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("select pid from pg_stat_activity where datname = current_database()")
        return {pid for (pid,) in cursor.fetchall()}


def _end(backends: set[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(pid) from unnest(%s::int[]) pid", [sorted(backends)])


def _due(queues: tuple[str, ...]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from procrastinate_jobs where status = 'todo' and coalesce(scheduled_at, now()) <= now()"
            " and (%(all)s or queue_name = any(%(queues)s))",
            {"all": not queues, "queues": list(queues)},
        )
        return int(cursor.fetchall()[0][0])


def calls(address: str) -> int:
    """How many calls both vendors' doubles had, seen from their side."""
    return sum(_count(address, vendor) for vendor in ("salesforce", "hubspot"))


def _count(address: str, vendor: str) -> int:
    with urllib.request.urlopen(f"{address}/_sandbox/{vendor}/calls") as reply:
        told = json.load(reply)
    return len(told["calls"] if isinstance(told, dict) else told)


def folder_of_logs() -> str:
    return str(yaml.safe_load(ground.settings().systems_file.read_text())["systems"]["logs"]["folder"])
