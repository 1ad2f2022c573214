"""`troth publish`: everything or nothing."""

import json
import shutil
from pathlib import Path

import pytest
from people_kit import evidence_kinds
from typer.testing import CliRunner

from troth.cli.main import app
from troth.policy.digest import digest
from troth.policy.load import load_policy
from troth.versions import queries

QUALI = Path(__file__).parents[2] / "policies" / "quali"

pytestmark = pytest.mark.django_db


def _publish(folder: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["publish", str(folder), *options])
    return result.exit_code, result.stdout


def test_the_reference_policy_is_published_once_and_comes_back_the_same() -> None:
    code, out = _publish(QUALI, "--json")
    assert code == 0, out
    told = json.loads(out)
    assert (told["published"], told["in_force"], told["version"]["number"]) == (True, True, 1)
    code, out = _publish(QUALI, "--json")
    assert (code, json.loads(out)["published"]) == (0, False)
    (version,) = queries.all()
    policy = load_policy(QUALI)
    assert version.policy == policy
    assert list(version.policy.touchpoints) == list(policy.touchpoints)
    assert version.digest == told["version"]["digest"] == digest(version.policy)
    assert queries.places(version.id)
    assert evidence_kinds() == ["policy.published"]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_policy_with_an_error_is_not_published(tmp_path: Path, options: tuple[str, ...]) -> None:
    folder = shutil.copytree(QUALI, tmp_path / "policy")
    (folder / "policy.yaml").write_text((folder / "policy.yaml").read_text() + "\nshoe_size: 44\n")
    code, out = _publish(folder, *options)
    assert code == 1
    assert "shoe_size" in out
    if options:
        assert json.loads(out)["published"] is False
    assert queries.all() == []
    assert evidence_kinds() == []


def test_a_folder_that_cannot_be_read_is_not_a_mistake_in_the_policy(tmp_path: Path) -> None:
    assert _publish(tmp_path / "nowhere")[0] == 3
    assert queries.all() == []
