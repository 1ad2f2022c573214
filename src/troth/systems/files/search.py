"""Looks through a stream for people's records: which they are, whose, and what could not be told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from troth.systems.files import formats, records
from troth.systems.files.classes import FileClass
from troth.systems.files.formats import Csv, Fields, Format
from troth.systems.files.people import ERASED, People
from troth.systems.files.prefilter import Prefilter
from troth.systems.kit.identifiers import Identifiers


@dataclass(frozen=True, repr=False)
class Hit:
    """A record of somebody's: its first line in the file, from 1, where it stands in its block, and whose it is."""

    line: int
    start: int
    end: int
    fields: Fields
    owners: frozenset[int]


@dataclass(frozen=True, repr=False)
class Seen:
    """A block of whole records, and what was found in it.

    `unread`: lines with an identifier in them that are not of the class's format. `elsewhere`: with an e-mail address
    in a field that the class does not declare to hold one.
    """

    content: bytes
    hits: list[Hit] = field(default_factory=list)
    unread: int = 0
    elsewhere: int = 0


class Search:
    """People looked for in one class of files."""

    def __init__(self, spec: FileClass, people: Sequence[Identifiers]) -> None:
        self.spec = spec
        self.kinds = tuple(spec.holds)
        self.people = People(people, self.kinds)
        self._prefilter = Prefilter(self.people.needles)
        self._csv = spec.lines == "csv"

    def owners(self, fields: Fields) -> frozenset[int]:
        """Whose record it is, by the fields that the class declares."""
        return frozenset(
            number
            for kind, names in self.spec.holds.items()
            for name in names
            for value in formats.values(fields, name)
            for number in self.people.owners(kind, value)
        )

    def mask(self, path: str, value: str) -> str:
        """What may stay of a field."""
        if formats.belongs(path, tuple(self.spec.items)):
            return ERASED
        for kind, names in self.spec.holds.items():
            if formats.belongs(path, names) and self.people.owners(kind, value):
                value = self.people.masked(kind, value)
        return value

    def blocks(self, stream: IO[bytes], form: Format, clean: int = 0) -> Iterator[Seen]:
        """The whole stream in order; the first `clean` blocks are known to hold nothing, and are not looked at.

        Raises records.Unreadable, or one of codecs.Damaged.
        """
        line = 0
        for number, block in enumerate(records.quoted(stream) if self._csv else records.lines(stream)):
            if number == 0:
                _judge(block)
            skip = self._header(form, block) if number == 0 else 0
            yield self._seen(form, block, line, skip) if number >= clean else Seen(block)
            line += block.count(b"\n")

    def kept(self, form: Format, seen: Seen) -> Iterator[bytes]:
        """What stays of the block: all but these people's records, or these masked."""
        at = 0
        for hit in seen.hits:
            yield seen.content[at : hit.start]
            if self.spec.on_erase == "mask":
                yield form.write(seen.content[hit.start : hit.end], self.mask)
            at = hit.end
        yield seen.content[at:] if at else seen.content

    def _header(self, form: Format, block: bytes) -> int:
        """Bytes of the record that names the columns, if that is where they are named."""
        if not isinstance(form, Csv) or form.columns:
            return 0
        _, _, end = next(records.spans_of_records(block, ((0, 0),)), (0, 0, 0))
        form.columns = list((form.read(block[:end]) or {}).values())
        return end

    def _seen(self, form: Format, block: bytes, line: int, skip: int) -> Seen:
        seen = Seen(block)
        numbers = self._prefilter.lines(block)
        if not numbers:
            return seen
        spans = (records.spans_of_records if self._csv else records.spans_of_lines)(block, numbers)
        unread = elsewhere = 0
        for number, start, end in spans:
            if start < skip:
                continue
            fields = form.read(block[start:end])
            if fields is None:
                unread += self._named(block[start:end])
            elif owners := self.owners(fields):
                seen.hits.append(Hit(line + number + 1, start, end, fields, owners))
            else:
                elsewhere += self._elsewhere(fields)
        return Seen(block, seen.hits, unread, elsewhere)

    def _named(self, record: bytes) -> bool:
        text = record.decode(errors="replace")
        return any(self.people.owners(kind, text) for kind in self.kinds)

    def _elsewhere(self, fields: Fields) -> bool:
        texts = (*formats.values(fields, "*"), *fields)
        return "email" in self.kinds and any(self.people.owners("email", text) for text in texts)


_PACKED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip", b"\x04\x22\x4d\x18": "lz4", b"PAR1": "parquet"}
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_SAMPLE = 4096  # bytes by which text is told from anything else
_CONTROLS = bytes({*range(32)} - {*b"\t\n\v\f\r\x1b"})


def _judge(block: bytes) -> None:
    """Raises Unreadable for content that is no text we could find anything in."""
    for start, name in _PACKED.items():
        if block.startswith(start):
            raise records.Unreadable(f"it is a {name} file, which this class does not read")
    if block.startswith(_WIDE):
        raise records.Unreadable("it is written in UTF-16; only UTF-8 is read")
    sample = block[:_SAMPLE]
    if (len(sample) - len(sample.translate(None, _CONTROLS))) * 20 > len(sample):
        raise records.Unreadable("it is no text: packed, encrypted or an archive")
