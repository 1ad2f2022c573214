"""A world for the tests of requests, retention and verification: the reference policy published, both vendors' doubles,
the product database, and a worker that works off what is due."""

import asyncio
import io
import json
import os
import re
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import yaml
from django.db import connection
from procrastinate.periodic import PeriodicRegistry

from troth import ground, postgres
from troth.collection import rules as intake
from troth.collection import services as collection
from troth.demo import product
from troth.messages import queries as messages
from troth.people import queries as people
from troth.policy.load import Loaded, load
from troth.requests import services
from troth.systems.kit.identifiers import Identifiers
from troth.systems.sandbox.server import running
from troth.versions import services as versions
from troth.work.worker import worker_app

ROOT = Path(__file__).parents[2]
QUALI = ROOT / "policies" / "quali"
DATASET = QUALI / "datasets" / "product.yaml"
NOW = datetime.now(UTC).replace(microsecond=0)
PEOPLE = 200
ANA, BEN = "ana@example.org", "ben@example.org"
FIELDS = ["Troth_Other__c", "Troth_Role__c", "Troth_Contact_Time__c", "Troth_Subject__c", "Troth_Social_Handle__c"]


@cache
def loaded() -> Loaded:
    return load(QUALI)


def publish(now: datetime = NOW) -> None:
    policy = loaded().policy
    assert policy is not None
    versions.publish(policy, loaded().places, now=now)


@cache
def product_database() -> str:
    """The product database, made once a run."""
    url = postgres.ensure_database(ground.database_url(), "requeststest_product")
    product.create(url, people=PEOPLE, now=NOW)
    return url


@dataclass
class World:
    """The systems around the vault, and how to look at them without the product's help."""

    sandbox: str
    product: str
    systems: dict[str, Any] = field(default_factory=dict)

    def ask(self, vendor: str, act: str, **given: Any) -> Any:
        read = act in ("state", "calls")
        request = urllib.request.Request(
            f"{self.sandbox}/_sandbox/{vendor}/{act}",
            method="GET" if read else "POST",
            data=None if read else json.dumps(given).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def records(self, vendor: str, address: str) -> list[dict[str, Any]]:
        return [r for r in self.ask(vendor, "state")["records"] if address in json.dumps(r).lower()]

    def others(self) -> int:
        """Rows of the product database about everybody else."""
        with psycopg.connect(self.product) as found:
            row = found.execute("select count(*) from accounts where email like 'person%'").fetchone()
        return int(row[0]) if row else 0

    def down(self, vendor: str, *, times: int = 1_000, status: int = 503) -> None:
        self.ask(vendor, "fail", count=times, status=status)

    def write(self, **systems: Any) -> None:
        """The systems file, with systems replaced (None: left out)."""
        told = {name: entry for name, entry in {**self.systems, **systems}.items() if entry is not None}
        path = ground.settings().systems_file
        path.write_text(yaml.safe_dump({"systems": told}))
        os.utime(path, ns=(0, int(ground.clock().timestamp() * 1e9)))


@contextmanager
def world() -> Iterator[World]:
    """Everything up, empty of Ana and Ben; the systems file is taken away again."""
    with running(0, finish_after=0) as address:
        made = World(address, product_database())
        made.systems = {
            "salesforce": {
                "connector": "salesforce",
                "recipient": "salesforce",
                "url": f"{address}/salesforce",
                "allow_private": True,
                "client_id": "sandbox",
                "client_secret": "sandbox-secret",
                "poll_seconds": 0.01,
                "fields": dict(zip(("other", "role", "contact-time", "subject", "social-handle"), FIELDS, strict=True)),
            },
            "hubspot": {
                "connector": "hubspot",
                "recipient": "hubspot",
                "url": f"{address}/hubspot",
                "allow_private": True,
                "token": "sandbox-token",
                "subscription_id": 1001,
                "not_marketing": [1002],
            },
            "product": {
                "connector": "sql",
                "title": "Product database",
                "url": made.product,
                "dataset": str(DATASET),
            },
        }
        made.ask("salesforce", "seed", custom_fields=FIELDS)
        made.write()
        forget_product(made.product)
        empty_queue()
        try:
            yield made
        finally:
            ground.settings().systems_file.unlink(missing_ok=True)
            forget_product(made.product)
            empty_queue()


def forget_product(url: str) -> None:
    with psycopg.connect(url) as found:
        found.execute("delete from post_comments where post_id > %s", [PEOPLE // 10])
        found.execute("delete from community_posts where id > %s", [PEOPLE // 10])
        for table in ("sessions", "usage_events"):
            found.execute(
                f"delete from {table} where account_id in (select id from accounts where email like '%@example.org')"
            )
        found.execute("delete from accounts where email like '%@example.org'")


def empty_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("truncate procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers cascade")


def work_off() -> None:
    """Run what is due, with a real worker, then return."""
    worker = worker_app()
    worker.periodic_registry = PeriodicRegistry()

    async def run() -> None:
        async with worker.open_async():
            await worker.run_worker_async(wait=False, install_signal_handlers=False, concurrency=3)

    asyncio.run(run())
    with connection.cursor() as cursor:  # the worker's threads are gone, their connections not yet
        cursor.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


def retry_now() -> None:
    """Jobs that wait for their next try or look are due now."""
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set scheduled_at = null where status = 'todo'")


def work_through(rounds: int = 25) -> None:
    """Work, and let every waiting job have its next try, until nothing is left to do."""
    for _ in range(rounds):
        work_off()
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from procrastinate_jobs where status = 'todo'")
            if not cursor.fetchall()[0][0]:
                return
        retry_now()


def fill_in(address: str, name: str = "Ana Example", *, marketing: bool = True, now: datetime = NOW) -> None:
    """A visitor asks for a demo on the site."""
    policy = loaded().policy
    assert policy is not None
    from troth.versions import queries

    version = queries.current(now)
    assert version is not None
    values = {"email": address, "full-name": name, "company": "Acme", "job-title": "Engineer", "country": "Germany"}
    declared = policy.touchpoints["schedule-demo"]
    known = {item for row in declared.rows for item in row.item_ids}
    missing = known - values.keys()
    values |= dict.fromkeys(missing, "+15550009999")
    agreed = frozenset(row.id for row in declared.rows if row.marketing) if marketing else frozenset()
    submission = intake.Submission(
        touchpoint="schedule-demo",
        values={item: value for item, value in values.items() if item in known},
        agreed=agreed,
        of_age=True,
    )
    collection.submit(submission, notice_version=version.number, idempotency_key=f"{address}-{now}", now=now)


def person_of(address: str) -> Any:
    return people.find(Identifiers(email=(address,)))


def last_link(address: str, part: str) -> str:
    """The token of the newest mail to `address` that links to `part` (`confirm` or `answer`)."""
    for mail in messages.mailbox(200):
        if mail.to == address and (found := re.search(rf"/privacy/{part}/([^/\s]+)/", mail.text)):
            return found.group(1)
    raise AssertionError(f"no mail to {address} links to {part}")


def mails(address: str) -> list[Any]:
    return [mail for mail in messages.mailbox(500) if mail.to == address]


def code_of(address: str) -> str:
    for mail in messages.mailbox(200):
        if mail.to == address and (found := re.search(r"code is (\d{6})", mail.text)):
            return found.group(1)
    raise AssertionError("no code was mailed")


def asked(kind: str, address: str, now: datetime = NOW) -> str:
    """Receive and confirm; the request's id."""
    services.receive(kind, address, "please", now=now)
    return str(services.prove(last_link(address, "confirm"), now).id)


def package_of(address: str, now: datetime = NOW) -> zipfile.ZipFile:
    token = last_link(address, "answer")
    services.send_code(token, now)
    _, content = services.fetch_package(token, code_of(address), now)
    return zipfile.ZipFile(io.BytesIO(content))


def kinds_of_evidence() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select kind from evidence_entry order by id")
        return [row[0] for row in cursor.fetchall()]
