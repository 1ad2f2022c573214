"""Whoever may write into a swept folder (the web server, say) must not be able to have the sweeper reach elsewhere."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from troth.demo import logs
from troth.systems.files import folder
from troth.systems.files.classes import FileClass
from troth.systems.files.folder import Entry
from troth.systems.files.store import Changed
from troth.systems.files.times import LineClock


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


def test_a_visitor_cannot_write_the_time_of_their_own_line() -> None:
    """The user name of basic authentication stands before the time, and servers escape only its quotes."""
    clock = LineClock(FileClass.model_validate(logs.CLASSES["access"]))
    name = b"[01/Jan/2099:00:00:00 +0000] \\x22"
    line = b"203.0.113.7 - " + name + b' [24/Nov/2026:10:00:00 +0000] "GET /[01/Jan/2099:00:00:00 +0000] " 401 0'
    assert clock(line) == datetime(2026, 11, 24, 10, tzinfo=UTC)
