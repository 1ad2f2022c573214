"""Reads a dataset file: YAML in, a checked `Dataset` out, or every problem at once with its line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from troth.systems.sql.graph import ordered, ways
from troth.systems.sql.model import Column, Composite, Dataset, Keep, Table

__all__ = ["Column", "Dataset", "DatasetError", "DatasetProblem", "Table", "parse", "read"]

Where = tuple[str, ...]


@dataclass(frozen=True)
class DatasetProblem:
    """One thing wrong with a dataset file, and where."""

    file: str
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: {self.where}: {self.message}" if self.where else f"{self.file}: {self.message}"
        )


class DatasetError(ValueError):
    """A dataset file cannot be used. `problems` holds all that is wrong with it."""

    def __init__(self, problems: tuple[DatasetProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read(path: Path) -> Dataset:
    """The dataset of `path`. Raises DatasetError with every problem; a missing file is one."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        raise DatasetError((DatasetProblem(str(path), 1, "", f"could not be read: {why}"),)) from problem
    return parse(text, file=str(path))


def parse(text: str, *, file: str = "dataset") -> Dataset:
    """The dataset written in `text` (YAML). Raises DatasetError with every problem."""
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        written = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError) as problem:  # ValueError: a day that no calendar has
        mark = getattr(problem, "problem_mark", None)
        said = getattr(problem, "problem", None) or "unreadable"
        raise DatasetError((DatasetProblem(file, mark.line + 1 if mark else 1, "", f"not YAML: {said}"),)) from problem
    lines: dict[Where, int] = {}
    found = [(where, f"`{where[-1]}` is written twice") for where in _walk(root, (), lines)]
    try:
        dataset = Dataset.model_validate(written)
    except ValidationError as wrong:
        found += [(tuple(map(str, e["loc"])), _said(e)) for e in wrong.errors()]
    else:
        found += _inconsistent(dataset)
    if found:
        raise DatasetError(tuple(DatasetProblem(file, _line(where, lines), ".".join(where), m) for where, m in found))
    return dataset


def _walk(node: yaml.Node | None, where: Where, lines: dict[Where, int]) -> Iterator[Where]:
    """Notes the line of every key in `lines`; yields keys written twice in one mapping."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*where, str(key.value))
            if inner in lines:
                yield inner
            lines[inner] = key.start_mark.line + 1
            yield from _walk(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*where, str(index))] = value.start_mark.line + 1
            yield from _walk(value, (*where, str(index)), lines)


def _line(where: Where, lines: dict[Where, int]) -> int:
    """Line of the nearest enclosing thing that is written in the file."""
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


def _said(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "is not a key that can stand here"
    if error["type"] == "missing":
        return "is missing"
    text = str(error["msg"]).removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _inconsistent(dataset: Dataset) -> list[tuple[Where, str]]:
    found = [one for name, table in dataset.tables.items() for one in _table(dataset, name, table)]
    if found:  # the graph makes sense only once every name resolves
        return found
    return [(("tables", name), m) for name, m in _unreached(dataset)]


def _table(dataset: Dataset, name: str, table: Table) -> Iterator[tuple[Where, str]]:
    here: Where = ("tables", name)
    for column in table.key:
        if column not in table.columns:
            yield (*here, "key"), f"`{column}` is not among the columns"
    if table.time and table.time not in table.columns:
        yield (*here, "time"), f"`{table.time}` is not among the columns"
    if name in dataset.other_tables:
        yield ("other_tables", name), "is also declared under `tables`"
    for place, many in enumerate(table.references):
        yield from _composite(dataset, table, many, (*here, "references", str(place)))
    for column_name, spec in table.columns.items():
        at: Where = (*here, "columns", column_name)
        for reference in spec.references:
            other = dataset.tables.get(reference.table)
            if other is None:
                yield (
                    (*at, "references"),
                    f"`{reference.column}`: no table `{reference.table}` here; write `table.column`",
                )
            elif reference.name not in other.columns:
                yield (*at, "references"), f"`{reference.column}`: `{reference.table}` declares no such column"


def _composite(dataset: Dataset, table: Table, many: Composite, at: Where) -> Iterator[tuple[Where, str]]:
    other = dataset.tables.get(many.table)
    if other is None:
        yield (*at, "table"), f"no table `{many.table}` here"
    for mine, theirs in many.columns.items():
        if mine not in table.columns:
            yield (*at, "columns"), f"`{mine}` is not among the columns"
        if other is not None and theirs not in other.columns:
            yield (*at, "columns"), f"`{many.table}` declares no column `{theirs}`"


def _unreached(dataset: Dataset) -> Iterator[tuple[str, str]]:
    reached = set(ordered(dataset))
    if not any(c.identity for t in dataset.tables.values() for c in t.columns.values()):
        yield next(iter(dataset.tables)), "no column of any table is an `identity`: nobody could be found"
        return
    for name, table in dataset.tables.items():
        if name not in reached and not isinstance(table.on_erase, Keep):
            hint = "it references nothing" if not ways(dataset)[name] else "what it references is not reached either"
            yield name, f"no identity leads to this table ({hint}): add an `identity` or `references`"
