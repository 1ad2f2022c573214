"""`troth fmt` as a person calls it: what it prints, what it writes, what it leaves alone, its exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from troth.policy.format import formatted

UGLY = """\
data:   # the catalogue
    name: {label: Name,dpv: 'pd:Name'}



    # one more
    age: {label: "811-814", dpv: NO}"""
FINE = """\
data:  # the catalogue
  name: {label: Name, dpv: 'pd:Name'}

  # one more
  age: {label: "811-814", dpv: NO}
"""


def fmt(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "troth", "fmt", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ugly.yaml").write_text(UGLY)
    (tmp_path / "fine.yaml").write_text(FINE)
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "other.yaml").write_text("a:   1\n")
    return tmp_path


def test_it_formats_a_folder_once(folder: Path) -> None:
    done = fmt(cwd=folder)
    assert (done.returncode, done.stdout) == (0, "ugly.yaml: formatted\n1 file formatted, 1 fine already\n")
    assert (folder / "ugly.yaml").read_text() == FINE
    assert (folder / "datasets" / "other.yaml").read_text() == "a:   1\n"
    assert fmt(cwd=folder).stdout == "2 files fine already\n"


def test_check_and_diff_write_nothing(folder: Path) -> None:
    asked = fmt("--check", folder, cwd=folder)
    assert (asked.returncode, (folder / "ugly.yaml").read_text()) == (1, UGLY)
    assert f"{folder}/ugly.yaml: would be formatted" in asked.stdout
    shown = fmt("--diff", "ugly.yaml", cwd=folder)
    assert (shown.returncode, (folder / "ugly.yaml").read_text()) == (0, UGLY)
    assert "--- ugly.yaml (as it is)\n+++ ugly.yaml (formatted)\n" in shown.stdout
    assert "+data:  # the catalogue\n" in shown.stdout
    assert fmt("--check", "fine.yaml", cwd=folder).returncode == 0


def test_what_cannot_be_read_is_named_and_left_alone(folder: Path) -> None:
    (folder / "broken.yaml").write_text("a: 'x\n")
    (folder / "bytes.yaml").write_bytes(b"a: \xff\n")
    done = fmt("broken.yaml", "bytes.yaml", "ugly.yaml", cwd=folder)
    assert done.returncode == 1
    assert "error[T-0008]: a quoted text does not end\n --> broken.yaml:" in done.stdout
    assert "error[T-0003]" in done.stdout
    assert "broken.yaml: left alone" in done.stderr
    assert "1 file formatted, 2 left alone, 0 fine already" in done.stdout
    assert (folder / "ugly.yaml").read_text() == FINE
    assert (folder / "broken.yaml").read_text() == "a: 'x\n"
    absent = fmt("absent.yaml", cwd=folder)
    assert (absent.returncode, "absent.yaml" in absent.stderr) == (3, True)
    assert fmt("absent.yaml", "broken.yaml", cwd=folder).returncode == 1


def test_the_answer_for_programs(folder: Path) -> None:
    (folder / "broken.yaml").write_text("a: 'x\n")
    answer = json.loads(fmt("--json", "broken.yaml", "ugly.yaml", "fine.yaml", cwd=folder).stdout)
    assert (answer["ok"], answer["written"]) == (False, True)
    assert [(f["file"], f["changed"], f["left_alone"]) for f in answer["files"]] == [
        ("broken.yaml", False, True),
        ("ugly.yaml", True, False),
        ("fine.yaml", False, False),
    ]
    assert answer["files"][0]["problems"][0]["code"] == "T-0008"


def test_links_and_permissions_stay(folder: Path) -> None:
    (folder / "ugly.yaml").chmod(0o600)
    (folder / "link.yaml").symlink_to("ugly.yaml")
    fmt("link.yaml", cwd=folder)
    assert (folder / "link.yaml").is_symlink()
    assert (folder / "ugly.yaml").read_text() == FINE
    assert (folder / "ugly.yaml").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in folder.iterdir()) == ["datasets", "fine.yaml", "link.yaml", "ugly.yaml"]


LONG = "We keep what you write to us for as long as it takes to answer you,"
FOLDED = f"text: >-\n  {LONG} We keep what you write to us for as long as it\n  takes to answer you,\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"text: {LONG} {LONG}\n", FOLDED),
        ("items: [a,   b]\n", "items: [a, b]\n"),
        ("items: [a, # why\n  b]\n", "items:\n  - a  # why\n  - b\n"),
        ("a: {b: 1,\n  c: 2}\n", "a: {b: 1, c: 2}\n"),
        ("a:\n- b\n- c: 1\n  d: 2\n", "a:\n  - b\n  - c: 1\n    d: 2\n"),
        ("a: &x {b: 1}\nc: *x\n", "a: &x {b: 1}\nc: *x\n"),
        ("a: |\n      two\n       three\n\n", "a: |\n  two\n   three\n"),
        ("a: |+\n  keep\n\n\nb: 1\n", "a: |+\n  keep\n\n\nb: 1\n"),
        ("a:\n    b: 1\n    # of a\n# of c\nc: 2\n", "a:\n  b: 1\n  # of a\n# of c\nc: 2\n"),
        ("\n\na: 1\r\nb: 2\r\n\r\n", "a: 1\nb: 2\n"),
        ("a:\n\n  b: 1\n\n\n\n  c: 2\n", "a:\n  b: 1\n\n  c: 2\n"),
        ("---\n# head\na: ~\nb:\n", "---\n# head\na: ~\nb:\n"),
        ("# only a comment\n", "# only a comment\n"),
        ("", ""),
    ],
)
def test_the_form(before: str, after: str) -> None:
    text = formatted(before, "a.yaml").text
    assert text is not None
    assert text == after
    assert all(len(line) <= 120 for line in text.splitlines())


def test_what_it_will_not_touch() -> None:
    assert "U+2028" in formatted("a: 'x\u2028y'\n", "a.yaml").reason
    assert "directive" in formatted("%YAML 1.2\n---\na: 1\n", "a.yaml").reason
    assert formatted("a: 1\na: 2\n", "a.yaml").problems[0].code == "T-0005"
