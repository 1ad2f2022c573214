"""A real Superset in a virtual environment of its own, for the tests that want the real thing."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from troth.systems.conformance import Subject

# 6.1.0 starts only with rich, and only with an older flask-caching than its own requirements allow.
PACKAGES = ("apache-superset==6.1.0", "rich", "flask-caching<2.4")
PORT = 18098
ADMIN = ("admin", "sandbox-admin-password")
CONFIG = """SECRET_KEY = "only-for-tests-0123456789-0123456789-0123456789"
SQLALCHEMY_DATABASE_URI = "sqlite:///{home}/superset.db"
FAB_ADD_SECURITY_API = True
TALISMAN_ENABLED = False
"""


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Superset's address. `home` keeps the installation (about 800 MB) for the next time; the data is made anew."""
    home.mkdir(parents=True, exist_ok=True)
    python = home / "venv" / "bin" / "python"
    if not (home / "venv" / "bin" / "superset").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PACKAGES], check=True)
    (home / "superset.db").unlink(missing_ok=True)
    (home / "superset_config.py").write_text(CONFIG.format(home=home))
    environment = {**os.environ, "SUPERSET_CONFIG_PATH": str(home / "superset_config.py"), "FLASK_APP": "superset"}
    superset = str(home / "venv" / "bin" / "superset")
    names = ["--firstname", "Ad", "--lastname", "Min", "--email", "admin@example.com"]
    admin = ["fab", "create-admin", "--username", ADMIN[0], "--password", ADMIN[1], *names]
    with (home / "log").open("w") as log:
        for words in (["db", "upgrade"], admin, ["init"]):
            subprocess.run([superset, *words], env=environment, stdout=log, stderr=log, check=True)
        words = [superset, "run", "-p", str(PORT), "--with-threads"]
        with subprocess.Popen(words, env=environment, stdout=log, stderr=log) as process:
            try:
                yield _when_up(process)
            finally:
                process.terminate()


def _when_up(process: "subprocess.Popen[bytes]") -> str:
    address = f"http://127.0.0.1:{PORT}"
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/health"):
                return address
        except OSError:
            assert process.poll() is None, "Superset ended; see the file log beside its environment"
            time.sleep(0.2)
    raise AssertionError("Superset did not come up in two minutes")


class Session:
    """Somebody signed in, with what Superset wants against forged requests."""

    def __init__(self, address: str, user: str, password: str) -> None:
        self._address = address
        self._headers = {"content-type": "application/json"}
        signed = self.call("POST", "/api/v1/security/login", username=user, password=password, provider="db")
        self._headers["authorization"] = f"Bearer {signed['access_token']}"
        asked = urllib.request.Request(f"{address}/api/v1/security/csrf_token/", headers=self._headers)
        with urllib.request.urlopen(asked) as reply:
            self._headers["x-csrftoken"] = json.load(reply)["result"]
            self._headers["cookie"] = reply.headers["set-cookie"].partition(";")[0]

    def call(self, method: str, path: str, **body: Any) -> Any:
        """The reply's body; {} for a refusal."""
        data = json.dumps(body).encode() if body else None
        asked = urllib.request.Request(self._address + path, method=method, data=data, headers=self._headers)
        try:
            with urllib.request.urlopen(asked) as reply:
                return json.load(reply)
        except urllib.error.HTTPError:
            return {}

    def rows(self, path: str) -> list[Any]:
        rows: list[Any] = self.call("GET", f"{path}?q={quote('(page:0,page_size:1000)')}")["result"]
        return rows


class RealSuperset(Subject):
    """The suite's subject, seeded and looked at through Superset's own API; records as the double gives them."""

    def made(self, **settings: Any) -> Any:
        return super().made(url=self.address, **settings)

    def ask(self, act: str, **given: Any) -> Any:
        self.admin = Session(self.address, *ADMIN)
        acts: dict[str, Callable[[], Any]] = {"state": self._state, "calls": list, "reset": self._reset}
        return acts[act]() if act in acts else self._seed(given["records"])

    def _state(self) -> dict[str, Any]:
        names = ("id", "email", "first_name", "last_name", "username", "active")
        users = [{"kind": "user", **{name: row[name] for name in names}} for row in self._users()]
        dashboards = [
            {"kind": "dashboard", "id": row["id"], "owners": [owner["email"] for owner in row["owners"]]}
            for row in self.admin.rows("/api/v1/dashboard/")
        ]
        return {"records": [*users, *dashboards]}

    def _seed(self, records: list[dict[str, Any]]) -> None:
        for record in records:
            fields = {name: value for name, value in record.items() if name != "kind"}
            if record["kind"] == "user":
                base = {"username": fields["email"], "password": ADMIN[1], "roles": [1], "active": True}
                self.admin.call("POST", "/api/v1/security/users/", **{**base, **fields})
            elif record["kind"] == "saved_query":  # by somebody: a dashboard they made themselves holds them back too
                Session(self.address, fields["created_by"], ADMIN[1]).call(
                    "POST", "/api/v1/dashboard/", dashboard_title=fields["label"]
                )
            else:
                ids = {row["email"]: row["id"] for row in self._users()}
                owners = [ids[email] for email in fields["owners"]]
                title = fields["dashboard_title"]
                self.admin.call("POST", "/api/v1/dashboard/", dashboard_title=title, owners=owners)

    def _reset(self) -> None:
        for row in self.admin.rows("/api/v1/dashboard/"):
            self.admin.call("DELETE", f"/api/v1/dashboard/{row['id']}")
        for row in self._users():
            if row["username"] != ADMIN[0]:
                self.admin.call("DELETE", f"/api/v1/security/users/{row['id']}")

    def _users(self) -> list[Any]:
        return self.admin.rows("/api/v1/security/users/")
