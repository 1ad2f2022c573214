"""How old one file is."""

from datetime import datetime

from troth.systems.files import codecs, lines
from troth.systems.files.classes import FileClass
from troth.systems.files.reading import unpacked
from troth.systems.files.store import Changed, Gone, Item, Left, Store
from troth.systems.files.times import LineClock, file_time


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
