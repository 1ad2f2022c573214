"""`troth systems capabilities`, `new-connector`, and the warning about credentials in the systems file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from docs_kit import environment

from troth.systems.kit.base import VERBS


def troth(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    run = [str(Path(sys.executable).with_name("troth")), "systems", *words]
    return subprocess.run(
        run, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=60, check=False
    )


def test_capabilities_of_all_and_of_one(tmp_path: Path) -> None:
    told = json.loads(troth(tmp_path, "capabilities", "--json").stdout)
    assert {"sql", "files", "hubspot", "salesforce"} <= set(told)
    assert all([one["verb"] for one in table] == list(VERBS) for table in told.values())
    one = troth(tmp_path, "capabilities", "files")
    assert one.returncode == 0
    assert "deliver:" in one.stdout
    assert "Instead:" in one.stdout
    assert troth(tmp_path, "capabilities", "nosuch").returncode == 2


def test_a_connector_is_begun_where_it_is_told_and_only_once(tmp_path: Path) -> None:
    made = json.loads(troth(tmp_path, "new-connector", "acme", "--into", "mine", "--json").stdout)
    assert [Path(path).name for path in made["files"]] == ["connector.py", "contract.yaml", "double.py", "test_acme.py"]
    again = troth(tmp_path, "new-connector", "acme", "--into", "mine")
    assert again.returncode == 2
    assert "there already" in again.stderr
    assert troth(tmp_path, "new-connector", "hubspot").returncode == 2


@pytest.mark.parametrize(("token", "warned"), [("literal-token", True), ("env:TOKEN", False), ("secret:x", False)])
def test_a_credential_in_the_systems_file_is_warned_of_and_not_shown(token: str, warned: bool, tmp_path: Path) -> None:
    (tmp_path / "troth-data").mkdir()
    (tmp_path / "troth-data" / "systems.yaml").write_text(
        f"systems:\n  crm: {{connector: hubspot, url: 'https://a.example', token: '{token}'}}\n"
    )
    done = troth(tmp_path, "list")
    assert done.returncode == 0
    assert ("stands in the systems file" in done.stderr) == warned
    assert "literal-token" not in done.stdout + done.stderr
