"""`troth check` and `troth export facts` as a person calls them: output and exit codes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_policy_cases import BASE
from test_policy_reading import write

from troth.cli.main import COMMANDS


def troth(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from troth.cli.main import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("sound"), dict(BASE))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    text = BASE["touchpoints.yaml"].replace("purpose: news", "purpose: newz")
    return write(tmp_path_factory.mktemp("broken"), BASE | {"touchpoints.yaml": text})


def test_a_sound_policy(sound: Path) -> None:
    done = troth("check", cwd=sound)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no errors\n", "")
    answer = json.loads(troth("check", sound, "--json").stdout)
    assert (answer["ok"], answer["errors"], answer["problems"], len(answer["digest"])) == (True, 0, [], 64)


def test_a_broken_policy(broken: Path) -> None:
    done = troth("check", broken)
    assert done.returncode == 1
    assert "error[T-0202]: no purpose is called `newz`" in done.stdout
    assert f" --> {broken}/touchpoints.yaml:22:23" in done.stdout
    done = troth("check", broken, "--format", "json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"], answer["errors"], answer["digest"]) == (1, False, 1, None)
    assert answer["problems"][0]["help"] == "did you mean `news`?"


def test_connectors_are_those_there_are(tmp_path: Path) -> None:
    text = BASE["recipients.yaml"].replace("name: Crm Inc.", "connector: salesforse, name: Crm Inc.")
    done = troth("check", write(tmp_path, BASE | {"recipients.yaml": text}))
    assert done.returncode == 1
    assert "error[T-0211]: no connector is called `salesforse`" in done.stdout
    assert "did you mean `salesforce`?" in done.stdout


def test_the_day_decides(sound: Path, tmp_path: Path) -> None:
    recipients = BASE["recipients.yaml"].replace("since: 2025-06-01", "until: 2026-06-01")
    folder = write(tmp_path, BASE | {"recipients.yaml": recipients})
    assert troth("check", folder, "--day", "2026-06-01").returncode == 0
    assert troth("check", folder, "--day", "2026-06-02").returncode == 1


def test_what_cannot_be_read_and_what_is_no_command(tmp_path: Path) -> None:
    done = troth("check", tmp_path / "absent")
    assert (done.returncode, done.stdout) == (3, "")
    assert "does not exist" in done.stderr
    assert troth("check", tmp_path, "--colour").returncode == 2
    assert troth("chekc").returncode == 2
    assert troth("check", tmp_path).returncode == 1


def test_facts(sound: Path, broken: Path) -> None:
    done = troth("export", "facts", sound, "--json")
    facts = json.loads(done.stdout)
    assert done.returncode == 0
    assert facts["touchpoints"][0]["rows"][1] == {
        "id": "marketing",
        "marketing": True,
        "data": ["Email"],
        "recipients": ["Mailer"],
        "recipients_stated": True,
        "assumed_recipients": [],
        "retention": ["P1Y after recorded"],
        "without": ["We send no news"],
        "purposes": [{"label": "Send you news", "marketing": True, "bases": ["consent"], "relies_on": "consent"}],
    }
    assert (facts["contact"], facts["effective"], facts["minimum_age"]) == ("privacy@small.example", "2026-01-01", 16)
    refused = troth("export", "facts", broken, "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "T-0202" in refused.stderr


def test_help_lists_what_is_there_and_loads_no_django() -> None:
    code = (
        "import sys; from troth.cli.main import app\n"
        "try: app()\nexcept SystemExit: pass\nassert 'django' not in sys.modules; print('none')"
    )
    for arguments in (["--help"], ["check", "--help"], ["export", "facts", "--help"], ["check", "nowhere"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("none\n")
        if arguments == ["--help"]:
            assert "check" in done.stdout
            assert set(re.findall(r"^  (\w+)", done.stdout.split("Commands:\n")[1], re.MULTILINE)) <= set(COMMANDS)
