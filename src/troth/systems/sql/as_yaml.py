"""A `Dataset` as the YAML of a dataset file: what is read again is equal to what was written. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from troth.systems.sql.model import Column, Composite, Dataset, Hashed, Null, Part, Random, Table

Comments = Mapping[tuple[str, str | None], str]
"""(table, column or None for the table itself) → what stands behind it as a comment."""


def text(dataset: Dataset, *, head: str = "", comments: Comments | None = None) -> str:
    """The file. `head`: lines of comment at its top, without the `#`."""
    lines = [f"# {_printable(line)}".rstrip() for line in head.splitlines()]
    lines += [f"title: {_flow(dataset.title)}", "", "tables:"]
    for name, table in dataset.tables.items():
        lines += [*_table(name, table, comments or {}), ""]
    if dataset.other_tables:
        lines.append("other_tables:")
        lines += [f"  {_flow(name)}: {_flow(why)}" for name, why in dataset.other_tables.items()]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(name: str, table: Table, comments: Comments) -> Iterator[str]:
    yield f"  {_flow(name)}:{_comment(comments, name, None)}"
    for key, value in plain(table).items():
        if key != "columns":
            yield f"    {key}: {_flow(value)}"
    yield "    columns:"
    for column_name, column in table.columns.items():
        yield f"      {_flow(column_name)}: {_flow(_short(column))}{_comment(comments, name, column_name)}"


def _comment(comments: Comments, table: str, column: str | None) -> str:
    said = comments.get((table, column))
    return f"  # {_printable(said)}" if said else ""


def _printable(text: str) -> str:
    """The text on one line, without what may not stand in YAML."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _short(column: Column) -> Any:
    written = plain(column)
    return column.item if list(written) == ["item"] else written


def plain(part: Part) -> dict[str, Any]:
    """The piece as a person writes it: what is usual is left out."""
    written = {}
    for name, about in type(part).model_fields.items():
        value = getattr(part, name)
        if value != about.get_default(call_default_factory=True):
            written[about.alias or name] = _value(value)
    return written


def _value(value: Any) -> Any:
    if isinstance(value, Null):
        return None
    if isinstance(value, Random | Hashed):
        name, settings = next(iter(value))
        return {name: plain(settings)} if plain(settings) else name
    if isinstance(value, Part):
        written = plain(value)
        return value.column if list(written) == ["column"] else written  # type: ignore[attr-defined]
    if isinstance(value, Mapping):
        return {key: _value(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        many = [_value(each) for each in value]
        alone = len(many) == 1 and not isinstance(value[0], Composite)
        return many[0] if alone else many
    return value


def _flow(value: Any) -> str:
    """YAML on one line; what would be read as something else is quoted."""
    written: str = yaml.dump(
        value, Dumper=yaml.CSafeDumper, default_flow_style=True, width=2**20, allow_unicode=True, sort_keys=False
    )
    return written.removesuffix("\n").removesuffix("\n...").replace("\n", " ")
