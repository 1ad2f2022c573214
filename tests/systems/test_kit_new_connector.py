"""A new connector is green and honest from the start."""

import subprocess
import sys
from pathlib import Path

import pytest
from docs_kit import environment

from troth.systems.kit.capabilities import capabilities
from troth.systems.saas import manifest
from troth.systems.scaffold.begin import Refused, begin


def tried(folder: Path) -> str:
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(
        run, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_what_is_begun_passes_the_suite_and_says_what_it_has_not(tmp_path: Path) -> None:
    made = begin("my-desk", tmp_path)
    assert [path.name for path in made] == ["connector.py", "contract.yaml", "double.py", "test_my_desk.py"]
    assert "passed" in tried(tmp_path)
    table = {one.verb: one for one in capabilities(manifest.kind("my-desk", tmp_path))}
    assert [verb for verb, one in table.items() if one.offered == "yes"] == ["find"]
    assert all(one.manual for verb, one in table.items() if verb != "find")


@pytest.mark.parametrize("name", ["", "Acme", "a b", "../x", "1a", "a--b", "a_b", "hubspot", "sql", "rest"])
def test_a_name_that_is_none_or_is_taken_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        begin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_there_is_changed(tmp_path: Path) -> None:
    begin("acme", tmp_path)
    before = {path: path.read_text() for path in tmp_path.rglob("*.py")}
    with pytest.raises(Refused, match="there already"):
        begin("acme", tmp_path)
    assert {path: path.read_text() for path in tmp_path.rglob("*.py")} == before


def test_in_troths_own_tree_the_test_goes_where_its_tests_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saas, tests = tmp_path / "src" / "troth" / "systems" / "saas", tmp_path / "tests" / "systems"
    saas.mkdir(parents=True)
    tests.mkdir(parents=True)
    monkeypatch.setattr("troth.systems.scaffold.begin.BUILT_IN", saas)
    made = begin("my-desk", saas)
    assert made[-1] == tests / "test_vendor_my_desk.py"
    assert "own=" not in made[-1].read_text()
    assert (saas / "my_desk" / "__init__.py").exists()
