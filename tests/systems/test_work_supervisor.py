"""The supervisor, with real processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from troth.cli import processes
from troth.work.supervisor import MARK, Child, Supervisor, kill_leftovers

SLEEP = [sys.executable, "-c", "import time; time.sleep(100)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(100)'])",
]
DEAF = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); open(sys.argv[1], 'x'); time.sleep(100)"
)


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path)
    kill_leftovers(str(tmp_path))


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "did not come true"
        time.sleep(0.02)


def marked(mark: str) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            pass
    return found


def test_what_dies_is_started_again_and_what_it_left_goes(mark: str) -> None:
    said: list[str] = []
    supervisor = Supervisor(mark, [Child("parent", PARENT)], said.append)
    supervisor.look()
    until(lambda: len(marked(mark)) == 2)
    first = set(marked(mark))
    child = supervisor.children[0].process
    assert child is not None
    child.kill()
    until(lambda: supervisor.look() or said)
    until(lambda: supervisor.look() or len(set(marked(mark)) - first) >= 2)
    assert said == ["parent ended (signal SIGKILL); starting it again now"]
    until(lambda: not first & set(marked(mark)))
    supervisor.stop()
    until(lambda: not marked(mark))


def test_one_that_keeps_failing_waits_longer_each_time(mark: str) -> None:
    said: list[str] = []
    supervisor = Supervisor(mark, [Child("bad", [sys.executable, "-c", "raise SystemExit(3)"])], said.append)
    until(lambda: supervisor.look() or len(said) >= 3)
    assert [text.partition("; ")[2] for text in said] == [
        "starting it again now",
        "starting it again in 0.5 s",
        "starting it again in 1 s",
    ]
    assert "exit code 3" in said[0]
    supervisor.stop()


def test_one_that_does_not_finish_is_killed_and_the_others_finish_by_themselves(mark: str) -> None:
    said: list[str] = []
    ears_shut = Path(mark) / "deaf"
    deaf = [sys.executable, "-c", DEAF, str(ears_shut)]
    supervisor = Supervisor(mark, [Child("deaf", deaf), Child("sleep", SLEEP)], said.append)
    supervisor.look()
    until(ears_shut.exists)
    supervisor.stop(grace=0.2)
    assert marked(mark) == []
    assert len(said) == 1


def test_leftovers_of_a_killed_supervisor_are_ended_and_nobody_else_is(mark: str) -> None:
    left = subprocess.Popen(SLEEP, env={**os.environ, MARK: mark})
    other = subprocess.Popen(SLEEP, env={**os.environ, MARK: mark + "-another"})
    assert kill_leftovers(mark) == 1
    left.wait()
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(processes.CannotServe, match=f"port {port}.*--port"):
            processes.check_port(processes.Plan(port=port))
    processes.check_port(processes.Plan(port=port))


def test_one_home_is_served_once_and_is_free_again_afterwards(tmp_path: Path) -> None:
    plan = processes.Plan(port=8811)
    with processes.only_one(tmp_path, plan), pytest.raises(processes.CannotServe) as refused:
        processes.only_one(tmp_path, plan).__enter__()
    assert f"by process {os.getpid()} at http://127.0.0.1:8811" in str(refused.value)
    with processes.only_one(tmp_path, plan):
        pass


@pytest.mark.parametrize(
    "host, address",
    [("127.0.0.1", "http://127.0.0.1:1"), ("0.0.0.0", "http://127.0.0.1:1"), ("::", "http://[::1]:1")],
)
def test_the_address_to_reach_it_from_here(host: str, address: str) -> None:
    assert processes.Plan(host=host, port=1).address == address


def test_a_database_that_does_not_answer_is_said_without_its_password() -> None:
    environment = {**os.environ, "TROTH_DATABASE_URL": "postgresql://us:hush@127.0.0.1:1/x"}
    command = [sys.executable, "-m", "troth.cli.serve", "--port", "0"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        command[-1] = str(free.getsockname()[1])
    environment["TROTH_HOME"] = environment["TROTH_TEST_HOME"]
    ended = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert ended.returncode == 3
    assert "the database does not answer" in ended.stderr
    assert "hush" not in ended.stderr + ended.stdout
