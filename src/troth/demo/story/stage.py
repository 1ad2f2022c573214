"""What the steps share: the world, the cast, and the means to act in it and to look at it from outside."""

import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import yaml

from troth import ground
from troth.demo import logs, product
from troth.demo.story.browser import Browser
from troth.demo.world import CUSTOM_FIELDS, World, reference_policy
from troth.net.errors import NetError
from troth.net.http import client

T = TypeVar("T")
PATIENCE_S = 20.0
TOUCHPOINT = "schedule-demo"


class Wrong(Exception):
    """A look found something else than the story promises."""

    def __init__(self, expected: Any, found: Any) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found


def must(true: bool, expected: Any, found: Any) -> None:
    """Raises Wrong unless `true`."""
    if not true:
        raise Wrong(expected, found)


@dataclass(frozen=True)
class Person:
    """Someone of the cast; `values` are what they type into forms, by item id. All are invented."""

    name: str
    email: str
    values: dict[str, str]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.out)
        except ValueError:
            raise Wrong("JSON", self.err.strip()[-300:] or self.out[-300:]) from None


@dataclass
class Stage:
    """One run of the story on one world. `notes`: what a step leaves for later ones to look at."""

    world: World
    run: str = field(default_factory=lambda: secrets.token_hex(3))
    notes: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def visitor(self) -> Person:
        return someone("Ada", "Muster", self.run)

    @cached_property
    def other(self) -> Person:
        return someone("Grace", "Beispiel", self.run)

    @cached_property
    def web(self) -> Browser:
        return Browser(self.world.address)

    @cached_property
    def policy_file(self) -> dict[str, Any]:
        """The touchpoint as its YAML file says it, read without the product's own reader."""
        for file in sorted((reference_policy() / "touchpoints").glob("*.yaml")):
            content = yaml.safe_load(file.read_text())["touchpoints"]
            if TOUCHPOINT in content:
                return dict(content[TOUCHPOINT])
        raise Wrong(f"touchpoint {TOUCHPOINT} in the policy's files", "none")

    def prepare(self) -> None:
        """The cast is known in the product, to Zendesk and to Okta; the sandbox has the fields that are written to."""
        until(self.seed_sandbox, "an answer of the sandbox")
        for person in (self.visitor, self.other):
            account = product.add_person(self.product, person.email, person.name)
            self.notes[person.email] = account
            logs.plant_person(self.world.logs, ground.clock(), person.email)
            self._seed("zendesk", *_asked_for_help(person))
            self._seed("okta", _signs_in(person))

    def _seed(self, vendor: str, *records: dict[str, Any]) -> None:
        reply = self._sandbox.post(f"/_sandbox/{vendor}/seed", json={"records": records})
        must(reply.status_code == 200, f"the sandbox takes the cast into {vendor}", f"status {reply.status_code}")

    def seed_sandbox(self) -> bool:
        try:
            seed = {"custom_fields": list(CUSTOM_FIELDS.values())}
            return bool(self._sandbox.post("/_sandbox/salesforce/seed", json=seed).status_code == 200)
        except NetError:
            return False

    def account(self, person: Person) -> UUID:
        return UUID(str(self.notes[person.email]))

    # looking

    @cached_property
    def _sandbox(self) -> Any:
        return client(base_url=self.world.sandbox, allow=(self.world.sandbox.partition("://")[2],), timeout=10)

    def sandbox(self, vendor: str) -> dict[str, Any]:
        """All that a vendor's double holds now."""
        state: dict[str, Any] = self._sandbox.get(f"/_sandbox/{vendor}/state").json()
        return state

    def held(self, vendor: str, email: str) -> list[dict[str, Any]]:
        """What a vendor's double holds under an address, a recycle bin included."""
        return [one for one in self.sandbox(vendor)["records"] if email.lower() in json.dumps(one).lower()]

    @cached_property
    def product(self) -> str:
        return self.world.database("product")

    @cached_property
    def _own(self) -> str:
        return self.world.database("troth")

    def sql(self, query: str, *given: Any, product: bool = False) -> list[tuple[Any, ...]]:
        """Rows of Troth's own database, or of the product's."""
        with psycopg.connect(self.product if product else self._own, connect_timeout=5) as connection:
            return connection.execute(query, given).fetchall()

    def tables(self) -> list[str]:
        return [row[0] for row in self.sql("select tablename from pg_tables where schemaname = 'public' order by 1")]

    def in_the_clear(self, text: str) -> list[str]:
        """Tables of Troth's database in which a text can be read."""
        found = f"%{text}%"
        return [t for t in self.tables() if self.sql(f'select 1 from "{t}" t where t::text ilike %s limit 1', found)]  # noqa: S608

    # acting as staff

    def troth(self, *command: str, timeout: float = 60) -> Ran:
        """Run a `troth` command in this world."""
        ran = subprocess.run(
            [sys.executable, "-m", "troth", *command],
            env=self.world.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)


def until(look: Callable[[], T | None], what: str, *, seconds: float = PATIENCE_S) -> T:
    """Look again and again until there is something to see. Raises Wrong after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise Wrong(what, f"not within {seconds:g} s")
        time.sleep(0.15)


def someone(first: str, last: str, run: str) -> Person:
    """An invented person whose values occur nowhere else."""
    email = f"{first.lower()}.{run}@example.org".encode("ascii", "ignore").decode()
    values = {
        "full-name": f"{first} {last}-{run}",
        "email": email,
        "phone": f"+49 30 {int(run, 16):08d}",
        "job-title": f"Head of {last}s {run}",
        "company": f"{last} {run} GmbH",
        "country": f"Germany {run}",
        "city": f"Potsdam {run}",
        "region": f"Brandenburg {run}",
    }
    return Person(values["full-name"], email, values)


def _asked_for_help(person: Person) -> list[dict[str, Any]]:
    ticket = {"requester": person.email, "subject": "Cannot log in", "comments": [{"body": f"It is me, {person.name}"}]}
    return [
        {"kind": "user", "email": person.email, "name": person.name},
        {"kind": "ticket", "status": "open", **ticket},
    ]


def _signs_in(person: Person) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    return {"kind": "user", "profile": {"email": person.email, "firstName": first, "lastName": last}}


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def brief(items: Sequence[Any], most: int = 5) -> str:
    """Some of many, for a sentence."""
    return ", ".join(map(str, items[:most])) + (f" and {len(items) - most} more" if len(items) > most else "")
