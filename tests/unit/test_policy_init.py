"""`troth init`: what it begins is sound wherever the company is, and it never writes over anything."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from troth.law.authorities import AUTHORITIES
from troth.policy import render
from troth.policy.format import formatted
from troth.policy.load import load, load_texts
from troth.policy.scaffold import Beginning, Scaffold, named
from troth.policy.schema import schema
from troth.policy.tree import parse

DAY = date(2026, 5, 1)
COUNTRIES = sorted({*AUTHORITIES, "US", "IL", "JP", "BR"})
VALIDATOR = Draft202012Validator(schema())


def begun(country: str = "DE", controller: str = "Tea Post GmbH", **more: str) -> Scaffold:
    return Scaffold(Beginning("tea", controller, country, "privacy@tea.example", "https://tea.example", DAY, **more))


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("more", [{}, {"address": "Weg 1: Hof #2, 12345 Ort", "representative": 'Rep "R" GmbH'}])
def test_what_is_begun_is_sound(country: str, more: dict[str, str]) -> None:
    made = begun(country, **more)
    loaded = load_texts(made.texts, today=DAY)
    counts = render.counts(loaded.problems)
    assert (counts["errors"], counts["warnings"]) == (0, 0), render.text(loaded.problems, loaded.sources)
    assert counts["accepted"] == len(made.open)
    assert bool(made.open) == (not more)


def test_what_is_open_becomes_an_error_after_its_review() -> None:
    made = begun("US")
    assert [code for code, _ in made.open] == ["T-0417", "T-0416"]
    late = load_texts(made.texts, today=made.review.replace(year=made.review.year + 1))
    assert {p.code for p in late.problems if p.stops} == {"T-0417", "T-0416"}


@pytest.mark.parametrize("country", ["DE", "US"])
def test_the_files_are_formatted_and_fit_the_schema(country: str) -> None:
    for name, text in begun(country).texts.items():
        assert formatted(text, name).text == text
        assert not list(VALIDATOR.iter_errors(parse(text, name)[0].data))
        assert text.startswith("# yaml-language-server: $schema=.troth/policy.schema.json\n")


@pytest.mark.parametrize(
    "controller",
    ["NO", "true", "1e9", "- a", "a: b", "it's # 1", '"q"', "{x}", "Müller & Söhne", "名前", "<country>", "&a *b"],
)
def test_any_company_name_is_kept(controller: str) -> None:
    policy = load_texts(begun(controller=controller).texts, today=DAY).policy
    assert policy is not None
    assert policy.controller.name == controller


@pytest.mark.parametrize(
    ("text", "name"), [("Tea Post GmbH", "tea-post-gmbh"), ("  ", "policy"), ("名前", "policy"), ("A" * 90, "a" * 64)]
)
def test_names(text: str, name: str) -> None:
    assert named(text) == name


def init(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "troth", "init", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, stdin=subprocess.DEVNULL)


def test_it_writes_a_policy_and_says_what_is_next(tmp_path: Path) -> None:
    done = init("tea", "--controller", "Tea Post GmbH", "--country", "de", "--site", "tea.example", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "began the policy `tea-post-gmbh` in tea: policy.yaml" in done.stdout
    assert "open: the postal address" in done.stdout
    assert "troth check tea" in done.stdout
    policy = load(tmp_path / "tea").policy
    assert policy is not None
    assert (policy.controller.country, policy.sites["website"].url) == ("DE", "https://tea.example")
    assert json.loads((tmp_path / "tea/.troth/policy.schema.json").read_text()) == schema()


def test_a_folder_with_files_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = init(cwd=tmp_path)
    assert done.returncode == 1
    assert "holds files: `notes.txt`" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert init("notes.txt", cwd=tmp_path).returncode == 1


def test_an_empty_repository_is_a_good_place(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    answer = json.loads(init("--json", "--address", "Weg 1", cwd=tmp_path).stdout)
    assert answer["ok"]
    assert "policy.yaml" in answer["files"]
    assert answer["open"] == []


@pytest.mark.parametrize(
    "wrong", [("--country", "Germany"), ("--name", "My Policy"), ("--contact", " "), ("--ask",), ("--site", "a\nb")]
)
def test_what_cannot_be_is_refused_before_anything_is_written(wrong: tuple[str, ...], tmp_path: Path) -> None:
    done = init("new", *wrong, cwd=tmp_path)
    assert done.returncode == 2
    assert not (tmp_path / "new").exists()
