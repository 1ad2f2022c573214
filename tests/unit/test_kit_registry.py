"""The systems file: what it makes, and how it is refused."""

from pathlib import Path

import pytest

from troth.systems.kit.outcomes import SystemProblem
from troth.systems.registry import load

GOOD = """
systems:
  crm: {connector: salesforce, recipient: salesforce, url: "https://x.example", client_id: a, client_secret: "env:NO"}
  mail: {connector: hubspot, title: Mailings, recipient: hubspot, url: "https://y.example", token: secret-word}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "systems.yaml"
    path.write_text(text)
    return path


def test_systems_in_the_order_of_the_file(tmp_path: Path) -> None:
    registry = load(written(tmp_path, GOOD))
    assert [(one.name, one.title, one.recipient) for one in registry.all()] == [
        ("crm", "Salesforce", "salesforce"),
        ("mail", "Mailings", "hubspot"),
    ]
    assert registry.for_recipient("hubspot") is registry.get("mail")
    assert registry.for_recipient("dueto") is None
    assert registry.sql() == ()
    assert registry.files() == ()
    with pytest.raises(SystemProblem, match="no system zendesk"):
        registry.get("zendesk")


def test_no_file_is_no_systems(tmp_path: Path) -> None:
    assert load(tmp_path / "systems.yaml").all() == ()


def test_every_fault_is_told_and_no_secret(tmp_path: Path) -> None:
    text = GOOD + "  third: {connector: fax}\n  fourth: {connector: hubspot, token: secret-word, recipient: hubspot}\n"
    text += '  fifth: {connector: hubspot, token: secret-word, recipient: hubspot, url: "https://z.example"}\n'
    with pytest.raises(SystemProblem) as caught:
        load(written(tmp_path, text))
    told = str(caught.value)
    assert caught.value.consequence == "fix settings"
    assert all(part in told for part in ("system third", "system fourth", "url", "mail and fifth both serve"))
    assert "secret-word" not in told


@pytest.mark.parametrize(
    "text",
    [
        "systems: [",
        "a",
        "systems: 3",
        "systems: {a: 1}",
        "",
        "systems: {a: {}}",
        "\t",
        "systems:",
        "systems: {a: {connector: sql}, a: {connector: files}}",
        "systems: {a: {connector: files, title: a, title: b}}",
    ],
)
def test_a_file_that_is_not_one_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SystemProblem, match=r"systems\.yaml") as caught:
        load(written(tmp_path, text))
    assert caught.value.consequence == "fix settings"
