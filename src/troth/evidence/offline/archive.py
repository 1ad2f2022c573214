"""Opens a bundle as a stranger's zip: known files only, bounded reads, every defect an Unsound."""

import errno
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, NoReturn, Self

from troth.evidence.offline.problems import Unsound, shown

FORMAT = "troth-evidence/1"
FILES = frozenset({"manifest.json", "entries.jsonl", "leaves.bin", "checkpoint", "checkpoints.jsonl", "key"})
MAX_SMALL = 65_536
MAX_LINE = 16_384
_CHUNK = 65_536
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,  # encrypted
    ValueError,
    OverflowError,
    MemoryError,
)


@contextmanager
def _sound(what: str) -> Iterator[None]:
    """Turn what broken zip content raises into Unsound; a disk that fails stays an OSError."""
    try:
        yield
    except _BROKEN:
        raise Unsound(f"{what} is damaged") from None
    except OSError as problem:
        if problem.errno not in (errno.EINVAL, None):
            raise
        raise Unsound(f"{what} is damaged") from None


class Archive:
    """The files of a bundle. Raises Unsound when opened on anything but the files a bundle has, each once."""

    def __init__(self, file: IO[bytes]) -> None:
        with _sound("the bundle (not a zip file, or cut short)"):
            self._zip = zipfile.ZipFile(file)
        members = self._zip.infolist()
        self._members = {member.filename: member for member in members}
        for name in sorted(self._members.keys() - FILES):
            raise Unsound(f"the bundle holds a file that does not belong there: {shown(name)}")
        for name in sorted(FILES - self._members.keys()):
            raise Unsound(f"{name} is missing from the bundle")
        if len(members) != len(FILES):
            raise Unsound("the bundle holds a file twice")
        for member in members:
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
                raise Unsound(f"{member.filename} is encrypted or packed in a way bundles are not")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self._zip.close()

    def length(self, name: str) -> int:
        """Size that the zip claims for a file, in bytes; reading gives no more than that."""
        return self._members[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """A file's bytes, a chunk at a time."""
        with _sound(name):
            member = self._zip.open(name)
        with member:
            while True:
                with _sound(name):
                    chunk = member.read(_CHUNK)
                if not chunk:
                    return
                yield chunk

    def text(self, name: str) -> str:
        """A small file, as UTF-8."""
        read = bytearray()
        for chunk in self.chunks(name):
            read += chunk
            if len(read) > MAX_SMALL:
                raise Unsound(f"{name} is larger than {MAX_SMALL} bytes")
        with _sound(f"{name} (not UTF-8)"):
            return read.decode()

    def lines(self, name: str, most: int = MAX_LINE) -> Iterator[bytes]:
        """A file's lines without their newline, none longer than `most` bytes; the last must be ended too."""
        rest, number = b"", 0
        for chunk in self.chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                number += 1
                if len(line) > most:
                    raise Unsound(f"line {number} of {name} is longer than {most} bytes")
                yield line
            if len(rest) > most:
                raise Unsound(f"line {number + 1} of {name} is longer than {most} bytes")
        if rest:
            raise Unsound(f"line {number + 1} of {name} is cut short: it has no newline")

    def hashes(self, name: str) -> Iterator[bytes]:
        """A file of 32-byte hashes."""
        rest = b""
        for chunk in self.chunks(name):
            rest += chunk
            whole = len(rest) - len(rest) % 32
            yield from (rest[at : at + 32] for at in range(0, whole, 32))
            rest = rest[whole:]
        if rest:
            raise Unsound(f"{name} does not hold whole hashes")


def strict_json(data: bytes | str, what: str) -> object:
    """JSON without its traps: no repeated names, no NaN, no endless nesting. Raises Unsound naming `what`."""
    try:
        return json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unsound(f"{what} is not sound JSON") from None


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("not a JSON number")
