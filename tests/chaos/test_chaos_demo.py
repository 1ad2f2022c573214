"""Parts of a whole demo world are killed while people send forms and ask for their data; nothing is lost or doubled.

Everything is judged from outside, as in the story: the vendors' doubles, the mailbox, the databases.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
import psycopg
import pytest

from troth import postgres
from troth.demo import product
from troth.demo.story import answer
from troth.demo.story.stage import Person, Stage, Wrong, someone
from troth.demo.world import reference_policy, remembered
from troth.net.errors import NetError
from troth.work.supervisor import MARK

T = TypeVar("T")
PATIENCE_S = 240.0  # far above what is needed; nothing is asserted about time
SUBMISSIONS = 24
KILLS = 8  # at least, while people send and again while they ask
TROUBLE = (httpx.HTTPError, NetError, psycopg.OperationalError, LookupError, OSError)
URL = "/api/v1/touchpoints/schedule-demo/submissions"


class Town:
    """A demo world in processes of its own, and the means to kill its parts."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.demo: subprocess.Popen[bytes] | None = None
        self.log = home.with_suffix(".log")

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
        command = [sys.executable, "-m", "troth", "demo", "--bare", "--home", str(self.home)]
        with open(self.log, "ab") as log:
            self.demo = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def parts(self, name: str) -> list[psutil.Process]:
        if name == "database":
            pid = postgres.pid(self.home)
            return [psutil.Process(pid)] if pid else []
        if name == "demo":
            return [psutil.Process(self.demo.pid)] if self.demo and self.demo.poll() is None else []
        sign = {"web": "granian", "worker": "troth.cli.worker", "sandbox": "troth.systems.sandbox"}[name]
        return [process for process in psutil.process_iter() if self._mine(process, sign)]

    def _mine(self, process: psutil.Process, sign: str) -> bool:
        try:
            return process.environ().get(MARK) == str(self.home) and any(sign in arg for arg in process.cmdline())
        except psutil.Error:
            return False

    def kill(self, name: str) -> None:
        for process in self.parts(name):
            try:
                process.kill()
            except psutil.NoSuchProcess:
                pass
        if name == "demo" and self.demo:
            self.demo.wait()

    def end(self) -> None:
        for part in ("demo", "web", "worker", "sandbox"):
            self.kill(part)
        postgres.stop(self.home)

    def words(self) -> str:
        said = [
            file.read_text(errors="replace")[-3000:] for file in (self.log, self.home / "demo.log") if file.exists()
        ]
        return "\n".join(said)


@pytest.fixture
def town() -> Iterator[Town]:
    home = Path(tempfile.mkdtemp(prefix="troth-chaos-demo-")).resolve()
    made = Town(home)
    yield made
    made.end()
    shutil.rmtree(home, ignore_errors=True)
    made.log.unlink(missing_ok=True)


def until(look: Callable[[], T | None], town: Town, what: str) -> T:
    """Look until there is something to see; what is down at the moment is looked at again."""
    end = time.monotonic() + PATIENCE_S
    trouble = ""
    while time.monotonic() < end:
        try:
            if seen := look():
                return seen
        except TROUBLE as problem:
            trouble = f"{type(problem).__name__}: {problem}"
        time.sleep(0.2)
    pytest.fail(f"not seen: {what}; last trouble: {trouble}\n{town.words()}")


def stage_of(town: Town) -> Stage:
    """The world as it runs now: after a restart a port may be another."""
    stage = Stage(remembered(town.home))
    until(lambda: stage.seed_sandbox() and stage.web.get("/"), town, "the world answers")
    return stage


class Killer(threading.Thread):
    """Kills one part after another at random moments, and starts the whole again when that was killed."""

    def __init__(self, town: Town, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self.town, self.chance, self.done = town, chance, threading.Event()
        self.killed: list[str] = []

    def run(self) -> None:
        while not self.done.wait(self.chance.uniform(0.5, 4)):
            part = self.chance.choice(("web", "worker", "worker", "sandbox", "database", "demo"))
            self.town.kill(part)
            self.killed.append(part)
            if part == "demo":
                time.sleep(self.chance.uniform(0, 1))
                self.town.start()

    def __enter__(self) -> "Killer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.join()


def send(stage: Stage, person: Person, number: int) -> bool:
    """One try; the same key again and again until it is accepted."""
    body = {"notice_version": 1, "values": person.values, "agreed": ["marketing"], "of_age": True}
    reply = stage.web.post_json(URL, body, key=f"chaos-{number:08d}")
    if reply.status_code >= 500:
        return False
    assert reply.status_code in (200, 201), reply.text
    return True


def answered(stage: Stage, kind: str, person: Person) -> bool:
    """Whether the answer came; asks and confirms as often as it takes."""
    if answer.links(stage, person, "/privacy/answer/"):
        return True
    for link in answer.links(stage, person, "/privacy/confirm/"):
        try:
            stage.web.send(link, stage.web.get(link).form())
        except LookupError:
            continue  # used already: the work is under way
    if not answer.links(stage, person, "/privacy/confirm/"):
        path = f"/privacy/ask/{kind}/"
        stage.web.send(path, stage.web.get(path).form(), {"email": person.email})
    return False


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(2))
def test_accepted_submissions_arrive_once_and_requests_are_answered(town: Town, seed: int) -> None:
    chance = random.Random(seed)
    town.start()
    until(lambda: (town.home / "demo.json").exists(), town, "the world is made")
    stage = stage_of(town)
    ran = stage.troth("publish", str(reference_policy()), "--json")
    assert ran.code == 0, ran.err
    people = [someone("Pia", f"Probe{n}", f"{seed}{n:05d}") for n in range(SUBMISSIONS)]
    asking = {"access": people[0], "erasure": people[1], "account-deletion": people[2]}
    for person in asking.values():
        product.add_person(stage.product, person.email, person.name)
    with Killer(town, chance) as killer:
        for number, person in enumerate(people):
            until(lambda p=person, n=number: send(stage_now(town), p, n), town, f"submission {number} accepted")
            time.sleep(chance.uniform(0, 1))
        until(lambda: len(killer.killed) >= KILLS, town, "enough kills")
    everyone_arrived(town, people)
    with Killer(town, chance) as killer:
        for kind, person in asking.items():
            until(lambda k=kind, p=person: answered(stage_now(town), k, p), town, f"{kind} answered")
        until(lambda: len(killer.killed) >= KILLS, town, "enough kills")
    assert_answered_once(stage_of(town), asking)
    everyone_arrived(town, [person for person in people if person is not asking["erasure"]])
    assert town.demo is not None
    town.demo.send_signal(signal.SIGTERM)
    assert town.demo.wait(60) == 0
    assert postgres.pid(town.home) is None


def stage_now(town: Town) -> Stage:
    return Stage(remembered(town.home))


def everyone_arrived(town: Town, people: list[Person]) -> None:
    """Each person once in each vendor, with one line a delivery in the log, and nobody besides."""
    stage = stage_of(town)
    until(lambda: not stage.sql(WAITING), town, "every delivery made")
    for person in people:
        for vendor in ("salesforce", "hubspot"):
            assert len(stage.held(vendor, person.email)) == 1, (vendor, person.email)
    held = {vendor: stage.sandbox(vendor)["records"] for vendor in ("salesforce", "hubspot")}
    assert {vendor: len(records) for vendor, records in held.items()} == dict.fromkeys(held, len(people))
    doubled = stage.sql("select delivery_id from sharing_disclosure group by 1 having count(*) > 1")
    assert doubled == []
    counts = dict(stage.sql("select recipient, count(*) from sharing_disclosure group by 1"))
    assert counts == {"salesforce": len(people), "hubspot": 2 * len(people)}
    assert stage.sql("select count(*) from collection_submission") == [(len(people),)]


WAITING = "select 1 from sharing_delivery where state in ('queued', 'sending') limit 1"


def assert_answered_once(stage: Stage, asking: dict[str, Person]) -> None:
    for kind, person in asking.items():
        assert len(answer.links(stage, person, "/privacy/answer/")) == 1, kind
    states = stage.sql("select kind, state, count(*) from requests_request group by 1, 2 order by 1")
    assert states == [(kind, "answered", 1) for kind in sorted(asking)]
    gone = asking["erasure"]
    for vendor in ("salesforce", "hubspot"):
        assert stage.held(vendor, gone.email) == []
    assert not any(product.rows_about(stage.product, gone.email).values())
    assert not any(product.rows_about(stage.product, asking["account-deletion"].email).values())
    try:
        package = answer.fetch(stage, answer.links(stage, asking["access"], "/privacy/answer/")[0], asking["access"])
    except Wrong as wrong:
        pytest.fail(f"the package: {wrong}")
    assert asking["access"].values["phone"] in package["records.csv"]


@pytest.mark.chaos
@pytest.mark.parametrize("after", ["publish", "account-deletion"])
def test_a_story_that_is_stopped_leaves_nothing_behind(tmp_path: Path, after: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    environment["TMPDIR"] = str(tmp_path)
    command = [sys.executable, "-m", "troth", "demo", "--script", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as story:
        assert story.stdout is not None
        for line in story.stdout:
            if f'"{after}"'.encode() in line:
                break
        story.send_signal(signal.SIGTERM)
        assert story.wait(60) == 1
    assert list(tmp_path.glob("troth-demo-*")) == []
    assert not [process for process in psutil.process_iter() if str(tmp_path) in " ".join(_words_of(process))]


def _words_of(process: psutil.Process) -> list[str]:
    try:
        return [*process.cmdline(), process.environ().get(MARK, "")]
    except psutil.Error:
        return []
