"""Findings for code hosts and terminals: SARIF 2.1.0, GitHub's workflow commands, colour."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from test_policy_cases import BASE, DAY
from test_policy_render import TEXTS

from troth.policy import render
from troth.policy.load import load_texts
from troth.policy.places import Place
from troth.policy.problems import Problem
from troth.policy.render.github import github
from troth.policy.render.sarif import sarif

MESSAGE = {
    "type": "object",
    "properties": {"text": {"type": "string", "minLength": 1}},
    "required": ["text"],
    "additionalProperties": False,
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
WHOLE = {"type": "integer", "minimum": 1}


def closed(needed: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": needed, "additionalProperties": False}


REGION = closed(
    ["startLine"],
    startLine=WHOLE,
    startColumn=WHOLE,
    endLine=WHOLE,
    endColumn=WHOLE,
    snippet=closed([], text={"type": "string"}),
)
LOCATION = closed(
    [],
    physicalLocation=closed(
        ["artifactLocation"],
        artifactLocation=closed(["uri"], uri={"type": "string", "pattern": "^[^/\\\\ ][^\\\\ ]*$"}),
        region=REGION,
    ),
    logicalLocations={"type": "array", "items": closed([], fullyQualifiedName={"type": "string", "minLength": 1})},
)
RULE = closed(
    ["id"],
    id={"type": "string"},
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=closed([], level=LEVEL),
    properties=closed([], tags={"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
)
RESULT = closed(
    ["message"],
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level=LEVEL,
    message=MESSAGE,
    locations={"type": "array", "items": LOCATION},
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    suppressions={
        "type": "array",
        "items": closed(
            ["kind"],
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification={"type": "string"},
        ),
    },
)
DRIVER = closed(
    ["name"], name={"const": "troth"}, semanticVersion={"type": "string"}, rules={"type": "array", "items": RULE}
)
RUN = closed(
    ["tool", "results"],
    tool=closed(["driver"], driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
)
LOG = closed(
    ["version", "runs"],
    **{
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN},
    },
)
"""What we use of SARIF 2.1.0, closed: nothing may stand there that the standard does not have."""


@pytest.fixture(scope="module")
def log() -> dict[str, Any]:
    loaded = load_texts(TEXTS, today=DAY)
    return sarif(loaded.problems, loaded.sources, version="1.2.3", base="my policy/")


def test_sarif_has_the_form_of_the_standard(log: dict[str, Any]) -> None:
    errors = [e.message for e in Draft202012Validator(LOG).iter_errors(json.loads(json.dumps(log)))]
    assert not errors


def test_sarif_says_what_is_found_where(log: dict[str, Any]) -> None:
    run = log["runs"][0]
    found, accepted = run["results"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["T-0102", "T-0408"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert (found["ruleId"], found["level"]) == ("T-0102", "error")
    assert found["message"]["text"] == "data item `email` has no key `fromat`\ndid you mean `format`?"
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "my%20policy/data.yaml"
    region = place["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (2, 49, 55)
    assert region["snippet"]["text"][region["startColumn"] - 1 : region["endColumn"] - 1] == "fromat"
    assert found["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "data.email.fromat"}]
    assert "suppressions" not in found
    assert accepted["suppressions"][0]["justification"] == "accepted by DPO until 2027-01-01: as published"


def test_a_fingerprint_stays_when_lines_move_and_differs_between_findings(log: dict[str, Any]) -> None:
    moved = {name: f"# a new line\n\n{text}" for name, text in TEXTS.items()}
    loaded = load_texts(moved, today=DAY)
    again = sarif(loaded.problems, loaded.sources, version="1.2.3")
    marks = [[r["partialFingerprints"]["trothFinding/v1"] for r in one["runs"][0]["results"]] for one in (log, again)]
    assert marks[0] == marks[1]
    assert len(set(marks[0])) == 2


def test_a_sound_policy_is_a_run_without_results() -> None:
    loaded = load_texts(BASE, today=DAY)
    log = sarif(loaded.problems, loaded.sources, version="1")
    assert log["runs"][0]["results"] == []


def test_rules_carry_the_words_of_their_pages() -> None:
    loaded = load_texts(TEXTS, today=DAY)
    rules = sarif(loaded.problems, loaded.sources, version="1")["runs"][0]["tool"]["driver"]["rules"]
    about = {rule["id"]: rule for rule in rules}["T-0408"]
    assert about["shortDescription"]["text"] == "Do Not Track is answered"
    assert about["properties"]["tags"] == ["Cal. B&P 22575(b)(5)"]
    assert "troth explain T-0408" in about["help"]["text"]


def test_github_annotations() -> None:
    loaded = load_texts(TEXTS, today=DAY)
    lines = github(loaded.problems, base="policy/").splitlines()
    assert lines[0] == (
        "::error file=policy/data.yaml,line=2,endLine=2,col=49,endColumn=55,title=T-0102"
        "::data item `email` has no key `fromat`%0Ahelp: did you mean `format`?"
    )
    assert lines[1].startswith("::notice file=policy/policy.yaml,")
    assert lines[-1] == "1 error, 1 accepted gap"


def test_github_commands_cannot_be_forged_by_what_is_written_in_a_policy() -> None:
    problem = Problem("T-0102", "error", "100%\n::error::x\r", Place("a,b:c%.yaml", 1, 1, 2), help="y\n::warning::z")
    command, summary = github([problem, Problem("T-0001", "error", "none")]).splitlines()[::2]
    assert command == (
        "::error file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=1,endColumn=2,title=T-0102"
        "::100%25%0A::error::x%0D%0Ahelp: y%0A::warning::z"
    )
    assert summary == "2 errors"


def test_colour_changes_nothing_but_colour() -> None:
    loaded = load_texts(TEXTS, today=DAY)
    plain = render.text(loaded.problems, loaded.sources)
    coloured = render.text(loaded.problems, loaded.sources, colour=True)
    assert "\x1b[" not in plain
    assert "\x1b[1;31merror[T-0102]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_a_policy_cannot_speak_to_the_terminal() -> None:
    loaded = load_texts({"a.yaml": "name: \x1b[31m\u202e'\nfoo\x9b: '\x07"}, today=date(2026, 1, 1))
    assert not set("\x1b\x9b\x07\u202e") & set(render.text(loaded.problems, loaded.sources))


def check(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "troth", "check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_the_command_speaks_every_format(tmp_path: Path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / "policy").mkdir(exist_ok=True)
        (tmp_path / "policy" / name).write_text(text)
    for folder in (tmp_path / "policy", "policy", "./policy"):
        done = check(folder, "--format", "sarif", "--day", DAY.isoformat(), cwd=tmp_path)
        assert done.returncode == 1
        location = json.loads(done.stdout)["runs"][0]["results"][0]["locations"][0]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "policy/data.yaml"
        done = check(folder, "--format", "github", "--day", DAY.isoformat(), cwd=tmp_path)
        assert done.stdout.startswith("::error file=policy/data.yaml,line=2,")
    elsewhere = json.loads(check(tmp_path / "policy", "--format", "sarif", cwd=Path("/")).stdout)
    assert elsewhere["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith(
        "/policy/data.yaml"
    )
    assert "\x1b" not in check("policy", cwd=tmp_path).stdout
    assert check("policy", "--format", "xml", cwd=tmp_path).returncode == 2
