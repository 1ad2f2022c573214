"""Files that must survive a power cut, or must be gone after one."""

import os
import secrets
from pathlib import Path


def make_folder(path: Path) -> None:
    """Make `path` and what lacks above it, durably, for the owner alone."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_folder(path.parent)


def make_marked(path: Path, mark: str) -> None:
    """Make the folder `path` together with an empty file `mark`, at once; the folder that is there stays."""
    make_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    fresh.mkdir(mode=0o700)
    (fresh / mark).touch(mode=0o600)
    sync_folder(fresh)
    try:
        fresh.rename(path)
        sync_folder(path.parent)
    except OSError:  # another process was first
        (fresh / mark).unlink()
        fresh.rmdir()


def write_once(path: Path, data: bytes) -> None:
    """Write a new file, durably and whole; a file that is there stays as it is."""
    fresh = _written_beside(path, data)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    sync_folder(path.parent)


def replace(path: Path, data: bytes) -> None:
    """Write a file, durably and whole, in the place of one that may be there."""
    _written_beside(path, data).rename(path)
    sync_folder(path.parent)


def wipe(path: Path, pattern: bytes) -> None:
    """Overwrite (best effort: a copying file system keeps old blocks) and remove, durably. Raises FileNotFoundError."""
    with path.open("r+b") as file:
        file.write(pattern)
        file.flush()
        os.fsync(file.fileno())
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _written_beside(path: Path, data: bytes) -> Path:
    fresh = path.with_name(f".{secrets.token_hex(8)}")
    with open(fresh, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return fresh
