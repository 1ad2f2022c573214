"""The JSON Schema of policy files: what is right passes it, what is wrong does not, and it says what keys mean."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from troth.policy.merge import merge
from troth.policy.schema import schema
from troth.policy.shape import SECTIONS
from troth.policy.text import read_folder
from troth.policy.tree import parse

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "policies/quali", ROOT / "tests/cases/policy/base")
SCHEMA = schema()
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = [(folder.name, name, text) for folder in FOLDERS for name, text in read_folder(folder)[0].items()]


def problems(text: str) -> list[str]:
    tree, unread = parse(text, "a.yaml")
    assert not unread
    return [error.message for error in VALIDATOR.iter_errors(tree.data)]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "required" not in SCHEMA


@pytest.mark.parametrize(("folder", "name", "text"), FILES, ids=[f"{f}/{n}" for f, n, _ in FILES])
def test_files_that_are_right_pass(folder: str, name: str, text: str) -> None:
    assert not problems(text)


def test_a_whole_policy_passes_as_one_file() -> None:
    for folder in FOLDERS:
        tree, _ = merge([parse(text, name)[0] for name, text in read_folder(folder)[0].items()], SECTIONS)
        assert not list(VALIDATOR.iter_errors(tree.data))


SHORT = """\
touchpoints:
  visit:
    title: Visit
    group: site
    channels: [logs]
    rows:
      - id: log
        items: [address, {item: agent, required: true}]
        purposes: [{purpose: run, relies_on: legitimate interest}]
        bases: [legitimate interest]
        recipients: [host, {recipient: cdn, items: [address]}]
        retention: [short, {rule: long, items: [agent]}]
        without: Nothing
clauses:
  - {id: one, lines: [5, "8-11"], promise: We do, executed_by: not yet, checked_by: consent-kept}
  - {id: two, lines: 7, promise: We do, executed_by: [never-gate], checked_by: []}
"""


def test_short_forms_pass() -> None:
    assert not problems(SHORT)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("title: Visit", "titel: Visit"),
        ("group: site", "group: The Site"),
        ("channels: [logs]", "channels: [pigeon]"),
        ("channels: [logs]", "channels: []"),
        ("required: true", "required: 'yes'"),
        ("relies_on: legitimate interest", "relies_on: curiosity"),
        ("without: Nothing", "without: {text: Nothing}"),
        ("without: Nothing", "without: ''"),
        ("{rule: long, items: [agent]}", "{items: [agent]}"),
        ('"8-11"', '"8 to 11"'),
        ("executed_by: not yet", "executed_by: Not Yet"),
        ("    title: Visit\n", ""),
        ("touchpoints:", "touchpionts:"),
    ],
)
def test_what_is_wrong_does_not_pass(right: str, wrong: str) -> None:
    assert right in SHORT
    assert problems(SHORT.replace(right, wrong))


@pytest.mark.parametrize("period", ["60 days", "P", "PT", "P1H", "1Y"])
def test_a_period_is_an_iso_duration(period: str) -> None:
    rule = "retention: {{log: {{label: Log, period: {}, after: recorded}}}}"
    assert not problems(rule.format("P60D"))
    assert not problems(rule.format("P1Y6M"))
    assert problems(rule.format(period))


def test_every_key_says_what_it_means() -> None:
    silent = [f"{name}.{key}" for name, part in _parts() for key, value in part.items() if not value.get("description")]
    assert not silent


def _parts() -> list[tuple[str, dict[str, Any]]]:
    return [(name, part.get("properties", {})) for name, part in [("Policy", SCHEMA), *SCHEMA["$defs"].items()]]


def test_the_command_prints_it_or_writes_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "troth", "schema"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(printed.stdout) == SCHEMA
    written = subprocess.run([*command, "--out", tmp_path / "s.json"], capture_output=True, text=True, check=True)
    assert written.stdout == ""
    assert json.loads((tmp_path / "s.json").read_text()) == SCHEMA
    refused = subprocess.run(
        [*command, "--out", tmp_path / "no" / "s.json"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 3
    assert "cannot write" in refused.stderr
