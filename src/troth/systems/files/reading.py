"""Files of a store as streams of what is in them, and how far a long read has come."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, BinaryIO, cast

from troth.systems.files import codecs
from troth.systems.files.classes import FileClass
from troth.systems.files.store import Changed, Item, Progress, Store

_BUFFER = 1 << 18


@dataclass
class Meter:
    """Tells `progress` of bytes read, packed as they are; a file that is read twice counts once."""

    progress: Progress | None = None
    total: int = 0
    done: int = 0

    def at(self, position: int) -> None:
        if self.progress:
            self.progress(min(self.total, self.done + position), self.total)

    def finished(self, item: Item) -> None:
        self.done += item.size
        self.at(0)


class _Metered(io.RawIOBase):
    """Reads through, and tells where it is."""

    def __init__(self, file: BinaryIO, meter: Meter) -> None:
        self._file, self._meter = file, meter

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        data = self._file.read(len(view))
        view[: len(data)] = data
        self._meter.at(self._file.tell())
        return len(data)


@contextmanager
def raw(store: Store, item: Item, meter: Meter | None = None) -> Iterator[BinaryIO]:
    """The file's bytes as they are; seekable."""
    with store.open(item) as file:
        if meter and meter.progress:
            yield cast(BinaryIO, io.BufferedReader(_Metered(file, meter), _BUFFER))
        else:
            yield file


@contextmanager
def unpacked(store: Store, item: Item, meter: Meter | None = None) -> Iterator[IO[bytes]]:
    """The file's content; reading raises one of `codecs.Damaged` where it is cut off or corrupt."""
    with raw(store, item, meter) as file:
        yield codecs.reader(file)


def quiet(store: Store, item: Item, spec: FileClass, now: datetime) -> None:
    """Raises Changed for a file that may still be written to: a writer that holds it open would go on writing into what
    we removed."""
    if store.appended and item.current and now.timestamp() - item.changed < spec.quiet:
        raise Changed(item.name)
