"""Files that are somebody's as a whole: by their name, or by what a small JSON file beside them says."""

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from troth.systems.files import codecs, formats, patterns
from troth.systems.files.classes import FileClass
from troth.systems.files.people import People
from troth.systems.files.reading import unpacked
from troth.systems.files.search import Search
from troth.systems.files.store import Changed, Gone, Item, Left, Store
from troth.systems.kit.identifiers import Identifiers

_MOST = 1 << 20  # bytes of a sidecar


class Named:
    """Whose a file is, by its name."""

    def __init__(self, spec: FileClass, people: Sequence[Identifiers]) -> None:
        self._pattern = spec.pattern
        self.people = People(people, patterns.KINDS if patterns.names_person(spec.pattern) else ())

    def owners(self, item: Item) -> frozenset[int]:
        found = patterns.person_in(self._pattern, item.name)
        return frozenset(number for kind, value in found for number in self.people.named(kind, value))


class Sidecars:
    """Whose a file is, by the JSON file beside it."""

    def __init__(self, store: Store, spec: FileClass, people: Sequence[Identifiers]) -> None:
        self._store = store
        self._search = Search(spec, people)
        ending = spec.sidecar or ""
        beside = f"{patterns.folder_of(spec.pattern)}*{ending}"
        self._files: dict[str, list[Item]] = {}
        for one in store.items(beside):
            if isinstance(one, Item):
                self._files.setdefault(one.name, []).append(one)
        self._ending = ending

    def beside(self, item: Item) -> list[Item]:
        """The sidecars of a file: `a.json` or `a.mp4.json` beside `a.mp4`, in every version."""
        path = PurePosixPath(item.name)
        names = dict.fromkeys((str(path.with_suffix(self._ending)), item.name + self._ending))
        return [one for name in names if name != item.name for one in self._files.get(name, ())]

    def is_one(self, item: Item) -> bool:
        return item.name in self._files

    def every(self) -> Iterator[Item]:
        """All of them, in every version."""
        for versions in self._files.values():
            yield from versions

    def says(self, item: Item) -> frozenset[int] | Left:
        """Whose the file is that a sidecar stands beside."""
        fields = self._read(item)
        return fields if isinstance(fields, Left) else self._search.owners(fields)

    def fields(self, item: Item) -> formats.Fields:
        """What the sidecars of a file say."""
        told = [one for one in map(self._read, self.beside(item)) if not isinstance(one, Left)]
        return {path: value for one in told for path, value in one.items()}

    def owners(self, item: Item) -> frozenset[int] | Left:
        """Left where nothing says whose it is."""
        found: frozenset[int] = frozenset()
        sidecars = self.beside(item)
        for one in sidecars:
            said = self.says(one)
            if isinstance(said, Left):
                return said
            found |= said
        return found if sidecars else Left(item.shown, f"no {self._ending} file beside it says whose it is")

    def _read(self, item: Item) -> formats.Fields | Left:
        try:
            with unpacked(self._store, item) as stream:
                content = stream.read(_MOST + 1)
            found = json.loads(content) if len(content) <= _MOST else None
        except Gone:
            return {}
        except (ValueError, RecursionError, Changed, *codecs.Damaged):
            found = None
        return formats.flat(found) if isinstance(found, dict) else Left(item.shown, "no JSON object that can be read")


def listed(store: Store, spec: FileClass) -> Iterator[Item | Left]:
    """The files of a class: those its pattern matches in full, also where a person's identifier stands in it."""
    matches = patterns.matcher(spec.pattern).fullmatch
    for one in store.items(patterns.glob(spec.pattern)):
        if isinstance(one, Left) or matches(one.name):
            yield one
