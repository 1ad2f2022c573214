"""Connectors of a deployment's own, beside its systems file; broken ones are faults with a place, never a crash."""

from pathlib import Path

import pytest

from troth import ground
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.registry import load
from troth.systems.saas import manifest

CONNECTOR = '''"""Acme."""

from typing import ClassVar

from troth.systems.kit.auth import Auth, Bearer
from troth.systems.kit.saas import SaasSystem
from troth.systems.kit.settings import ConnectorSettings

from .words import TITLE


class Acme(SaasSystem):
    Settings: ClassVar = ConnectorSettings
    TITLE: ClassVar = TITLE
    FIELDS: ClassVar = {}

    def auth(self) -> Auth:
        return Bearer(self.settings.title)
'''


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "connectors" / "acme_one"
    folder.mkdir(parents=True)
    (folder / "connector.py").write_text(CONNECTOR)
    (folder / "words.py").write_text('TITLE = "Acme"\n')
    (tmp_path / "systems.yaml").write_text(
        "systems:\n  mine: {connector: acme-one, url: 'https://a.example', recipient: acme}\n"
    )
    return tmp_path


def test_a_connector_beside_the_systems_file_is_one_like_any_other(home: Path) -> None:
    systems = load(home / "systems.yaml")
    assert systems.get("mine").title == "Acme"
    assert systems.for_recipient("acme") is systems.get("mine")
    assert type(systems.get("mine")).__module__.endswith(".connector")


def test_another_folder_can_be_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "connectors").rename(home / "elsewhere")
    with pytest.raises(SystemProblem, match="connector must be one of"):
        load(home / "systems.yaml")
    monkeypatch.setenv("TROTH_CONNECTORS", str(home / "elsewhere"))
    ground.settings.cache_clear()
    try:
        assert load(home / "systems.yaml").get("mine").title == "Acme"
        assert "acme-one" in manifest.connectors()
    finally:
        monkeypatch.undo()
        ground.settings.cache_clear()


@pytest.mark.parametrize(
    ("text", "told"),
    [("def broken(:\n", r"connector.py line 1: SyntaxError"),
     ("\n\nraise RuntimeError('hidden')\n", "line 3: RuntimeError"),
     ("import no_such_module_anywhere\n", "line 1: ModuleNotFoundError"),
     ("x = 1\n", "one subclass of SaasSystem; it defines none")],
)  # fmt: skip
def test_a_broken_one_is_told_by_file_and_line(home: Path, text: str, told: str) -> None:
    (home / "connectors" / "acme_one" / "connector.py").write_text(text)
    with pytest.raises(SystemProblem, match=told) as caught:
        load(home / "systems.yaml")
    assert caught.value.consequence == "fix settings"
    assert "acme_one/connector.py" in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_fault_inside_another_file_of_the_folder_is_found_there(home: Path) -> None:
    (home / "connectors" / "acme_one" / "words.py").write_text("\nTITLE = 1 / 0\n")
    with pytest.raises(SystemProblem, match="ZeroDivisionError"):
        load(home / "systems.yaml")


def test_a_name_of_troths_own_is_taken(home: Path) -> None:
    for name in ("hubspot", "sql"):
        (home / "connectors" / name).mkdir()
        (home / "connectors" / name / "connector.py").write_text(CONNECTOR)
        with pytest.raises(SystemProblem, match=f"Troth has a connector {name} already"):
            load(home / "systems.yaml")
        (home / "connectors" / name / "connector.py").unlink()


def test_a_folder_that_is_no_connector_is_passed_over(home: Path) -> None:
    (home / "connectors" / "notes").mkdir()
    (home / "connectors" / "not-a-name").mkdir()
    (home / "connectors" / "not-a-name" / "connector.py").write_text(CONNECTOR)
    assert len(load(home / "systems.yaml").all()) == 1


def test_two_deployments_with_the_same_name_do_not_mix(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    folder = other / "connectors" / "acme_one"
    folder.mkdir(parents=True)
    (folder / "connector.py").write_text(CONNECTOR)
    (folder / "words.py").write_text('TITLE = "Another"\n')
    (other / "systems.yaml").write_text((home / "systems.yaml").read_text())
    titles = [load(where / "systems.yaml").get("mine").title for where in (home, other)]
    assert titles == ["Acme", "Another"]
