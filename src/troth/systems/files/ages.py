"""How old one file is, and what is said where files do not show it."""

from dataclasses import dataclass
from datetime import datetime

from troth.systems.files import codecs, lines
from troth.systems.files.classes import FileClass
from troth.systems.files.reading import unpacked
from troth.systems.files.store import Changed, Gone, Item, Left, Store
from troth.systems.files.times import LineClock, file_time


@dataclass(frozen=True)
class CouldNotTell:
    """Some files do not show how old they are. `oldest`: the oldest among the others."""

    files: tuple[Left, ...]
    oldest: datetime | None = None

    @property
    def reason(self) -> str:
        more = f" and {len(self.files) - 1} more" if len(self.files) > 1 else ""
        return f"{self.files[0].file}: {self.files[0].reason}{more}"


def age(store: Store, item: Item, spec: FileClass, thorough: bool) -> datetime | Left | None:
    """A file's oldest time; None when it holds nothing; Left when it does not show it."""
    if spec.by == "day":
        time = file_time(item.bare, item.changed, spec.zone)
        return time or Left(item.shown, "the date in its name is none")
    if item.size == 0:
        return None
    look = lines.oldest_of_all if thorough else lines.oldest_at_start
    try:
        with unpacked(store, item) as stream:
            return look(stream, LineClock(spec)) or Left(item.shown, "no line shows a time")
    except codecs.Damaged:
        return Left(item.shown, "cut off or corrupt")
    except Changed:
        return Left(item.shown, "it changed while it was read")
    except Gone:
        return None
