"""The systems file as people keep it: changed entry by entry, whole or not at all, never behind somebody's back."""

import threading
from pathlib import Path

import pytest

from troth.systems import config
from troth.systems.kit.outcomes import SystemProblem

TEXT = """\
# Our systems. Ask Kim before you change anything.
systems:
  # the crm
  crm:
    connector: hubspot  # since 2021
    # in the EU
    url: https://a.example   # eu
    token: env:TOKEN
    fields:
      role: jobtitle  # sic

  # logs of the web server
  logs: {connector: files, folder: logs}  # old

# the end
"""
CRM = {"connector": "hubspot", "url": "https://a.example", "token": "env:TOKEN", "fields": {"role": "jobtitle"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "systems.yaml"
    path.write_text(TEXT)
    return path


def test_only_the_line_that_changes_changes(file: Path) -> None:
    config.save(file, "crm", {**CRM, "url": "https://b.example"})
    assert file.read_text() == TEXT.replace("a.example   # eu", "b.example   # eu")


def test_a_new_setting_and_a_new_system_are_added_below(file: Path) -> None:
    config.save(file, "crm", {**CRM, "subscription_id": 7})
    after = config.save(file, "desk", {"connector": "zendesk", "url": "https://d.example"})
    assert after.entries["crm"] == {**CRM, "subscription_id": 7}
    assert list(after.entries) == ["crm", "logs", "desk"]
    text = file.read_text()
    assert all(line in text for line in TEXT.splitlines()), "no line of a person is lost"


def test_saving_what_is_there_writes_nothing(file: Path) -> None:
    before = file.stat()
    config.save(file, "crm", CRM)
    assert file.stat() == before


def test_an_entry_in_braces_becomes_a_block_and_keeps_its_comment(file: Path) -> None:
    config.save(file, "logs", {"connector": "files", "folder": "elsewhere"})
    assert "# old\n" in file.read_text()
    assert config.read(file).entries["logs"] == {"connector": "files", "folder": "elsewhere"}


def test_an_entry_is_taken_out(file: Path) -> None:
    config.save(file, "crm", None)
    assert list(config.read(file).entries) == ["logs"]
    assert "# logs of the web server" in file.read_text()


def test_a_file_that_changed_meanwhile_is_left_alone(file: Path) -> None:
    shown = config.read(file)
    file.write_text(TEXT.replace("logs}", "other}"))
    with pytest.raises(SystemProblem, match="changed meanwhile") as caught:
        config.save(file, "crm", {**CRM, "url": "https://b.example"}, digest=shown.digest)
    assert caught.value.consequence == "retry"
    assert "b.example" not in file.read_text()
    config.save(file, "crm", {**CRM, "url": "https://b.example"}, digest=config.read(file).digest)
    assert "b.example" in file.read_text()


def test_where_there_is_no_file_one_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "systems.yaml"
    assert config.read(path).entries == {}
    config.save(path, "crm", CRM, digest=config.read(path).digest)
    assert config.read(path).entries == {"crm": CRM}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_keeps_its_rights(file: Path) -> None:
    file.chmod(0o640)
    config.save(file, "crm", {**CRM, "timeout": 5})
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("text", ["systems: [", "- a\n", "systems: 3\n", "systems: {a: 3}\n"])
def test_a_file_that_is_none_is_told_and_not_touched(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(SystemProblem) as caught:
        config.save(file, "crm", CRM)
    assert caught.value.consequence == "fix settings"
    assert file.read_text() == text


def test_what_a_program_cannot_change_safely_is_left_to_a_person(file: Path) -> None:
    text = "systems:\n  a: &same {connector: files, folder: x}\n  b: *same\n"
    file.write_text(text)
    with pytest.raises(SystemProblem, match="by hand"):
        config.save(file, "a", {"connector": "files", "folder": "y"})
    assert file.read_text() == text


def test_changes_at_the_same_time_are_all_kept(file: Path) -> None:
    threads = [
        threading.Thread(target=config.save, args=(file, f"s{n}", {"connector": "files", "folder": "x"}))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(config.read(file).entries) == 10
    assert {path.name for path in file.parent.iterdir()} == {"systems.yaml", ".systems.yaml.lock"}
