"""People's lines and files in one class: found, and erased. Each file is read once for all of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from troth.systems.files import codecs, columns, formats, whole
from troth.systems.files.classes import FileClass
from troth.systems.files.looked import Looked
from troth.systems.files.reading import Meter, quiet, raw, unpacked
from troth.systems.files.records import Unreadable
from troth.systems.files.search import Hit, Search, Seen
from troth.systems.files.store import Changed, Gone, Item, Left, Progress, Store
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Finding

OnFinding = Callable[[int, Finding], None]


class _Nothing(Exception):
    """Nothing would be left of the file."""


class ClassSearch:
    """People in one class of files: `find` looks, `erase` acts. Raises OSError when the store refuses."""

    def __init__(
        self, store: Store, name: str, spec: FileClass, people: Sequence[Identifiers], progress: Progress | None = None
    ) -> None:
        self._store, self._name, self._spec = store, name, spec
        self._search = Search(spec, people)
        self._named = whole.Named(spec, people)
        self._sidecars = whole.Sidecars(store, spec, people) if spec.sidecar else None
        self._standing: set[str] = set()  # sidecars of files that stay
        self._dealt_with: set[str] = set()  # files that went or were written anew, with all their versions
        self._acting = False
        self._meter = Meter(progress)
        self.looked = Looked()

    def find(self, on_finding: OnFinding) -> Looked:
        """Tells of every line and file, with the person's place in the sequence."""

        def look(item: Item) -> None:
            for owner in self._owners(item):
                on_finding(owner, self._file(item))
                self.looked.whole[owner] += 1
            for hit in self._hits(item):
                for owner in hit.owners:
                    on_finding(owner, self._line(item, hit))
                    self.looked.lines[owner] += 1

        self._each(look)
        return self.looked

    def erase(self, now: datetime, *, dry_run: bool = False) -> Looked:
        """Lines go, or are masked; files of somebody's go whole. What is still written to is left and said (`busy`)."""

        def act(item: Item) -> None:
            if owners := self._owners(item):
                self._remove(item, now, dry_run=dry_run)
                self.looked.whole.update(owners)
            elif self._spec.lines == "parquet":
                self._rows(item, now, dry_run=dry_run)
            elif self._spec.lines:
                self._lines(item, now, dry_run=dry_run)

        self._acting = True
        self._each(act)
        return self.looked

    def _each(self, act: Callable[[Item], None]) -> None:
        """What goes wrong with one file is said, and the next is looked at. Nobody with an identifier of the kinds that
        the class holds: nothing is read."""
        if not (self._search.people.needles or self._named.people.needles):
            return
        found = list(whole.listed(self._store, self._spec))
        self._meter.total = sum(one.size for one in found if isinstance(one, Item))
        for item in found:
            if isinstance(item, Left):
                self.looked.left.append(item)
            elif not (self._sidecars and self._sidecars.is_one(item)):
                self._tried(act, item)
        for item in self._sidecars.every() if self._sidecars else ():
            if item.name not in self._standing:
                self._tried(act, item)

    def _tried(self, act: Callable[[Item], None], item: Item) -> None:
        if item.name in self._dealt_with and not item.current:
            return  # it went with the file that replaced it
        self.looked.files += 1
        try:
            act(item)
        except Gone:
            pass
        except Changed:
            where = self.looked.busy if self._acting else self.looked.left
            where.append(Left(item.shown, "it changed while it was read"))
        except Unreadable as problem:
            self.looked.left.append(Left(item.shown, str(problem)))
        except codecs.Damaged:
            self.looked.left.append(Left(item.shown, "cut off or corrupt"))
        self._meter.finished(item)

    def _owners(self, item: Item) -> frozenset[int]:
        """Whose the file is as a whole. A sidecar stands while a file does that it speaks of."""
        owners = self._named.owners(item)
        if self._sidecars is None:
            return owners
        if self._sidecars.is_one(item):
            beside = self._sidecars.says(item)
        else:
            self._standing |= {one.name for one in self._sidecars.beside(item)}
            beside = self._sidecars.owners(item)
        if isinstance(beside, Left):
            self.looked.left.append(beside)
            return owners
        return owners | beside

    def _hits(self, item: Item) -> Iterator[Hit]:
        if self._spec.lines == "parquet":
            with raw(self._store, item, self._meter) as file:
                yield from columns.hits(file, self._search)
        elif self._spec.lines:
            with unpacked(self._store, item, self._meter) as stream:
                for seen in self._search.blocks(stream, formats.format_of(self._spec)):
                    yield from seen.hits
                    self._note(item, seen)

    def _note(self, item: Item, seen: Seen) -> None:
        self.looked.unread.update({item.shown: seen.unread} if seen.unread else {})
        self.looked.elsewhere.update({item.shown: seen.elsewhere} if seen.elsewhere else {})

    def _lines(self, item: Item, now: datetime, *, dry_run: bool) -> None:
        whole_file = self._spec.on_erase == "delete file" or not item.current
        counted: Counter[int] = Counter()
        clean = 0
        with unpacked(self._store, item, self._meter) as stream:
            for seen in self._search.blocks(stream, formats.format_of(self._spec)):
                if seen.hits and not (dry_run or whole_file):
                    break
                counted.update(owner for hit in seen.hits for owner in hit.owners)
                self._note(item, seen)
                clean += 1
            else:
                if counted:
                    self._remove(item, now, dry_run=dry_run) if whole_file else self._said(item, now)
                    self.looked.lines.update(counted)
                return
        self.looked.lines.update(self._rewrite(item, now, clean))

    def _rewrite(self, item: Item, now: datetime, clean: int) -> Counter[int]:
        """Writes the file without these people's lines; returns how many they were, by person."""
        counted: Counter[int] = Counter()
        with self._store.open(item) as file:
            codec = codecs.codec_of(file)

        def write(target: BinaryIO) -> None:
            form, kept = formats.format_of(self._spec), 0
            with unpacked(self._store, item, self._meter) as stream, codecs.writer(target, codec) as packed:
                for number, seen in enumerate(self._search.blocks(stream, form, clean)):
                    for piece in self._search.kept(form, seen):
                        kept += packed.write(piece)
                    counted.update(owner for hit in seen.hits for owner in hit.owners)
                    if number >= clean:
                        self._note(item, seen)
            if not kept:
                raise _Nothing

        self._replaced(item, now, write)
        return counted

    def _rows(self, item: Item, now: datetime, *, dry_run: bool) -> None:
        with raw(self._store, item, self._meter) as file:
            counted = Counter(owner for hit in columns.hits(file, self._search) for owner in hit.owners)
        if not counted:
            return
        if self._spec.on_erase == "delete file" or not item.current:
            self._remove(item, now, dry_run=dry_run)
        elif dry_run:
            self._said(item, now)
        else:

            def write(target: BinaryIO) -> None:
                with raw(self._store, item, self._meter) as file:
                    if not columns.write(file, target, self._search):
                        raise _Nothing

            self._replaced(item, now, write)
        self.looked.lines.update(counted)

    def _replaced(self, item: Item, now: datetime, write: Callable[[BinaryIO], None]) -> None:
        quiet(self._store, item, self._spec, now)
        self._dealt_with.add(item.name)
        try:
            self._store.replace(item, write)
            self.looked.rewritten += 1
        except _Nothing:
            self._store.remove(item)
            self.looked.removed += 1

    def _said(self, item: Item, now: datetime) -> None:
        """What a dry run says of a file that would be written anew."""
        quiet(self._store, item, self._spec, now)
        self.looked.rewritten += 1

    def _remove(self, item: Item, now: datetime, *, dry_run: bool) -> None:
        quiet(self._store, item, self._spec, now)
        if not dry_run:
            self._store.remove(item)
        if item.current:
            self._dealt_with.add(item.name)
        if self._sidecars:
            self._standing -= {one.name for one in self._sidecars.beside(item)}
        self.looked.removed += 1

    def _line(self, item: Item, hit: Hit) -> Finding:
        items = {path: one for path in hit.fields if (one := self._item(path))}
        return Finding(self._name, f"{item.shown}:{hit.line}", dict(hit.fields), items)

    def _item(self, path: str) -> str | None:
        """The data item of a field: its own, or that of what it is nested in."""
        while path:
            if path in self._spec.items:
                return self._spec.items[path]
            path = path.rpartition(".")[0]
        return self._spec.items.get("*")

    def _file(self, item: Item) -> Finding:
        changed = datetime.fromtimestamp(item.changed, UTC).isoformat()
        beside = self._sidecars.fields(item) if self._sidecars else {}
        items = {path: one for path in beside if (one := self._item(path))}
        told = {"file": item.name, "bytes": item.size, "changed": changed}
        return Finding(self._name, item.shown, {**beside, **told}, items)
