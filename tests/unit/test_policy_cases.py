"""Policies and the problems they must have: the cases are data, in `tests/cases/policy/*.yaml`.

Each case starts from the small sound policy in `base/`: `files` adds or replaces files, `edit` replaces text in them
(which must be there), `only` leaves the base out. `expect` lists every problem, no more and no less.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from troth.policy.checks import run  # noqa: F401  registers them
from troth.policy.checks.registry import CHECKS
from troth.policy.load import Loaded, load_texts
from troth.policy.problems import Problem
from troth.policy.text import read_folder

CASES = Path(__file__).parent.parent / "cases" / "policy"
BASE, _ = read_folder(CASES / "base")
DAY = date(2026, 6, 1)


def cases() -> list[Any]:
    found = [(path.stem, case) for path in sorted(CASES.glob("*.yaml")) for case in yaml.safe_load(path.read_text())]
    return [pytest.param(case, id=f"{stem}: {case['name']}") for stem, case in found]


def texts(case: dict[str, Any]) -> dict[str, str]:
    if "only" in case:
        return dict(case["only"])
    files: dict[str, str] = BASE | case.get("files", {})
    for name, changes in case.get("edit", {}).items():
        for old, new in changes.items():
            assert old in files[name], f"{name} has no {old!r}"
            files[name] = files[name].replace(old, new, 1)
    return files


def load(case: dict[str, Any]) -> Loaded:
    return load_texts(texts(case), today=case.get("today", DAY), connectors=case.get("connectors"))


def underlined(problem: Problem, loaded: Loaded) -> str:
    assert problem.place is not None
    line = loaded.sources[problem.place.file].splitlines()[problem.place.line - 1]
    return line[problem.place.column - 1 : problem.place.end_column - 1]


def fits(problem: Problem, wanted: dict[str, Any], loaded: Loaded) -> bool:
    place = problem.place
    have = {
        "code": problem.code,
        "severity": problem.severity,
        "where": problem.where,
        "file": place and place.file,
        "line": place and place.line,
        "column": place and place.column,
        "end_column": place and place.end_column,
        "at": place and "at" in wanted and underlined(problem, loaded),
        "accepted": problem.accepted is not None,
    }
    parts = {"says": problem.message, "help": problem.help or ""}
    same = all(have[key] == value for key, value in wanted.items() if key in have)
    return same and all(wanted[key] in text for key, text in parts.items() if key in wanted)


def severity(wanted: dict[str, Any]) -> str:
    check = CHECKS.get(wanted["code"])
    return str(wanted.get("severity", check.severity if check else "error"))


@pytest.mark.parametrize("case", cases())
def test_case(case: dict[str, Any]) -> None:
    loaded = load(case)
    left = list(loaded.problems)
    for wanted in case["expect"]:
        found = next((p for p in left if fits(p, wanted, loaded)), None)
        assert found is not None, f"missing {wanted}\nfound: {left}"
        assert found.help or found.code not in CHECKS, "what is found comes with what to do"
        left.remove(found)
    assert left == []
    stops = any(severity(wanted) == "error" and not wanted.get("accepted") for wanted in case["expect"])
    assert loaded.ok is not stops


def test_the_base_is_sound() -> None:
    loaded = load_texts(BASE, today=DAY)
    assert loaded.problems == ()
    assert loaded.policy is not None


EVERY: tuple[dict[str, Any], ...] = tuple(param.values[0] for param in cases())


def codes(case: dict[str, Any]) -> set[str]:
    return {wanted["code"] for wanted in case["expect"]}


def about(code: str, words: tuple[str, ...]) -> list[dict[str, Any]]:
    return [case for case in EVERY if case["name"].startswith(tuple(f"{code} {word}" for word in words))]


def test_there_are_the_checks_we_speak_of() -> None:
    assert len(CHECKS) >= 140


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_every_check_fires_in_a_case_and_is_silent_in_one_close_to_it(code: str) -> None:
    fires = about(code, ("fires",))
    silent = about(code, ("not when", "stays silent"))
    assert fires
    assert all(code in codes(case) for case in fires)
    assert any(case.keys() & {"edit", "files", "today"} for case in silent), "a case close to it that must not fire"
    assert all(code not in codes(case) for case in silent)
