"""`troth translate` and the file it writes: what is there stays, what is missing is added, what is outdated is told."""

import json
from datetime import date
from pathlib import Path

import pytest
from test_policy_cases import BASE
from test_policy_cli import troth
from test_policy_reading import write

from troth.policy.languages.filling import Unfit, filled
from troth.policy.load import load
from troth.policy.localise import completeness, localised
from troth.policy.model import Policy

STARTED = """\
# Ours.
translations:
  de:
    # kept
    - {text: Our site, says: Unsere Seite}
    - text: You may see the data.   # it changed
      says: Sie dürfen die Daten sehen.

    - text: Nothing like it
      says: Nichts dergleichen
    # the end
wording:
  de:
    basis.consent: Zustimmung
"""


def folder_with(where: Path, more: dict[str, str] | None = None, languages: str = "[en, de]") -> Path:
    policy = BASE["policy.yaml"] + f"languages: {languages}\n"
    files: dict[str, str | bytes] = {**BASE, "policy.yaml": policy, **(more or {})}
    return write(where, files)


def policy_of(folder: Path) -> Policy:
    loaded = load(folder, today=date(2026, 6, 1))
    assert loaded.policy is not None, loaded.problems
    return loaded.policy


def test_a_new_file_holds_every_text_once_and_loads(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    done = troth("translate", folder, "de", "--write")
    assert done.returncode == 0, done.stderr
    assert "written: " in done.stdout
    policy = policy_of(folder)
    assert {entry.text for entry in policy.translations["de"]} == set(completeness(policy, "de").missing)
    assert all(entry.says is None for entry in policy.translations["de"])
    assert localised(policy, "de") is policy


def test_filling_it_in_ends_the_report(tmp_path: Path) -> None:
    folder = folder_with(tmp_path)
    troth("translate", folder, "de", "--write")
    file = folder / "translations/de.yaml"
    file.write_text(file.read_text().replace("says:\n", "says: Deutsch\n"))
    done = troth("translate", folder, "de")
    assert done.returncode == 0
    assert done.stdout.startswith("de: ")
    assert "0 outdated; the words of the pages are there" in done.stdout
    assert localised(policy_of(folder), "de").title == "Deutsch"


def test_what_stands_there_stays_and_the_outdated_becomes_a_comment(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"translations/de.yaml": STARTED})
    policy = policy_of(folder)
    text = filled(STARTED, "de.yaml", policy, "de")
    for kept in (
        "# Ours.",
        "    # kept",
        "    - {text: Our site, says: Unsere Seite}",
        "    # the end",
        "basis.consent",
    ):
        assert kept in text
    assert "    # The policy no longer says:\n    # - text: Nothing like it\n    #   says: Nichts dergleichen\n" in text
    changed = "    # It changed; before:\n    # - text: You may see the data.   # it changed\n"
    assert (
        changed + "    #   says: Sie dürfen die Daten sehen.\n    - text: You may see your data.\n      says:\n" in text
    )
    assert text.index("You may see your data.") < text.index("wording:")


def test_a_second_time_nothing_changes(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"translations/de.yaml": STARTED})
    troth("translate", folder, "de", "--write")
    once = (folder / "translations/de.yaml").read_text()
    assert troth("translate", folder, "de", "--write").returncode == 0
    assert (folder / "translations/de.yaml").read_text() == once
    assert completeness(policy_of(folder), "de").unused == ()


def test_a_language_that_does_not_come_with_troth_gets_the_words_of_the_pages(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, languages="[en, fr]")
    troth("translate", folder, "fr", "--write")
    policy = policy_of(folder)
    assert set(policy.wording["fr"]) == set(completeness(policy, "fr").wording_missing)
    assert "    # {first} or {last}\n    join.or:\n" in (folder / "translations/fr.yaml").read_text()


def test_the_report_names_places_and_counts(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"translations/de.yaml": STARTED})
    done = troth("translate", folder, "de")
    assert done.returncode == 1
    assert f"{folder}/policy.yaml:3: Privacy policy of Small" in done.stdout
    assert f"{folder}/translations/de.yaml:9: Nothing like it" in done.stdout
    assert "de: 1 of " in done.stdout
    assert ", 2 outdated" in done.stdout
    answer = json.loads(troth("translate", folder, "de", "--json").stdout)
    assert (answer["offered"], answer["complete"], answer["texts"]["translated"]) == (True, False, 1)
    assert [each["line"] for each in answer["texts"]["outdated"]] == [6, 9]
    assert answer["texts"]["missing"][0] == {
        "where": "title",
        "text": "Privacy policy of Small",
        "file": "policy.yaml",
        "line": 3,
    }


def test_out_writes_elsewhere_and_leaves_the_policy(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "policy")
    done = troth("translate", folder, "de", "--out", tmp_path / "to-do.yaml")
    assert done.returncode == 0
    assert (tmp_path / "to-do.yaml").exists()
    assert not (folder / "translations").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("German",), 2, "`German` is no language tag"),
        (("de_DE",), 2, "write one such as `de`"),
        (("de", "--out", "absent/policy.yaml/x"), 3, "cannot write"),
    ],
)
def test_what_cannot_be_done_is_told(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    folder = folder_with(tmp_path)
    (tmp_path / "absent").write_text("a file where a folder should be")
    done = troth("translate", ".", *arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


def test_a_policy_with_errors_and_a_folder_that_is_not_there(tmp_path: Path) -> None:
    broken = folder_with(tmp_path, {"groups.yaml": "groups: 1\n"})
    done = troth("translate", broken, "de")
    assert done.returncode == 1
    assert "so its texts are not certain" in done.stderr
    assert troth("translate", tmp_path / "absent", "de").returncode == 3


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("translations: {de: [{text: a, says: b}]}\n", "stands in brackets or braces"),
        ("translations: {fr: [{text: a, says: b}]}\n", "stands on one line"),
        ("translations:\n  de: []\n", "is empty"),
        ("translations: [1]\n", "is not a mapping of languages"),
        ("translations:\n  de: word\n", "neither a list nor a mapping"),
        ("translations: 'x\n", "cannot be read"),
    ],
)
def test_forms_that_cannot_be_added_to_are_refused(tmp_path: Path, source: str, said: str) -> None:
    policy = policy_of(folder_with(tmp_path))
    with pytest.raises(Unfit, match=said):
        filled(source, "de.yaml", policy, "de")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "# only a comment\n",
        "translations:\n",
        "translations:\n  de:\n",
        "translations:\n    fr:\n    - {text: a, says: b}\n",
        "translations:\n  de:\n  - text: Our site\n    says: >-\n      Unsere\n\n      Seite\n\n  # end\n",
        "wording:\n  de:\n    basis.consent: Zustimmung\n",
    ],
)
def test_forms_that_can_be_added_to(tmp_path: Path, source: str) -> None:
    policy = policy_of(folder_with(tmp_path))
    text = filled(source, "de.yaml", policy, "de")
    folder = folder_with(tmp_path / "again", {"translations/de.yaml": text})
    again = policy_of(folder)
    there = {entry.text for entry in again.translations["de"]}
    assert there >= set(completeness(policy, "de").missing)
    assert filled(text, "de.yaml", again, "de") == text
