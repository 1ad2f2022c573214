"""Whoever may write into a swept folder (the web server, say) must not be able to have the sweeper reach elsewhere."""

import os
from pathlib import Path

import pytest

from troth.systems.files import folder
from troth.systems.files.folder import Changed, Entry


@pytest.fixture
def listed(tmp_path: Path) -> Entry:
    """A file that was listed in `logs/a`, which then became a link to `outside/a` with that very file in it."""
    (tmp_path / "logs" / "a").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "logs" / "a" / "x.log").write_text("old\n")
    (entry,) = folder.entries(tmp_path / "logs", "**/*.log")
    assert isinstance(entry, Entry)
    (tmp_path / "logs" / "a").rename(tmp_path / "outside" / "a")
    (tmp_path / "logs" / "a").symlink_to(tmp_path / "outside" / "a")
    return entry


def test_a_folder_that_became_a_link_is_not_followed_when_erasing(listed: Entry, tmp_path: Path) -> None:
    with pytest.raises(Changed):
        folder.remove(listed)
    assert (tmp_path / "outside" / "a" / "x.log").exists()


def test_nor_when_writing_anew_or_reading(listed: Entry, tmp_path: Path) -> None:
    with pytest.raises(Changed):
        folder.replace(listed, lambda file: None)
    with pytest.raises(Changed):
        folder.open_regular(listed)
    assert [path.name for path in (tmp_path / "outside" / "a").iterdir()] == ["x.log"]
    assert (tmp_path / "outside" / "a" / "x.log").read_text() == "old\n"


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "x.log").write_text("old\n")
    (entry,) = folder.entries(tmp_path, "*.log")
    assert isinstance(entry, Entry)
    (tmp_path / "x.log").unlink()
    os.mkfifo(tmp_path / "x.log")
    with pytest.raises(Changed):
        folder.open_regular(entry)
