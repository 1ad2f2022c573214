"""The reference policy published and both vendors' doubles over real HTTP, for the tests of intake and deliveries."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import yaml
from django.db import connection

from troth import ground
from troth.collection import rules
from troth.collection import services as collection
from troth.people import queries as people
from troth.policy.load import Loaded, load
from troth.policy.model import Policy
from troth.sharing import queries as sharing
from troth.sharing import services
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.sandbox.server import running
from troth.versions import services as versions
from troth.versions.queries import Version

QUALI = Path(__file__).parents[2] / "policies" / "quali"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA = "ada@mail.example"
VALUES = {
    "full-name": "Ada Lovelace",
    "email": ADA,
    "phone": "+44 20 7946 0000",
    "job-title": "Countess of Numbers",
    "company": "Analytical Engines",
    "country": "United Kingdom",
    "city": "Ockham",
    "region": "Surreyside",
}
SETTINGS: dict[str, dict[str, Any]] = {
    "salesforce": {"client_id": "sandbox", "client_secret": "sandbox-secret", "poll_seconds": 0.01},
    "hubspot": {"token": "sandbox-token", "subscription_id": 1001, "not_marketing": [1002]},
}


@cache
def loaded() -> Loaded:
    return load(QUALI)


def quali() -> Policy:
    policy = loaded().policy
    assert policy is not None
    return policy


def publish(policy: Policy | None = None, now: datetime = NOW) -> Version:
    return versions.publish(policy or quali(), loaded().places, now=now)


def send(
    touchpoint: str = "schedule-demo",
    *agreed: str,
    version: int = 1,
    key: str | None = None,
    now: datetime = NOW,
    **changes: str,
) -> collection.Receipt:
    """Hand in a submission; underscores in names of `changes` are hyphens, an empty value leaves an item out."""
    row = quali().touchpoints[touchpoint].rows[0]
    values = {**VALUES, **{name.replace("_", "-"): text for name, text in changes.items()}}
    sent = {item.item: values.get(item.item, "") for item in row.items}
    return collection.submit(
        rules.Submission(touchpoint, {k: v for k, v in sent.items() if v}, frozenset(agreed), True),
        notice_version=version,
        idempotency_key=key or str(uuid4()),
        now=now,
    )


def person(address: str = ADA) -> UUID:
    found = people.find(Identifiers(email=(address,)))
    assert found is not None
    return found


def states(address: str = ADA) -> dict[tuple[str, str], str]:
    """(row, recipient) → state of the person's deliveries."""
    return {(line.row, line.recipient): line.state for line in sharing.deliveries(person(address))}


def deliver_all(address: str = ADA, now: datetime = NOW) -> list[SystemProblem]:
    """Try every open delivery of the person once; the problems that mean another try."""
    problems = []
    for line in sharing.deliveries(person(address)):
        try:
            services.deliver(line.id, now)
        except SystemProblem as problem:
            problems.append(problem)
    return problems


def delivery(recipient: str, row: str = "main", address: str = ADA) -> UUID:
    (found,) = [d.id for d in sharing.deliveries(person(address)) if (d.recipient, d.row) == (recipient, row)]
    return found


@dataclass
class Vendors:
    address: str
    systems: dict[str, Any] = field(default_factory=dict)

    def ask(self, vendor: str, act: str, **given: Any) -> Any:
        read = act in ("state", "calls")
        request = urllib.request.Request(
            f"{self.address}/_sandbox/{vendor}/{act}",
            method="GET" if read else "POST",
            data=None if read else json.dumps(given).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)

    def records(self, vendor: str, address: str = ADA) -> list[dict[str, Any]]:
        return [r for r in self.ask(vendor, "state")["records"] if address in json.dumps(r)]

    def effects(self, vendor: str) -> list[str]:
        """Operations called, those that failed on purpose left out."""
        return [c["operation"] for c in self.ask(vendor, "calls") if c["status"] < 400]

    def write(self, *names: str) -> None:
        """The systems file with these vendors only."""
        ground.settings().systems_file.write_text(yaml.safe_dump({"systems": {n: self.systems[n] for n in names}}))


@contextmanager
def vendors() -> Iterator[Vendors]:
    with running(0, finish_after=0) as address:
        made = Vendors(address)
        for name, settings in SETTINGS.items():
            url = f"{address}/{name}"
            made.systems[name] = {
                "connector": name,
                "recipient": name,
                "url": url,
                "allow_private": True,
                "patience": 0,
                **settings,
            }
        made.write("salesforce", "hubspot")
        try:
            yield made
        finally:
            ground.settings().systems_file.unlink(missing_ok=True)


def jobs() -> list[tuple[str, dict[str, Any]]]:
    """Tasks of the deliveries there are; those that other tests left behind have none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, args from procrastinate_jobs"
            " where args->>'delivery' in (select id::text from sharing_delivery) order by id"
        )
        return [(name, json.loads(args) if isinstance(args, str) else args) for name, args in cursor.fetchall()]


def rows_of(*tables: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in tables:
            cursor.execute(f'select count(*) from "{table}"')
            found[table] = cursor.fetchone()[0]
        return found


STORED = (
    "people_person",
    "people_identifier",
    "people_record",
    "people_value",
    "consent_event",
    "collection_submission",
    "sharing_delivery",
    "mail_message",
)


def stored() -> dict[str, int]:
    """How many rows there are of everything a submission writes, evidence of publishing left out."""
    return rows_of(*STORED)
