"""YAML text → values, with the line of everything, and places in the words of the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from troth.systems.sql.dataset import DatasetError, DatasetProblem

Where = tuple[str, ...]


class _Loader(yaml.CSafeLoader):
    """Words such as `no`, `on` and `yes` are names of columns here, never truth values (YAML 1.2)."""


_Loader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if not (one[0].endswith(":bool") and first in "yYnNoO")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass
class Page:
    """A file that was read. `problems` and `notes` gather what is wrong with it, and what is only to be told."""

    file: str
    data: Any
    lines: dict[Where, int]
    problems: list[DatasetProblem] = field(default_factory=list)
    notes: list[DatasetProblem] = field(default_factory=list)

    def problem(self, at: Where, message: str) -> None:
        self.problems.append(self._told(at, message))

    def note(self, at: Where, message: str) -> None:
        self.notes.append(self._told(at, message))

    def stop(self) -> None:
        """Raises DatasetError with all problems, if there are any."""
        if self.problems:
            raise DatasetError(tuple(sorted(self.problems, key=lambda one: one.line)))

    def _told(self, at: Where, message: str) -> DatasetProblem:
        near = at
        while near and near not in self.lines:
            near = near[:-1]
        return DatasetProblem(self.file, self.lines.get(near, 1), ".".join(_spoken(self.data, at)) or "file", message)


def page(text: str, file: str) -> Page:
    """The page of `text`. Raises DatasetError where it is no YAML."""
    try:
        root = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        said = getattr(problem, "problem", None) or "unreadable"
        raise DatasetError((DatasetProblem(file, mark.line + 1 if mark else 1, "", f"not YAML: {said}"),)) from problem
    made = Page(file, data, {})
    for where in _walk(root, (), made.lines):
        made.problem(where, "is written twice")
    return made


def top_keys(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Keys at the top of a file, and those of the mappings in a list at its top. Nothing where it is no YAML."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError):
        return frozenset(), frozenset()
    inside = root.value if isinstance(root, yaml.SequenceNode) else []
    return _keys(root), frozenset().union(*map(_keys, inside))


def _keys(node: yaml.Node | None) -> frozenset[str]:
    return frozenset(str(key.value) for key, _ in node.value) if isinstance(node, yaml.MappingNode) else frozenset()


def _walk(node: yaml.Node | None, where: Where, lines: dict[Where, int]) -> Iterator[Where]:
    """Notes the line of every key and element in `lines`; yields keys written twice in one mapping."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*where, str(key.value))
            if inner in lines:
                yield inner
            lines[inner] = key.start_mark.line + 1
            yield from _walk(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            inner = (*where, str(index))
            lines[inner] = value.start_mark.line + 1
            yield from _walk(value, inner, lines)


_LISTS = frozenset({"dataset", "datasets", "collections", "fields"})


def _spoken(data: Any, at: Where) -> Iterator[str]:
    """The place as a person would say it: names in place of numbers, and no names of lists."""
    for part in at:
        if isinstance(data, list):
            data = data[int(part)] if part.isdecimal() and int(part) < len(data) else None
            name = data.get("fides_key", data.get("name")) if isinstance(data, dict) else None
            yield str(name) if name is not None else part
        else:
            data = data.get(part) if isinstance(data, dict) else None
            if not (part in _LISTS and isinstance(data, list | dict)):
                yield part
