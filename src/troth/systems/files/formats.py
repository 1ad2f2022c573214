"""What stands in one record of a file: read field by field, and written again with some of them masked. Pure."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from troth.systems.files.classes import FIELDS, FileClass

Fields = Mapping[str, Any]
"""Field → its value, or a list of its values where it stands more than once; nested names with dots."""
Mask = Callable[[str, str], str]
"""(field, value) → the value that may stay."""
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_COMMON = re.compile(
    rf"(\S+) (\S+) (.*?) \[([^\]]*)\](?: {_QUOTED})?(?: (\S+) (\S+))?(?: {_QUOTED} {_QUOTED})?(.*)", re.DOTALL
)
_NAMES = FIELDS["common log"]
_BYTE = re.compile(r'\\x([0-9a-fA-F]{2})|\\(["\\])')


class Format(Protocol):
    """One way to write records."""

    def read(self, record: bytes) -> Fields | None:
        """The record's fields; None when it is none of this format."""
        ...

    def write(self, record: bytes, mask: Mask) -> bytes:
        """The record again, every value as `mask` leaves it. Only what `read` could read."""
        ...


class JsonLines:
    """One JSON object a line."""

    def read(self, record: bytes) -> Fields | None:
        try:
            found = _object(record)
        except (ValueError, RecursionError):
            return None
        return flat(found) if isinstance(found, dict) else None

    def write(self, record: bytes, mask: Mask) -> bytes:
        text = json.dumps(_masked(_object(record), "", mask), ensure_ascii=False)
        try:
            return text.encode(errors="surrogateescape") + _end(record)
        except UnicodeEncodeError:  # half a character, escaped as JSON allows
            return text.encode(errors="surrogatepass") + _end(record)


class Csv:
    """Comma-separated values; the first record names the columns, unless the class does."""

    def __init__(self, delimiter: str, columns: Sequence[str]) -> None:
        self._delimiter = delimiter
        self.columns = list(columns)

    def read(self, record: bytes) -> Fields | None:
        rows = self._rows(record)
        if len(rows) != 1:
            return None
        row = rows[0]
        names = [*self.columns, *(f"column {at + 1}" for at in range(len(self.columns), len(row)))]
        return dict(zip(names, row, strict=False))

    def write(self, record: bytes, mask: Mask) -> bytes:
        values = [mask(name, value) for name, value in (self.read(record) or {}).items()]
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter, lineterminator="\r\n").writerow(values)  # quotes what holds these
        return text.getvalue().removesuffix("\r\n").encode(errors="surrogateescape") + _end(record)

    def _rows(self, record: bytes) -> list[list[str]]:
        text = record.decode(errors="surrogateescape").removeprefix("\ufeff")
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=self._delimiter))
        except csv.Error:
            return []


class CommonLog:
    """The common and the combined log format of web servers."""

    def read(self, record: bytes) -> Fields | None:
        found = _COMMON.fullmatch(_text(record))
        return {name: _resolved(value) for name, value in self._parts(found)} if found else None

    def write(self, record: bytes, mask: Mask) -> bytes:
        text = _text(record)
        found = _COMMON.fullmatch(text)
        for number in range(len(_NAMES), 0, -1) if found else ():
            start, end = found.span(number) if found else (0, 0)
            before = _resolved(text[start:end])
            after = mask(_NAMES[number - 1], before) if end > start else before
            if after != before:
                quoted = after.replace("\\", r"\\").replace('"', r"\"") if text[start - 1 : start] == '"' else after
                text = text[:start] + quoted + text[end:]
        return text.encode(errors="surrogateescape") + _end(record)

    def _parts(self, found: re.Match[str]) -> Iterator[tuple[str, str]]:
        return ((name, value) for name, value in zip(_NAMES, found.groups(), strict=True) if value)


class Text:
    """Any text: the line is its only field."""

    def read(self, record: bytes) -> Fields | None:
        return {"line": _text(record)}

    def write(self, record: bytes, mask: Mask) -> bytes:
        return mask("line", _text(record)).encode(errors="surrogateescape") + _end(record)


def format_of(spec: FileClass) -> Format:
    """How the lines of a class are read; one for each file, since a CSV file names its own columns."""
    if spec.lines == "json lines":
        return JsonLines()
    if spec.lines == "csv":
        return Csv(spec.delimiter, spec.columns)
    return CommonLog() if spec.lines == "common log" else Text()


def values(fields: Fields, name: str) -> Iterator[str]:
    """Every value of a field and of what is nested in it; `*`: of all."""
    for path, value in fields.items():
        if name in ("*", path) or path.startswith(f"{name}."):
            yield from map(str, value if isinstance(value, list) else (value,))


def belongs(path: str, names: Sequence[str]) -> bool:
    """Whether a field is one of these, or nested in one."""
    return any(name in ("*", path) or path.startswith(f"{name}.") for name in names)


def flat(found: Mapping[str, Any]) -> dict[str, Any]:
    """A nested object as fields."""
    fields: dict[str, Any] = {}
    for path, value in _leaves(found, ""):
        if path not in fields:
            fields[path] = value
        elif isinstance(fields[path], list):
            fields[path].append(value)
        else:
            fields[path] = [fields[path], value]
    return fields


def _leaves(found: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(found, Mapping):
        for name, value in found.items():
            yield from _leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(found, list | tuple):
        for value in found:
            yield from _leaves(value, path)
    elif found is not None:
        yield path, found


def _masked(found: Any, path: str, mask: Mask) -> Any:
    if isinstance(found, dict):
        return {name: _masked(value, f"{path}.{name}" if path else str(name), mask) for name, value in found.items()}
    if isinstance(found, list):
        return [_masked(value, path, mask) for value in found]
    if found is None:
        return None
    after = mask(path, str(found))
    return found if after == str(found) else after


class _Twice(list[Any]):
    """The values of a name that an object has more than once."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice keeps both values: neither may be overlooked."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], _Twice):
            found[name].append(value)
        else:
            found[name] = _Twice([found[name], value])
    return found


def _object(record: bytes) -> Any:
    return json.loads(record.decode(errors="surrogateescape").removeprefix("\ufeff"), object_pairs_hook=_pairs)


def _text(record: bytes) -> str:
    return record[: len(record) - len(_end(record))].decode(errors="surrogateescape")


def _end(record: bytes) -> bytes:
    """The line's end as it is written there."""
    return record[len(record.rstrip(b"\r\n")) :]


def _resolved(value: str) -> str:
    """What servers wrote for quotes and bytes that do not print."""
    if "\\" not in value:
        return value
    raw = _BYTE.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], value)
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:
        return raw
