"""What a place for files is to the rest: listed, read, replaced whole or not at all, removed for good."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol

Progress = Callable[[int, int], None]
"""Called with bytes read so far, packed as they are, and bytes there are."""


class Changed(Exception):
    """The file changed while it was read: somebody still writes to it."""


class Gone(Exception):
    """A superseded version that is not there any more: it went together with the file that replaced it."""


@dataclass(frozen=True)
class Left:
    """A file that was not judged or not changed, by its name in the store, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class Item:
    """A file of a store: its name relative to the store, bytes, seconds since the epoch of its last change.

    `current`: not so where a versioned bucket still keeps what was replaced or deleted. `place`: the store's own.
    """

    name: str
    size: int
    changed: float
    current: bool = True
    place: Any = None

    @property
    def bare(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def shown(self) -> str:
        """What to call it."""
        return self.name if self.current else f"{self.name} (an older version)"


class Store(Protocol):
    """Every act may raise OSError, with words for people in `strerror`."""

    @property
    def where(self) -> str:
        """What people call the place, without credentials."""
        ...

    @property
    def appended(self) -> bool:
        """Whether a writer may hold a file open and add to it: then it is changed only once it has been quiet."""
        ...

    def items(self, pattern: str) -> Iterator[Item | Left]:
        """Files that match, by name, superseded versions too; Left for one that must not be touched."""
        ...

    def open(self, item: Item) -> BinaryIO:
        """The very file that was listed, grown or not; seekable. Raises Changed, Gone."""
        ...

    def replace(self, item: Item, write: Callable[[BinaryIO], None]) -> int:
        """Replaces the file by what `write` writes and leaves nothing of the old; returns the new size in bytes.

        The original stands until the very end. Raises Changed when it is not the one that was listed.
        """
        ...

    def remove(self, item: Item) -> None:
        """Removes the file for good: with a current one, all its versions. Raises Changed as `replace` does."""
        ...

    def alone(self) -> AbstractContextManager[bool]:
        """Keeps other sweeps of ours out; False inside when one is at work already."""
        ...
