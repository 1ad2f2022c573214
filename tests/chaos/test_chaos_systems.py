"""Workers are killed while erasure requests run over many systems; each step ends, and each effect happens once.

What happened is judged from the systems' side: a file for every key a system saw, and vendors' doubles over HTTP.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from test_chaos_processes import PATIENCE_S, Deployment

from troth import postgres
from troth.systems.sandbox.server import running

BYSTANDER = "bystander@example.org"


class Workers(Deployment):
    """A home with two workers and nothing else."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.working: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        self.working = [self._worker(), self._worker()]

    def _worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "troth.cli.worker"]
        with open(self.home / "serve.log", "ab") as log:
            return subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)

    def kill_one(self, chance: random.Random) -> None:
        """Kill -9 of one; another takes its place after a while, as under `troth serve`."""
        place = chance.randrange(2)
        self.working[place].send_signal(signal.SIGKILL)
        self.working[place].wait()
        time.sleep(chance.uniform(0, 0.5))
        self.working[place] = self._worker()

    def end(self) -> None:
        for worker in self.working:
            worker.kill()
            worker.wait()
        postgres.stop(self.home)
        shutil.rmtree(self.home, ignore_errors=True)

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        url = postgres.with_database(f"postgresql://postgres@/postgres?host={self.home}/postgres", "troth")
        with psycopg.connect(url, connect_timeout=10) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(Path(tempfile.mkdtemp(prefix="troth-chaos-systems-")).resolve())
    yield made
    made.end()


@pytest.mark.parametrize(
    ("seed", "people", "ledgers", "kills"),
    [
        (0, 4, 2, 1),
        pytest.param(1, 12, 12, 6, marks=pytest.mark.chaos),
        pytest.param(2, 12, 12, 6, marks=pytest.mark.chaos),
        pytest.param(3, 20, 18, 8, marks=pytest.mark.chaos),
    ],
)
def test_each_step_ends_and_each_effect_happens_once(
    workers: Workers, seed: int, people: int, ledgers: int, kills: int
) -> None:
    chance = random.Random(seed)
    asking = [f"person{number}@example.org" for number in range(people)]
    names = [f"ledger-{number}" for number in range(ledgers)]
    with running(0, finish_after=0.2) as sandbox:
        fill(sandbox, [*asking, BYSTANDER])
        (workers.home / "systems.yaml").write_text(yaml.safe_dump({"systems": systems(sandbox, names)}))
        workers.python(f"import chaos_systems as s; s.ask({asking!r})")
        workers.start()
        total = people * (2 * (ledgers + 2) + 3)  # each system erases and is looked at again; close, vault, vault again
        for moment in sorted(chance.sample(range(1, total * 4 // 5), kills)):
            until_done(workers, moment)
            time.sleep(chance.uniform(0, 0.05))
            workers.kill_one(chance)
        until_done(workers, total)
        until_answered(workers, people)
        assert_vendors_saw_each_effect_once(sandbox, people)
    assert_ledgers_saw_each_effect_once(workers, names, asking)
    assert_each_is_told_once(workers, people, total)


def systems(sandbox: str, ledgers: list[str]) -> dict[str, dict[str, Any]]:
    vendors = {
        "hubspot": {"token": "sandbox-token", "subscription_id": 1001, "not_marketing": [1002]},
        "zendesk": {"user": "admin@example.org", "token": "sandbox-token", "poll_seconds": 0.05},
    }
    reached = {
        name: {"connector": name, "url": f"{sandbox}/{name}", "allow_private": True, **more}
        for name, more in vendors.items()
    }
    return {**reached, **{name: {"connector": "ledger"} for name in ledgers}}


def ask(sandbox: str, vendor: str, act: str, **given: Any) -> Any:
    data = json.dumps(given).encode() if given else None
    request = urllib.request.Request(
        f"{sandbox}/_sandbox/{vendor}/{act}", data=data, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def fill(sandbox: str, addresses: list[str]) -> None:
    ask(sandbox, "hubspot", "seed", records=[{"email": each, "lastname": "Probe"} for each in addresses])
    users = [{"kind": "user", "email": each, "name": "Probe"} for each in addresses]
    tickets = [{"kind": "ticket", "requester": each, "subject": "x", "status": "closed"} for each in addresses]
    ask(sandbox, "zendesk", "seed", records=[*users, *tickets])


def until_done(workers: Workers, wanted: int) -> None:
    """Waits for as many steps; that none comes any more for a long time is a failure."""
    done, since = -1, time.monotonic()
    while time.monotonic() < since + PATIENCE_S:
        ((now,),) = workers.sql("select count(*) from requests_step where state = 'done'")
        if now >= wanted:
            return
        if now > done:
            done, since = now, time.monotonic()
        time.sleep(0.05)
    left = workers.sql(
        "select phase, system, state, note, count(*) from requests_step where state <> 'done' group by 1, 2, 3, 4"
    )
    pytest.fail(f"{done} of {wanted} steps done, then nothing for {PATIENCE_S:g} s: {left}\n{workers.log[-3000:]}")


def until_answered(workers: Workers, people: int) -> None:
    end = time.monotonic() + PATIENCE_S
    answered = "select count(*) from requests_request where state = 'answered' and completed_at is not null"
    while workers.sql(answered) != [(people,)]:
        assert time.monotonic() < end, workers.log[-3000:]
        time.sleep(0.1)


def assert_vendors_saw_each_effect_once(sandbox: str, people: int) -> None:
    contacts = ask(sandbox, "hubspot", "state")["records"]
    assert [each["email"] for each in contacts] == [BYSTANDER]
    held = [row for row in ask(sandbox, "zendesk", "state")["records"] if row["kind"] in ("user", "ticket")]
    assert {row["kind"] for row in held} == {"user", "ticket"}
    assert len(held) == 2
    assert BYSTANDER in json.dumps(held)
    assert effects(sandbox, "hubspot")["gdpr_delete"] == people
    seen = effects(sandbox, "zendesk")
    assert (seen["delete_user"], seen["purge_user"]) == (people, people)


def effects(sandbox: str, vendor: str) -> Counter[str]:
    """How many calls of each operation had an effect; nothing that breaks the vendor's contract was among the calls."""
    calls = ask(sandbox, vendor, "calls")
    assert [call for call in calls if call["faults"]] == []
    return Counter(call["operation"] for call in calls if call["status"] < 300)


def assert_ledgers_saw_each_effect_once(workers: Workers, names: list[str], asking: list[str]) -> None:
    """Each person once under one key; the same key may have come again, with no second effect."""
    requests = {str(request) for (request,) in workers.sql("select id from requests_request")}
    for name in names:
        seen = {path.name: path.read_text() for path in (workers.home / name).iterdir() if path.name != "calls"}
        assert set(seen) == {f"{request}:erase" for request in requests}
        assert sorted(seen.values()) == sorted(asking)
        assert set((workers.home / name / "calls").read_text().split()) == set(seen)


def assert_each_is_told_once(workers: Workers, people: int, steps: int) -> None:
    facts = "convert_from(body, 'UTF8')::jsonb -> 'facts'"
    told = f"select count(*), count(distinct {facts}) from evidence_entry where kind ="
    assert workers.sql(f"{told} 'request.step'") == [(steps, steps)]
    assert workers.sql(f"{told} 'request.answered'") == [(people, people)]
    assert workers.sql(f"{told} 'erasure.proven'") == [(people, people)]
    assert workers.sql("select count(*) from requests_step") == [(steps,)]
    assert workers.sql("select count(*) from work_stafftask") == [(0,)]
    assert workers.sql("select count(*) from procrastinate_jobs where status = 'failed'") == [(0,)]
    assert workers.sql("select count(*) from mail_message where kind = 'request-answer'") == [(people,)]
