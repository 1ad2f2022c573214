"""What the documentation shows is what happens: its files are written, its commands run, its settings read."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from docs_kit import DOCS, FENCE, follow, home, matches, steps, write

from troth import postgres
from troth.systems.registry import load as load_systems
from troth.systems.sql.dataset import read as read_dataset

FOLLOWED = (
    "tutorial/first-policy.md",
    "how-to/a-connector-in-an-hour.md",
    "how-to/check-in-ci.md",
    "how-to/translate-a-policy.md",
    "how-to/change-a-policy.md",
    "how-to/export-the-record.md",
    "how-to/import-a-tilt-document.md",
    "how-to/verify-evidence-offline.md",
)
CONNECTED = sorted(
    page.name for page in (DOCS / "how-to").glob("*.md") if any(s.file == "systems.yaml" for s in steps(page))
)


@pytest.fixture
def empty() -> Iterator[Path]:
    """A folder of a reader; not pytest's, which the database server's user may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="troth-docs-"))
    folder.chmod(0o755)
    yield folder
    postgres.stop(home(folder))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", FOLLOWED)
def test_following_a_page_prints_what_it_shows(name: str, empty: Path) -> None:
    shutil.copytree(DOCS.parent / "policies", empty / "policies")
    wrong = follow(DOCS / name, empty)
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("name", CONNECTED)
def test_shown_systems_files_are_understood(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DATABASE_URL", "postgresql://reader@localhost/shop")
    write(tmp_path, DOCS / "how-to" / name)
    assert load_systems(tmp_path / "systems.yaml").all()


def test_shown_datasets_are_understood(tmp_path: Path) -> None:
    write(tmp_path, DOCS / "how-to/connect-a-sql-database.md")
    datasets = list(tmp_path.glob("datasets/*.yaml"))
    assert datasets
    assert all(read_dataset(path).tables for path in datasets)


def test_every_console_block_of_the_docs_is_followed() -> None:
    """A `console` block is a promise that its output is true; commands that are only suggestions are `sh`."""
    shown = {
        str(page.relative_to(DOCS))
        for page in DOCS.rglob("*.md")
        if any(language == "console" for _, language, _ in FENCE.findall(page.read_text()))
    }
    assert shown == set(FOLLOWED)


def test_what_is_printed_is_really_compared() -> None:
    assert matches(["a", "…", "b … d"], "a\nx\ny\nb c d\n")
    assert matches([], "")
    assert not matches(["a"], "a\nb\n")
    assert not matches(["a…"], "b\n")
    assert any(command.shown for step in steps(DOCS / FOLLOWED[0]) for command in step.commands)
