"""One folder, safely: what may be touched in it, one sweeper at a time, files replaced whole or not at all."""

import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from troth.systems.files.store import Changed

_FRESH = ".troth-rewrite-"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY


@dataclass(frozen=True)
class Entry:
    """A file of the folder: path, name relative to the folder, what the system says of it."""

    path: Path
    name: str
    stat: os.stat_result

    @property
    def root(self) -> Path:
        return self.path.parents[len(Path(self.name).parts) - 1]


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
    handle = os.open(folder, _FOLDER)
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


@contextmanager
def _place(entry: Entry) -> Iterator[int]:
    """The folder the file is in, held open: reached name by name without following a link, so that who may write there
    cannot lead us elsewhere between a look and an act. Raises Changed when a link stands in the way by now."""
    handle = os.open(entry.root, _FOLDER)
    try:
        for part in Path(entry.name).parts[:-1]:
            try:
                inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
            except (FileNotFoundError, NotADirectoryError) as problem:  # a link counts as no folder
                raise Changed(entry.name) from problem
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def open_regular(entry: Entry) -> BinaryIO:
    """Opens the very file that was listed, grown or not. Raises Changed if another stands there now."""
    with _place(entry) as place:
        try:  # without waiting: a pipe put there meanwhile would have us wait for its writer
            handle = os.open(entry.path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=place)
        except OSError as problem:
            if problem.errno not in (errno.ENOENT, errno.ELOOP):
                raise
            raise Changed(entry.name) from problem
    now = os.fstat(handle)
    same = (now.st_ino, now.st_dev) == (entry.stat.st_ino, entry.stat.st_dev)
    if not same or not stat.S_ISREG(now.st_mode):  # numbers of files that are gone are given anew
        os.close(handle)
        raise Changed(entry.name)
    return os.fdopen(handle, "rb")


def replace(entry: Entry, write: Callable[[BinaryIO], None]) -> int:
    """Replaces the file by what `write` writes: same mode, owner and times; the original until the very end.

    Returns bytes of the new file. Raises Changed when the file changed meanwhile, OSError when the disk refuses.
    """
    fresh = f"{_FRESH}{secrets.token_hex(8)}"
    with _place(entry) as place:
        try:
            size = _write(place, fresh, entry.stat, write)
            _unchanged(entry, place)
            os.replace(fresh, entry.path.name, src_dir_fd=place, dst_dir_fd=place)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(fresh, dir_fd=place)
            raise
        _sync(place)
    return size


def _write(place: int, fresh: str, like: os.stat_result, write: Callable[[BinaryIO], None]) -> int:
    def opener(path: str, flags: int) -> int:
        return os.open(path, flags | os.O_NOFOLLOW, 0o600, dir_fd=place)

    with open(fresh, "xb", opener=opener) as file:
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
    with _place(entry) as place:
        _unchanged(entry, place)
        with suppress(FileNotFoundError):
            os.unlink(entry.path.name, dir_fd=place)
        _sync(place)


def _unchanged(entry: Entry, place: int) -> None:
    """Raises Changed unless the file is, to the nanosecond, the one that was listed."""
    then = entry.stat
    try:
        now = os.stat(entry.path.name, dir_fd=place, follow_symlinks=False)
    except FileNotFoundError as problem:
        raise Changed(entry.name) from problem
    if (now.st_ino, now.st_dev, now.st_size, now.st_mtime_ns) != (
        then.st_ino, then.st_dev, then.st_size, then.st_mtime_ns,
    ):  # fmt: skip
        raise Changed(entry.name)


def _sync(place: int) -> None:
    os.fsync(place)
