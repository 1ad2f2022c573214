"""Erases what is past in one class of files, whole files by day or lines by their time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, TypeVar

from troth.systems.files import codecs, folder, lines
from troth.systems.files.classes import FileClass
from troth.systems.files.folder import Changed, Entry
from troth.systems.files.lines import Judged
from troth.systems.files.times import LineClock, file_time

T = TypeVar("T")


@dataclass(frozen=True)
class Left:
    """A file that was not judged or not changed, by its name in the folder, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Swept:
    """What a sweep erased, respectively would erase (`dry_run`).

    `lines_erased` counts where lines have times of their own; `bytes` are bytes on disk freed (dry run by line: an
    estimate). `kept_unreadable`: could not tell how old, so nothing was erased there; `busy`: still being written,
    swept another time; `refused`: must not be touched (symbolic links, paths that lead outside).
    """

    files_erased: int = 0
    files_rewritten: int = 0
    lines_erased: int = 0
    bytes: int = 0
    kept_unreadable: tuple[Left, ...] = ()
    busy: tuple[Left, ...] = ()
    refused: tuple[Left, ...] = ()
    dry_run: bool = False

    @property
    def complete(self) -> bool:
        """Whether every file of the class was judged."""
        return not (self.kept_unreadable or self.busy or self.refused)


@dataclass
class _Sweeper:
    """One sweep at work, and its tally."""

    spec: FileClass
    before: datetime
    now: datetime
    dry_run: bool
    files: int = 0
    rewritten: int = 0
    lines: int = 0
    bytes: int = 0

    def by_day(self, entry: Entry) -> str | None:
        time = file_time(entry.path.name, entry.stat.st_mtime, self.spec.zone)
        if time is None:
            return "the date in its name is none"
        if time < self.before:
            self._erase(entry)
        return None

    def by_line(self, entry: Entry) -> str | None:
        clock = LineClock(self.spec)
        first = _with(entry, lambda stream: lines.first_time(stream, clock))
        if first is None:
            return "no line shows a time" if _with(entry, lambda stream: stream.read(1)) else None
        judged = _with(entry, lambda stream: lines.judge(stream, clock, first, self.before))
        if judged.old == judged.lines:
            self._erase(entry)
        elif judged.old:
            self._thin(entry, judged, clock, first)
        self.lines += judged.old
        return None

    def _erase(self, entry: Entry) -> None:
        self._quiet(entry)
        if not self.dry_run:
            folder.remove(entry)
        self.files += 1
        self.bytes += entry.stat.st_size

    def _thin(self, entry: Entry, judged: Judged, clock: LineClock, first: datetime) -> None:
        """Writes the file anew without its past lines."""

        def write(target: BinaryIO) -> None:
            with folder.open_regular(entry) as file, codecs.writer(target, codecs.codec_of(file)) as packed:
                lines.copy_young(codecs.reader(file), packed, clock, first, self.before)

        self._quiet(entry)
        self.bytes += judged.old_bytes if self.dry_run else max(0, entry.stat.st_size - folder.replace(entry, write))
        self.rewritten += 1

    def _quiet(self, entry: Entry) -> None:
        """A writer that holds the file open would go on writing into what we removed: wait until it is quiet."""
        if self.now.timestamp() - entry.stat.st_mtime < self.spec.quiet:
            raise Changed(entry.name)


def sweep(root: Path, spec: FileClass, before: datetime, *, now: datetime, dry_run: bool) -> Swept:
    """Erases what was recorded before `before` (aware). Raises OSError when the folder or disk refuses."""
    sweeper = _Sweeper(spec, before, now, dry_run)
    one = sweeper.by_day if spec.by == "day" else sweeper.by_line
    unreadable, busy, refused = [], [], []
    for entry in folder.entries(root, spec.pattern):
        if not isinstance(entry, Entry):
            refused.append(Left(*entry))
            continue
        try:
            why = one(entry)
        except Changed:
            busy.append(Left(entry.name, "past, and still written to"))
        except codecs.Damaged:
            unreadable.append(Left(entry.name, "cut off or corrupt"))
        else:
            unreadable += [Left(entry.name, why)] if why else []
    did = sweeper.files, sweeper.rewritten, sweeper.lines, sweeper.bytes
    return Swept(*did, tuple(unreadable), tuple(busy), tuple(refused), dry_run)


def _with(entry: Entry, read: Callable[[IO[bytes]], T]) -> T:
    """What `read` makes of the file's unpacked content."""
    with folder.open_regular(entry) as file:
        return read(codecs.reader(file))
