"""Parquet files, a row group at a time."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, BinaryIO

from troth.systems.files import formats
from troth.systems.files.records import Unreadable
from troth.systems.files.search import Hit, Search
from troth.systems.kit.outcomes import SystemProblem

_NEITHER = "a column that would be masked can hold neither a text nor nothing"


def hits(file: BinaryIO, search: Search) -> Iterator[Hit]:
    """Rows of these people, counted from 1. Raises Unreadable, SystemProblem where the extra is missing."""
    reader, row = _opened(file), 0
    for number in range(reader.num_row_groups):
        group = _group(reader, number)
        for at, owners in _owned(group, search):
            (content,) = group.slice(at, 1).to_pylist()
            yield Hit(row + at + 1, at, at + 1, formats.flat(content), owners)
        row += group.num_rows


def write(file: BinaryIO, target: BinaryIO, search: Search) -> int:
    """Writes the file again without these people's rows, or with them masked; returns how many rows there are."""
    reader, kept = _opened(file), 0
    meta = reader.metadata
    packed = meta.row_group(0).column(0).compression if meta.num_row_groups and meta.num_columns else "SNAPPY"
    packed = "NONE" if packed == "UNCOMPRESSED" else packed
    with _module("pyarrow.parquet").ParquetWriter(target, reader.schema_arrow, compression=packed) as writer:
        for number in range(reader.num_row_groups):
            group = _group(reader, number)
            chosen = dict(_owned(group, search))
            if search.spec.on_erase == "mask":
                group = _masked(group, chosen, search)
            elif chosen:
                group = group.filter(_module("pyarrow").array([at not in chosen for at in range(group.num_rows)]))
            kept += group.num_rows
            if group.num_rows:
                writer.write_table(group, row_group_size=group.num_rows)
    return kept


def _owned(group: Any, search: Search) -> Iterator[tuple[int, frozenset[int]]]:
    """Rows and whose they are, from the declared columns alone."""
    names = {name for kind in search.spec.holds.values() for name in kind}
    heads = [one for one in group.column_names if "*" in names or one in {name.partition(".")[0] for name in names}]
    for at, row in enumerate(group.select(heads).to_pylist()):
        owners = search.owners(formats.flat(row))
        if owners:
            yield at, owners


def _masked(group: Any, chosen: dict[int, frozenset[int]], search: Search) -> Any:
    """The rows with what is these people's masked: text by a word, anything else by nothing.

    Raises Unreadable where a column may not be empty.
    """
    if not chosen:
        return group
    for at, column in enumerate(group.schema):
        before = group.column(at).to_pylist()
        after = [_value(one, column, search) if row in chosen else one for row, one in enumerate(before)]
        if after != before:
            group = group.set_column(at, column, _array(after, column))
    return group


def _array(values: list[Any], column: Any) -> Any:
    arrow = _module("pyarrow")
    try:
        return arrow.array(values, type=column.type)
    except arrow.ArrowException as problem:
        raise Unreadable(_NEITHER) from problem


def _value(value: Any, column: Any, search: Search, path: str = "") -> Any:
    path = path or column.name
    if isinstance(value, dict):
        fields = {column.type.field(at).name: column.type.field(at) for at in range(column.type.num_fields)}
        return {name: _value(one, fields[name], search, f"{path}.{name}") for name, one in value.items()}
    if value is None:
        return None
    after = search.mask(path, str(value)) if not isinstance(value, list) else _listed(value, path, search)
    if after in (value, str(value)):
        return value
    if isinstance(value, str | list):
        return after
    if not column.nullable:
        raise Unreadable(_NEITHER)
    return None


def _listed(values: list[Any], path: str, search: Search) -> list[Any]:
    return [search.mask(path, one) if isinstance(one, str) else one for one in values]


def _opened(file: BinaryIO) -> Any:
    parquet, arrow = _module("pyarrow.parquet"), _module("pyarrow")
    try:
        return parquet.ParquetFile(file)
    except (arrow.ArrowInvalid, OSError) as problem:
        raise Unreadable("it is no parquet file, or cut off") from problem


def _group(reader: Any, number: int) -> Any:
    arrow = _module("pyarrow")
    try:
        return reader.read_row_group(number)
    except (arrow.ArrowException, OSError) as problem:
        raise Unreadable("a part of it is corrupt") from problem


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        message = "parquet files need a package that is not installed; run `install troth[parquet]`"
        raise SystemProblem(message, consequence="fix settings") from None
