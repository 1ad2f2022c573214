"""A folder of this machine as a store."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from troth.systems.files import folder
from troth.systems.files.folder import Entry
from troth.systems.files.store import Item, Left


class LocalStore:
    """Links are not followed, a file is replaced by renaming: see `folder`."""

    appended = True

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def where(self) -> str:
        return str(self.root)

    def items(self, pattern: str) -> Iterator[Item | Left]:
        for entry in folder.entries(self.root, pattern):
            if isinstance(entry, Entry):
                yield Item(entry.name, entry.stat.st_size, entry.stat.st_mtime, place=entry)
            else:
                yield Left(*entry)

    def open(self, item: Item) -> BinaryIO:
        return folder.open_regular(item.place)

    def replace(self, item: Item, write: Callable[[BinaryIO], None]) -> int:
        return folder.replace(item.place, write)

    def remove(self, item: Item) -> None:
        folder.remove(item.place)

    def alone(self) -> AbstractContextManager[bool]:
        return folder.swept_alone(self.root)
