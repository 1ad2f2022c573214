"""One folder, safely: what may be touched in it, one sweeper at a time, files replaced whole or not at all."""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_FRESH = ".troth-rewrite-"


class Changed(Exception):
    """The file changed while it was read: somebody still writes to it."""


@dataclass(frozen=True)
class Entry:
    """A file of the folder: path, name relative to the folder, what the system says of it."""

    path: Path
    name: str
    stat: os.stat_result


def entries(folder: Path, pattern: str) -> Iterator[Entry | tuple[str, str]]:
    """Files that match, by name; instead of a file that must not be touched, (name, why).

    Raises OSError when the folder cannot be read.
    """
    root = folder.resolve(strict=True)
    os.listdir(root)  # glob passes over a folder it may not read; that is no empty folder
    for path in sorted(root.glob(pattern)):
        name = str(path.relative_to(root))
        try:
            found = path.lstat()
        except FileNotFoundError:  # rotated away meanwhile
            continue
        if path.name.startswith(_FRESH) or stat.S_ISDIR(found.st_mode):
            continue
        why = _forbidden(root, path, found)
        yield (name, why) if why else Entry(path, name, found)


def _forbidden(root: Path, path: Path, found: os.stat_result) -> str | None:
    if stat.S_ISLNK(found.st_mode):
        return "a symbolic link: it may point to anything"
    if not path.resolve().is_relative_to(root) or path.resolve() != path:
        return "reached through a symbolic link"
    if not stat.S_ISREG(found.st_mode):
        return "not a regular file"
    return "it has a second name (hard link), under which it would stay" if found.st_nlink > 1 else None


@contextmanager
def swept_alone(folder: Path) -> Iterator[bool]:
    """Holds the folder's lock; False when another sweep holds it. Leftovers of a sweep that was killed are removed."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        for leftover in folder.rglob(f"{_FRESH}*"):
            with suppress(FileNotFoundError):
                leftover.unlink()
        yield True
    finally:
        os.close(handle)


def open_regular(entry: Entry) -> BinaryIO:
    """Opens the very file that was listed, grown or not. Raises Changed if another stands there now."""
    try:
        handle = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError as problem:
        raise Changed(entry.name) from problem
    file = os.fdopen(handle, "rb")
    now = os.fstat(handle)
    if (now.st_ino, now.st_dev) != (entry.stat.st_ino, entry.stat.st_dev):
        file.close()
        raise Changed(entry.name)
    return file


def replace(entry: Entry, write: Callable[[BinaryIO], None]) -> int:
    """Replaces the file by what `write` writes: same mode, owner and times; the original until the very end.

    Returns bytes of the new file. Raises Changed when the file changed meanwhile, OSError when the disk refuses.
    """
    fresh = entry.path.with_name(f"{_FRESH}{secrets.token_hex(8)}")
    try:
        size = _write(fresh, entry.stat, write)
        _unchanged(entry)
        os.replace(fresh, entry.path)
    except BaseException:
        with suppress(FileNotFoundError):
            fresh.unlink()
        raise
    _sync(entry.path.parent)
    return size


def _write(fresh: Path, like: os.stat_result, write: Callable[[BinaryIO], None]) -> int:
    with open(fresh, "xb", opener=lambda path, flags: os.open(path, flags | os.O_NOFOLLOW, 0o600)) as file:
        if (os.geteuid(), os.getegid()) != (like.st_uid, like.st_gid):
            os.fchown(file.fileno(), like.st_uid, like.st_gid)
        os.fchmod(file.fileno(), stat.S_IMODE(like.st_mode))
        write(file)
        file.flush()
        os.utime(file.fileno(), ns=(like.st_atime_ns, like.st_mtime_ns))
        os.fsync(file.fileno())
        return os.fstat(file.fileno()).st_size


def remove(entry: Entry) -> None:
    """Deletes the file, unless it changed since it was listed (then raises Changed)."""
    _unchanged(entry)
    entry.path.unlink(missing_ok=True)
    _sync(entry.path.parent)


def _unchanged(entry: Entry) -> None:
    """Raises Changed unless the file is, to the nanosecond, the one that was listed."""
    then = entry.stat
    try:
        now = entry.path.lstat()
    except FileNotFoundError as problem:
        raise Changed(entry.name) from problem
    if (now.st_ino, now.st_dev, now.st_size, now.st_mtime_ns) != (
        then.st_ino, then.st_dev, then.st_size, then.st_mtime_ns,
    ):  # fmt: skip
        raise Changed(entry.name)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
