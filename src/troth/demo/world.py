"""The demo's world in one directory: what lies where, on which ports, and how it is made. Making it again changes
nothing that is there."""

import json
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import yaml

from troth import ground, postgres
from troth.demo import logs, product

DATABASE = "product"
PEOPLE = 10_000
HUBSPOT = {"token": "sandbox-token", "subscription_id": 1001, "not_marketing": [1002]}
SALESFORCE = {"client_id": "sandbox", "client_secret": "sandbox-secret", "poll_seconds": 0.5}
ZENDESK = {"user": "admin@example.org", "token": "sandbox-token", "tickets": "delete", "poll_seconds": 0.5}
OKTA = {"token": "sandbox-token", "poll_seconds": 0.5}
CUSTOM_FIELDS = {
    "other": "Troth_Other__c",
    "role": "Troth_Role__c",
    "contact-time": "Troth_Contact_Time__c",
    "subject": "Troth_Subject__c",
    "social-handle": "Troth_Social_Handle__c",
}
FORGOTTEN = (
    "TROTH_DATABASE_URL", "TROTH_SYSTEMS", "TROTH_SMTP_URL", "TROTH_KEYS_DIR", "TROTH_REGISTER_DIR", "TROTH_PUBLIC_URL",
    "TROTH_ALLOW_HOSTS", "TROTH_MAIL_FROM",
)  # fmt: skip
"""Settings of a real deployment, which the demo must neither use nor touch."""


@dataclass(frozen=True)
class World:
    """Where the demo lives. `home` is absolute; both ports are on the loopback address."""

    home: Path
    port: int
    sandbox_port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def log(self) -> Path:
        """What the processes of this world write."""
        return self.home / "demo.log"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process of this world."""
        kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
        return kept | {
            "TROTH_HOME": str(self.home),
            "TROTH_PUBLIC_URL": self.address,
            "DJANGO_SETTINGS_MODULE": "troth.web.settings",
        }

    def database(self, name: str) -> str:
        """URL of a database of this world: `troth` is the deployment's own, `product` the connected one."""
        return postgres.database(self.home, name)

    def sandbox_command(self) -> list[str]:
        state = str(self.home / "sandbox.json")
        return [sys.executable, "-m", "troth.systems.sandbox", "--port", str(self.sandbox_port), "--state-file", state]

    def enter(self) -> None:
        """Make this process one of this world. Call it before anything reads the settings."""
        os.environ.update(self.environment)
        for name in FORGOTTEN:
            if name not in self.environment:
                os.environ.pop(name, None)
        ground.forget()


def opened(home: Path, port: int | None = None) -> World:
    """The world of this directory: on the ports it had before, where these are free; on `port` if given."""
    had = _remembered(home.resolve() / "demo.json")
    if port is None:
        port = _free(had.get("port"))
    return World(home.resolve(), port, _free(had.get("sandbox_port"), other_than=port))


def remembered(home: Path) -> World:
    """The world of this directory as its processes run it now. Raises LookupError if there is none."""
    had = _remembered(home.resolve() / "demo.json")
    try:
        return World(home.resolve(), had["port"], had["sandbox_port"])
    except KeyError:
        raise LookupError(f"there is no demo in {home}: start one with `troth demo --home {home}`") from None


def _remembered(file: Path) -> dict[str, int]:
    try:
        had = json.loads(file.read_text())
        return {name: had[name] for name in ("port", "sandbox_port") if isinstance(had[name], int)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _free(wanted: int | None, *, other_than: int | None = None) -> int:
    """`wanted` if nothing listens there, else any free port."""
    for port in (wanted or 0, 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found = int(probe.getsockname()[1])
        if found != other_than:
            return found
    raise OSError("no port is free on 127.0.0.1")


def make(world: World) -> None:
    """Database, logs and systems file; remembers the ports. Call it under the home's lock.

    Needs the embedded server's start only, no Django.
    """
    _write(world.home / "demo.json", json.dumps({"port": world.port, "sandbox_port": world.sandbox_port}))
    url = world.database(DATABASE)
    if not _filled(url):
        product.create(url, PEOPLE)
    if not world.logs.exists():
        logs.write(world.logs, ground.clock())
    text = yaml.safe_dump({"systems": systems(world, url)}, sort_keys=False)
    _write(world.home / "systems.yaml", text)


def _filled(url: str) -> bool:
    """The tables are made and filled in one transaction: one of them tells of all."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select to_regclass('accounts') is not null").fetchone()
    return bool(row and row[0])


def _write(file: Path, text: str) -> None:
    """Whole or not at all; a file that says the same already stays, so that nobody reads it again for nothing."""
    if file.exists() and file.read_text() == text:
        return
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o600)
    fresh.replace(file)


def systems(world: World, product_url: str) -> Mapping[str, Any]:
    """The systems of the demo, as systems.yaml says them."""
    dataset = str(reference_policy() / "datasets" / "product.yaml")
    return {
        "salesforce": {
            "connector": "salesforce", "recipient": "salesforce", "url": f"{world.sandbox}/salesforce",
            "allow_private": True, **SALESFORCE, "fields": dict(CUSTOM_FIELDS),
        },
        "hubspot": {
            "connector": "hubspot", "recipient": "hubspot", "url": f"{world.sandbox}/hubspot",
            "allow_private": True, **HUBSPOT,
        },
        "zendesk": {
            "connector": "zendesk", "recipient": "zendesk", "url": f"{world.sandbox}/zendesk",
            "allow_private": True, **ZENDESK,
        },
        "okta": {
            "connector": "okta", "recipient": "okta", "url": f"{world.sandbox}/okta", "allow_private": True, **OKTA,
        },
        "product": {"connector": "sql", "title": "Product database", "url": product_url, "dataset": dataset},
        "logs": logs.system(world.logs),
    }  # fmt: skip


def reference_policy() -> Path:
    """The folder of the reference policy: in the wheel beside the modules, else in the project's tree.

    Raises FileNotFoundError if it is in neither.
    """
    package = find_spec("troth")
    inside = Path(str(package.origin)).parent if package else Path()
    for folder in (inside / "reference_policies" / "quali", inside.parents[1] / "policies" / "quali"):
        if (folder / "policy.yaml").exists():
            return folder
    raise FileNotFoundError("the reference policy is not there: install the package again, or run in its source tree")
