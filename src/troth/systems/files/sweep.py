"""Erases what is past in one class of files, whole files by day or lines by their time."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import BinaryIO

from troth.systems.files import codecs, lines, patterns
from troth.systems.files.classes import FileClass
from troth.systems.files.lines import Run
from troth.systems.files.reading import Meter, quiet, unpacked
from troth.systems.files.store import Changed, Gone, Item, Left, Progress, Store
from troth.systems.files.times import LineClock, file_time


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


class _Tally(Iterator[Run]):
    """Runs of a file as they pass, counted."""

    def __init__(self, runs: Iterator[Run]) -> None:
        self._runs = runs
        self.old = self.old_bytes = 0
        self.young = False

    def __next__(self) -> Run:
        run = next(self._runs)
        if run.old:
            self.old += run.lines
            self.old_bytes += len(run.content)
        self.young = self.young or not run.old
        return run


@dataclass
class _Sweeper:
    """One sweep at work, and its tally."""

    store: Store
    spec: FileClass
    before: datetime
    now: datetime
    dry_run: bool
    meter: Meter
    files: int = 0
    rewritten: int = 0
    lines: int = 0
    bytes: int = 0

    def by_day(self, item: Item) -> str | None:
        time = file_time(item.bare, item.changed, self.spec.zone)
        if time is None:
            return "the date in its name is none"
        if time < self.before:
            self._erase(item)
        return None

    def by_line(self, item: Item) -> str | None:
        clock = LineClock(self.spec)
        with unpacked(self.store, item) as stream:
            first = lines.first_time(stream, clock)
        if first is None:
            with unpacked(self.store, item) as stream:
                return "no line shows a time" if stream.read(1) else None
        looks_only = self.dry_run or not item.current  # a superseded version cannot be written anew: it goes whole
        with unpacked(self.store, item, self.meter) as stream:
            runs = _Tally(lines.runs(stream, clock, first, self.before))
            turn = None if looks_only else _turn(runs)
            if turn:  # the usual log: past lines, then young ones, read once
                self._thin(item, chain((turn,), runs))
            elif looks_only:
                deque(runs, maxlen=0)
        if turn is None and runs.old and runs.young and not looks_only:
            with unpacked(self.store, item, self.meter) as stream:
                runs = _Tally(lines.runs(stream, clock, first, self.before))
                self._thin(item, runs)
        elif turn is None and runs.old:
            self._past(item, runs)
        self.lines += runs.old
        return None

    def _past(self, item: Item, runs: _Tally) -> None:
        """A file of past lines only goes; of one with others a dry run says what would be written anew."""
        if not runs.young or not item.current:
            self._erase(item)
            return
        quiet(self.store, item, self.spec, self.now)
        self.bytes += runs.old_bytes
        self.rewritten += 1

    def _erase(self, item: Item) -> None:
        quiet(self.store, item, self.spec, self.now)
        if not self.dry_run:
            self.store.remove(item)
        self.files += 1
        self.bytes += item.size

    def _thin(self, item: Item, runs: Iterable[Run]) -> None:
        """Writes the file anew without its past lines."""
        with self.store.open(item) as file:
            codec = codecs.codec_of(file)

        def write(target: BinaryIO) -> None:
            with codecs.writer(target, codec) as packed:
                for run in runs:
                    if not run.old:
                        packed.write(run.content)

        quiet(self.store, item, self.spec, self.now)
        self.bytes += max(0, item.size - self.store.replace(item, write))
        self.rewritten += 1


def _turn(runs: Iterator[Run]) -> Run | None:
    """Reads to the first young lines behind past ones; None at the end, and where past lines stand behind young."""
    begun = None
    for run in runs:
        if begun is not None and run.old is not begun:
            return None if run.old else run
        begun = run.old
    return None


def sweep(
    store: Store, spec: FileClass, before: datetime, *, now: datetime, dry_run: bool, progress: Progress | None = None
) -> Swept:
    """Erases what was recorded before `before` (aware). Raises OSError when the store or disk refuses."""
    items = list(store.items(patterns.glob(spec.pattern)))
    meter = Meter(progress, sum(one.size for one in items if isinstance(one, Item)))
    sweeper = _Sweeper(store, spec, before, now, dry_run, meter)
    one = sweeper.by_day if spec.by == "day" else sweeper.by_line
    unreadable, busy, refused = [], [], []
    for item in items:
        if not isinstance(item, Item):
            refused.append(item)
            continue
        try:
            why = one(item)
        except Gone:
            continue
        except Changed:
            busy.append(Left(item.shown, "past, and still written to"))
        except codecs.Damaged:
            unreadable.append(Left(item.shown, "cut off or corrupt"))
        else:
            unreadable += [Left(item.shown, why)] if why else []
        meter.finished(item)
    did = sweeper.files, sweeper.rewritten, sweeper.lines, sweeper.bytes
    return Swept(*did, tuple(unreadable), tuple(busy), tuple(refused), dry_run)
