"""`troth export` and `troth import` as a person calls them: output, files and exit codes."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from test_policy_cases import BASE
from test_policy_reading import write
from typer.testing import CliRunner, Result

from troth.cli.main import app
from troth.policy.digest import digest
from troth.policy.load import load_policy

HERE = Path(__file__).parent
DIRTY = HERE.parent / "cases" / "tilt" / "dirty.json"


def troth(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("sound"), dict(BASE))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = BASE["touchpoints.yaml"].replace("purpose: news", "purpose: newz")
    return write(tmp_path_factory.mktemp("broken"), BASE | {"touchpoints.yaml": text})


def test_record_as_csv(sound: Path) -> None:
    done = troth("export", "record", sound, "--columns", "cnil", "--day", "2026-06-01")
    assert (done.exit_code, done.stderr) == (0, "")
    headings, *rows = list(csv.reader(io.StringIO(done.stdout.lstrip("\ufeff"), newline="")))
    assert headings[:2] == ["N° / REF", "Nom / sigle"]
    assert [row[0] for row in rows] == ["contact/main", "contact/marketing"]


def test_record_as_a_workbook(sound: Path, tmp_path: Path) -> None:
    out = tmp_path / "record.xlsx"
    done = troth("export", "record", sound, "--format", "xlsx", "--out", out, "--day", "2026-06-01")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")
    assert openpyxl.load_workbook(out).sheetnames[:2] == ["Cover", "Activities"]
    again = tmp_path / "again.xlsx"
    troth("export", "record", sound, "--format", "xlsx", "--out", again, "--day", "2026-06-01")
    assert out.read_bytes() == again.read_bytes()


def test_a_workbook_needs_a_file(sound: Path) -> None:
    done = troth("export", "record", sound, "--format", "xlsx")
    assert done.exit_code == 2
    assert "--out" in done.stderr


def test_an_empty_record_says_so(sound: Path) -> None:
    done = troth("export", "record", sound, "--form", "processor", "--json")
    assert done.exit_code == 0
    assert "processor" in done.stderr
    assert json.loads(done.stdout)["activities"] == []


@pytest.mark.parametrize("kind", ["record", "dpv", "tilt", "facts"])
def test_a_broken_policy_is_not_exported(broken: Path, kind: str) -> None:
    done = troth("export", kind, broken)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "newz" in done.stderr


@pytest.mark.parametrize("kind", ["record", "dpv", "tilt", "facts"])
def test_a_folder_that_is_not_there(tmp_path: Path, kind: str) -> None:
    assert troth("export", kind, tmp_path / "none").exit_code == 3


def test_a_file_that_cannot_be_written(sound: Path, tmp_path: Path) -> None:
    done = troth("export", "dpv", sound, "--out", tmp_path)
    assert done.exit_code == 3
    assert "cannot write" in done.stderr


@pytest.mark.parametrize("kind", ["record", "dpv", "tilt"])
def test_a_language_the_policy_does_not_speak(sound: Path, kind: str) -> None:
    done = troth("export", kind, sound, "--language", "fr")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "`fr`" in done.stderr


def test_another_language() -> None:
    quali = HERE.parents[1] / "policies" / "quali"
    done = troth("export", "dpv", quali, "--language", "de")
    made = json.loads(done.stdout)
    assert made["@context"]["@language"] == "de"
    # the digest is that of the policy, in whatever language it is told
    notice = next(node for node in made["@graph"] if node["@id"] == "this:notice")
    assert notice["troth:digest"]["@value"] == digest(load_policy(quali))
    assert "Unsere Datenschutzerklärung" in {node.get("rdfs:label") for node in made["@graph"]}


def test_dpv(sound: Path) -> None:
    done = troth("export", "dpv", sound, "--base", "https://example.org/p")
    assert done.exit_code == 0
    made = json.loads(done.stdout)
    assert made["@context"]["this"] == "https://example.org/p#"


def test_tilt_out_and_in(sound: Path, tmp_path: Path) -> None:
    document, folder = tmp_path / "policy.tilt.json", tmp_path / "again"
    done = troth("export", "tilt", sound, "--out", document)
    assert done.exit_code == 0
    done = troth("import", "tilt", document, folder)
    assert done.exit_code == 0, done.stdout
    assert "values carried over" in done.stdout
    assert (folder / "policy.yaml").is_file()


def test_a_dirty_document(tmp_path: Path) -> None:
    done = troth("import", "tilt", DIRTY, tmp_path / "out", "--json")
    assert done.exit_code == 1
    said = json.loads(done.stdout)
    assert said["ok"] is False
    assert said["carried"] + said["not_carried"] == said["values"]
    assert sorted(said["files"]) == sorted(p.name for p in (tmp_path / "out").iterdir())
    assert troth("check", tmp_path / "out").exit_code == 1


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("x: 1\n")
    done = troth("import", "tilt", DIRTY, tmp_path)
    assert done.exit_code == 2
    assert [p.name for p in tmp_path.iterdir()] == ["mine.yaml"]


def test_what_cannot_be_read_writes_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(b"\x00\xff")
    for file in (bad, tmp_path / "none.json", tmp_path):
        done = troth("import", "tilt", file, tmp_path / "out")
        assert done.exit_code == 3, done.stderr
        assert isinstance(done.exception, SystemExit)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["export", "import"])
def test_help_is_as_plain_as_that_of_the_other_commands(command: str) -> None:
    said = troth(command, "--help").stdout
    assert "completion" not in said
    assert "─" not in said
    assert "..." not in said.partition("Commands:")[2]


def test_the_language_goes_by_either_name() -> None:
    quali = HERE.parents[1] / "policies" / "quali"
    long, short = (troth("export", "record", quali, option, "de").stdout for option in ("--language", "--lang"))
    assert long == short != ""
