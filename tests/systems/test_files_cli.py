"""`troth systems` over folders of files: absence is claimed only of what was read, and what cannot be done is said."""

import gzip
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from troth import ground
from troth.cli.main import app

WHO = ("--identity", "email:ann@x.org", "--system", "logs")
HOLDS = {"lines": "json lines", "holds": {"email": ["mail"]}}
Call = Callable[..., Result]


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, Any]], Call]]:
    """Makes a deployment whose one system is a folder of files; returns how its commands are called."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TROTH_")]:
        monkeypatch.delenv(name)

    def made(spec: dict[str, Any]) -> Call:
        entry = {"connector": "files", "title": "Logs", "folder": ".", "classes": {"app": spec}}
        (tmp_path / "systems.yaml").write_text(yaml.safe_dump({"systems": {"logs": entry}}))
        monkeypatch.setenv("TROTH_SYSTEMS", str(tmp_path / "systems.yaml"))
        ground.forget()
        return lambda *arguments: CliRunner().invoke(app, ["systems", *arguments])

    (tmp_path / "a.jsonl").write_bytes(b'{"mail": "ann@x.org"}\n{"mail": "bo@x.org"}\n')
    os.utime(tmp_path / "a.jsonl", (1e9, 1e9))
    yield made
    monkeypatch.undo()
    ground.forget()


def test_lines_are_found_and_an_erasure_is_tried(logs: Callable[[dict[str, Any]], Call]) -> None:
    call = logs({"pattern": "*.jsonl*", **HOLDS})
    found = call("find", *WHO)
    assert found.exit_code == 0
    assert "a.jsonl:1: mail ann@x.org" in found.stdout
    tried = call("erase", *WHO, "--dry-run")
    assert tried.exit_code == 0
    assert "would change 1 row" in tried.stdout
    assert Path("a.jsonl").read_bytes().count(b"\n") == 2
    assert "find, erase" in call("list").stdout


def test_what_could_not_be_read_is_no_absence(logs: Callable[[dict[str, Any]], Call]) -> None:
    Path("b.jsonl.gz").write_bytes(gzip.compress(b'{"mail": "ann@x.org"}\n' * 99)[:-9])
    call = logs({"pattern": "b.jsonl*", **HOLDS})
    found = call("find", *WHO)
    assert found.exit_code == 3
    assert "nothing held" not in found.stdout
    assert "cut off or corrupt" in found.stdout
    told = json.loads(call("find", *WHO, "--json").stdout)["people"][0]
    assert "cut off or corrupt" in told["remains"][0]
    tried = call("erase", *WHO, "--dry-run")
    assert (tried.exit_code, "cut off or corrupt" in tried.stdout) == (3, True)
    assert "cut off" in json.loads(call("erase", *WHO, "--dry-run", "--json").stdout)["people"][0]["remains"][0]


@pytest.mark.parametrize("rule", ["app-logs", None])
def test_files_that_nothing_is_declared_of_say_what_they_cannot_do(
    logs: Callable[[dict[str, Any]], Call], rule: str | None
) -> None:
    call = logs({"pattern": "*.jsonl", "by": "day", **({"rule": rule} if rule else {})})
    found = call("find", *WHO)
    assert (found.exit_code, "could not tell: Logs cannot be searched" in found.stdout) == (3, True)
    assert json.loads(call("find", *WHO, "--json").stdout)["people"][0]["outcome"] == "NotOffered"
    tried = call("erase", *WHO, "--dry-run")
    assert (tried.exit_code, "not erased here: " in tried.stdout) == (3, True)
    assert (rule or "cannot be searched") in tried.stdout
    told = json.loads(call("erase", *WHO, "--dry-run", "--json").stdout)["people"][0]
    assert told["outcome"] == ("Expires" if rule else "NotOffered")
    listed = call("list").stdout
    assert "oldest" in listed
    assert "find" not in listed
    assert "erase" not in listed
