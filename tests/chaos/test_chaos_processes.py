"""Processes are killed at random moments; in the end every effect happened, and happened once."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from troth import postgres
from troth.work.supervisor import MARK

HERE = Path(__file__).parent
PATIENCE_S = 180.0  # far above what is needed; nothing is asserted about time


class Deployment:
    """One home with `serve` in a process of its own, and the means to kill its parts."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        drop = (
            "TROTH_DATABASE_URL",
            "TROTH_PUBLIC_URL",
            "TROTH_TEST_HOME",
            "TROTH_SMTP_URL",
            "PYTHONDONTWRITEBYTECODE",
        )
        self.environment = {name: value for name, value in os.environ.items() if name not in drop} | {
            "TROTH_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "chaos_settings",
            "PYTHONPATH": str(HERE / "deployment"),
            "PYTHONPYCACHEPREFIX": str(home / "cache" / "python"),  # each start would compile everything anew
        }
        self.supervisor: subprocess.Popen[bytes] | None = None

    def command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "troth.cli.serve", "--workers", "1", *args]

    def start(self) -> None:
        command = self.command("--port", str(self.port))
        with open(self.home / "serve.log", "ab") as log:
            self.supervisor = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def python(self, code: str) -> None:
        start = "from troth import ground; ground.setup()\nimport chaos_effects as c\n"
        subprocess.run([sys.executable, "-c", start + code], env=self.environment, check=True)

    def parts(self, name: str) -> list[psutil.Process]:
        """Running processes of the part: web, worker, database, supervisor."""
        if name == "database":
            pid = postgres.pid(self.home)
            return [psutil.Process(pid)] if pid else []
        if name == "supervisor":
            return [psutil.Process(self.supervisor.pid)] if self.supervisor and self.supervisor.poll() is None else []
        sign = {"web": "granian", "worker": "troth.cli.worker"}[name]
        return [p for p in psutil.process_iter() if self.mine(p) and any(sign in arg for arg in command_of(p))]

    def mine(self, process: psutil.Process) -> bool:
        try:
            return bool(process.environ().get(MARK) == str(self.home))
        except psutil.Error:
            return False

    def kill(self, name: str) -> None:
        for process in self.parts(name):
            try:
                process.kill()
            except psutil.NoSuchProcess:
                pass
        if name == "supervisor" and self.supervisor:
            self.supervisor.wait()

    def effects(self) -> list[int]:
        """What the tasks did so far; asks the database, waiting while it is down."""
        url = postgres.with_database(f"postgresql://postgres@/postgres?host={self.home}/postgres", "troth")
        with psycopg.connect(url, connect_timeout=5) as connection:
            return sorted(row[0] for row in connection.execute("select n from chaos_effect").fetchall())

    def web_answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as peer:
                peer.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
                return b" 200 " in peer.recv(200)
        except OSError:
            return False

    def stop(self) -> int | None:
        if self.supervisor is None:
            return None
        self.supervisor.send_signal(signal.SIGTERM)
        return self.supervisor.wait(60)

    @property
    def log(self) -> str:
        return (self.home / "serve.log").read_text()


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def pids(made: Deployment, part: str) -> set[int]:
    return {process.pid for process in made.parts(part)}


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    made = Deployment(Path(tempfile.mkdtemp(prefix="troth-chaos-")).resolve())
    yield made
    for part in ("supervisor", "worker", "web"):
        made.kill(part)
    postgres.stop(made.home)
    shutil.rmtree(made.home, ignore_errors=True)


def until(true: Callable[[], bool], made: Deployment) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            if true():
                return
        except psycopg.OperationalError:
            pass
        time.sleep(0.1)
    pytest.fail(f"did not come true in {PATIENCE_S:g} s; the log:\n{made.log[-4000:]}")


def test_every_part_is_killed_once_and_no_effect_is_lost_or_doubled(deployment: Deployment) -> None:
    deployment.python("c.prepare(); c.defer(range(60), 0.05)")
    deployment.start()
    until(lambda: len(deployment.effects()) >= 5, deployment)
    for part in ("worker", "database"):
        before = pids(deployment, part)
        deployment.kill(part)
        until(lambda part=part, before=before: bool(pids(deployment, part) - before), deployment)
    deployment.kill("supervisor")
    deployment.start()
    until(lambda: len(deployment.effects()) >= 60, deployment)
    until(deployment.web_answers, deployment)
    before = pids(deployment, "web")
    deployment.kill("web")
    until(lambda: deployment.web_answers() and not before & pids(deployment, "web"), deployment)
    assert deployment.effects() == list(range(60))
    assert deployment.stop() == 0
    assert postgres.pid(deployment.home) is None
    assert not [p for p in psutil.process_iter() if deployment.mine(p)]


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(3))
def test_random_kills(deployment: Deployment, seed: int) -> None:
    chance = random.Random(seed)
    total = 400
    deployment.python(f"c.prepare(); c.defer(range({total}), 0.2)")
    deployment.start()
    until(lambda: len(deployment.effects()) >= 5, deployment)
    for _ in range(12):
        time.sleep(chance.uniform(0.2, 4))
        part = chance.choice(("worker", "web", "database", "supervisor"))
        deployment.kill(part)
        if part == "supervisor":
            time.sleep(chance.uniform(0, 1))
            deployment.start()
    until(lambda: len(deployment.effects()) >= total, deployment)
    assert deployment.effects() == list(range(total))
    until(deployment.web_answers, deployment)
    assert deployment.stop() == 0
    assert postgres.pid(deployment.home) is None
