"""The whole story, played by one command on a fresh world: every step is as promised."""

import json
import os
import subprocess
import sys

from troth.demo.story.play import STEPS


def test_the_story_is_as_promised() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TROTH_")}
    command = [sys.executable, "-m", "troth", "demo", "--script", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280, check=False)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    wrong = {line["step"]: line["shows"] for line in lines if not line["ok"]}
    assert not wrong, f"{wrong}\n{ran.stderr[-3000:]}"
    assert [line["step"] for line in lines] == list(STEPS), ran.stderr[-3000:]
    assert all(set(line) == {"step", "ok", "took_s", "shows"} and line["shows"] for line in lines)
    assert ran.returncode == 0
