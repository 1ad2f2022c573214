"""What the tutorial says of `troth serve` is there, in a shell that knows nothing of us."""

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docs_kit import DOCS, environment, home, steps

from troth import postgres

TUTORIAL = DOCS / "tutorial/first-policy.md"
PAGES = ("notice/", "forms/contact/", "privacy/", "mailbox/")
TROTH = str(Path(sys.executable).parent / "troth")
LONGEST_START_S = 90


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The tutorial's policy, published and served on a free port."""
    folder = Path(tempfile.mkdtemp(prefix="troth-docs-"))
    folder.chmod(0o755)
    env = environment(folder)
    begin = next(c.line for step in steps(TUTORIAL) for c in step.commands if c.line.startswith("troth init "))
    subprocess.run([TROTH, *shlex.split(begin)[1:]], cwd=folder, env=env, check=True, capture_output=True, timeout=120)
    subprocess.run([TROTH, "publish", "my-policy"], cwd=folder, env=env, check=True, capture_output=True, timeout=120)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with open(folder / "log", "w") as log:
        serving = subprocess.Popen(
            [TROTH, "serve", "--port", str(port)], cwd=folder, env=env, stdout=log, stderr=log, text=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", serving, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(serving)
        postgres.stop(home(folder))
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, serving: subprocess.Popen[str], log: Path) -> None:
    for _ in range(LONGEST_START_S * 5):
        assert serving.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"troth serve did not answer: {log.read_text()}")


def _stop(serving: subprocess.Popen[str]) -> None:
    if serving.poll() is None:
        os.kill(serving.pid, signal.SIGTERM)
    try:
        serving.wait(30)
    except subprocess.TimeoutExpired:
        serving.kill()
        serving.wait()


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_the_tutorial_names_are_there(address: str, page: str) -> None:
    assert f"http://127.0.0.1:8800/{page}" in TUTORIAL.read_text()
    with urllib.request.urlopen(f"{address}/{page}", timeout=30) as reply:
        assert reply.status == 200
        assert "Tea Post" in reply.read().decode() or page == "mailbox/"


def test_the_form_takes_what_is_declared_and_nothing_else(address: str) -> None:
    good = {"email": "grace@example.com", "message": "Do you have green tea?"}
    assert _send(address, good)[0] == 201
    status, told = _send(address, {**good, "shoe-size": "44"})
    assert (status, [reason["code"] for reason in told["reasons"]]) == (422, ["not-declared"])


def _send(address: str, values: dict[str, str]) -> tuple[int, Any]:
    body = json.dumps({"notice_version": 1, "values": values, "agreed": ["newsletter"]}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"docs-{len(values)}-values"}
    request = urllib.request.Request(f"{address}/api/v1/touchpoints/contact/submissions", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)
