"""Goes through a bundle's entries in order and compares them with everything that was signed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from troth.evidence.offline.archive import Archive, strict_json
from troth.evidence.offline.note import MAX_NOTE, Key, Signed, read_checkpoint
from troth.evidence.offline.problems import Unsound
from troth.evidence.offline.tree import Tree, leaf

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True)
class Mark:
    """A signed size and root that the entries must meet on the way."""

    signed: Signed
    what: str


def history(archive: Archive, key: Key, last: Signed) -> Iterator[Mark]:
    """Every earlier checkpoint of the bundle, its signature checked, in growing size. Raises Unsound."""
    before = -1
    for number, line in enumerate(archive.lines("checkpoints.jsonl", 2 * MAX_NOTE), 1):
        where = f"checkpoints.jsonl line {number}"
        note = strict_json(line, where)
        if not isinstance(note, str):
            raise Unsound(f"{where} is not text")
        signed = read_checkpoint(note, key, where)
        if not before < signed.size <= last.size:
            raise Unsound(f"{where}: sizes must grow, up to the bundle's own")
        before = signed.size
        yield Mark(signed, f"the checkpoint of {signed.size} in checkpoints.jsonl")
    if before != last.size:
        raise Unsound("checkpoints.jsonl does not end with the bundle's own checkpoint")


def leaves_are_signed(archive: Archive, last: Signed) -> bool:
    """Whether leaves.bin is what the checkpoint signed; then it tells which entry is wrong, not only that one is."""
    if archive.length("leaves.bin") != 32 * last.size:
        return False
    tree = Tree()
    for hashed in archive.hashes("leaves.bin"):
        tree.add(hashed)
    return (tree.count, tree.root()) == (last.size, last.root)


class Walk:
    """One pass over entries.jsonl. Raises Unsound at the first thing that is wrong, with the place where known."""

    def __init__(self, archive: Archive, last: Signed, marks: Iterator[Mark]) -> None:
        self._archive = archive
        self._last = last
        self._tree = Tree()
        self._marks = marks
        self._mark = next(marks, None)
        self._agreed = 0  # so many entries are known to be as signed

    def run(self, leaves_signed: bool) -> None:
        self._meet_marks()
        lines = self._archive.lines("entries.jsonl")
        expected = self._archive.hashes("leaves.bin") if leaves_signed else None
        for line in lines:
            self._step(line, lines, expected)
        if self._tree.count < self._last.size:
            raise Unsound(
                f"entries are missing: the checkpoint covers {self._last.size}, "
                f"entries.jsonl ends after {self._tree.count}"
            )
        self._expect(self._last, "the bundle's checkpoint")

    def _step(self, line: bytes, lines: Iterator[bytes], expected: Iterator[bytes] | None) -> None:
        position = self._tree.count
        if position >= self._last.size:
            raise Unsound(f"entries.jsonl goes on after the {self._last.size} entries that the checkpoint covers")
        hashed = leaf(line)
        if expected is not None and hashed != (wanted := next(expected)):
            raise Unsound(f"position {position}: {_diagnosis(hashed, wanted, next(lines, None), next(expected, None))}")
        _check_entry(line, position)
        self._tree.add(hashed)
        self._meet_marks()

    def _meet_marks(self) -> None:
        while self._mark and self._mark.signed.size == self._tree.count:
            self._expect(self._mark.signed, self._mark.what)
            self._agreed = self._tree.count
            self._mark = next(self._marks, None)

    def _expect(self, signed: Signed, what: str) -> None:
        if self._tree.root() != signed.root:
            raise Unsound(
                f"the first {signed.size} entries are not those that {what} signed; "
                f"the first difference lies in positions {self._agreed} to {signed.size - 1}"
            )


def _diagnosis(hashed: bytes, wanted: bytes, next_line: bytes | None, next_wanted: bytes | None) -> str:
    """What happened at the first place where entries and signed leaf hashes part, from one look ahead."""
    came_early = hashed == next_wanted
    comes_late = next_line is not None and leaf(next_line) == wanted
    if came_early and comes_late:
        return "this entry and the next were put in another order"
    if came_early:
        return "the entry that was signed here was dropped or moved"
    if comes_late:
        return "an entry was added here that was not signed"
    return "the entry is not the one that was signed here"


def _check_entry(line: bytes, position: int) -> None:
    where = f"position {position}"
    entry = strict_json(line, where)
    if not isinstance(entry, dict) or not {"kind", "at", "facts"} <= entry.keys() <= {"kind", "at", "facts", "person"}:
        raise Unsound(f"{where} is not an entry: it must hold kind, at and facts, and may hold person")
    kind, at, facts, person = entry["kind"], entry["at"], entry["facts"], entry.get("person", "")
    if not (isinstance(kind, str) and isinstance(facts, dict) and isinstance(person, str)):
        raise Unsound(f"{where} is not an entry: kind, facts or person is of a wrong type")
    if not isinstance(at, str) or not _TIME.fullmatch(at):
        raise Unsound(f"{where} is not an entry: at is not a time")


def merged(marks: Iterator[Mark], since: Mark | None) -> Iterator[Mark]:
    """The marks with the reader's own put in at its size."""
    for mark in marks:
        if since and since.signed.size <= mark.signed.size:
            yield from (since, mark)
            yield from marks
            return
        yield mark
    yield from chain([since] if since else [])
