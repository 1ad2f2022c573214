"""The way in: fideslang YAML → one of our datasets with notes, or every problem at once with its line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from troth.systems.sql.dataset import DatasetError, DatasetProblem
from troth.systems.sql.fideslang.convert import converted
from troth.systems.sql.fideslang.page import Page, Where, page, top_keys
from troth.systems.sql.fideslang.shapes import Source
from troth.systems.sql.model import Dataset

Placed = tuple[Where, Source]


@dataclass(frozen=True)
class Imported:
    """A dataset out of a fideslang file. `keys`: which of its datasets; `notes`: what was decided or left out."""

    dataset: Dataset
    keys: tuple[str, ...]
    notes: tuple[DatasetProblem, ...]


def is_fideslang(text: str) -> bool:
    """Whether the text is laid out as fideslang files are: ours have `tables` at the top."""
    top, inside = top_keys(text)
    theirs = bool({"dataset", "datasets", "fides_key", "collections"} & top) and "tables" not in top
    return theirs or "fides_key" in inside


def read(path: Path, keys: Sequence[str] = (), *, nested: bool = False) -> Imported:
    """The dataset of a file; see `parse`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "it is not UTF-8 text"
        raise DatasetError((DatasetProblem(str(path), 1, "", f"could not be read: {why}"),)) from problem
    return parse(text, file=str(path), keys=keys, nested=nested)


def parse(text: str, *, file: str = "dataset", keys: Sequence[str] = (), nested: bool = False) -> Imported:
    """The dataset that `text` describes.

    keys: which of its datasets (their `fides_key`); several are merged. None: the only one, or all of them where
    each is tied to another by references. nested: parts of documents become columns of their own, `address.city`
    (document stores); else a column with parts is treated as a whole (SQL).
    Raises DatasetError with every problem and its line.
    """
    source = page(text, file)
    found = [one for at, raw in _raw(source) if (one := _validated(source, at, raw))]
    source.stop()
    chosen = _chosen(source, found, keys)
    source.stop()
    dataset = converted(source, chosen, nested=nested)
    source.stop()
    notes = sorted(set(source.notes), key=lambda note: (note.line, note.where, note.message))
    return Imported(dataset, tuple(each.fides_key for _, each in chosen), tuple(notes))


def _raw(source: Page) -> Iterator[tuple[Where, Any]]:
    """Each dataset of the file and its place: a list, a bare mapping, or either below `dataset:`."""
    data, at = source.data, ()
    name = next((key for key in ("dataset", "datasets") if isinstance(data, Mapping) and key in data), None)
    where: Where = at
    if name:
        data, where = data[name], (name,)
    if isinstance(data, list):
        yield from (((*where, str(index)), each) for index, each in enumerate(data))
    elif isinstance(data, Mapping) and {"collections", "fides_key"} & set(data):
        yield where, data
    if not data or not isinstance(data, list | Mapping):
        source.problem(where, "holds no dataset: `dataset:` with a list of them is expected")
    elif isinstance(data, Mapping) and not {"collections", "fides_key"} & set(data):
        source.problem(where, "is no fideslang dataset: `fides_key` and `collections` are missing")


def _validated(source: Page, at: Where, raw: Any) -> Placed | None:
    try:
        return at, Source.model_validate(raw)
    except ValidationError as wrong:
        for error in wrong.errors():
            source.problem((*at, *map(str, error["loc"])), _said(error))
        return None


def _said(error: Any) -> str:
    if error["type"] == "missing":
        return "is missing"
    text = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]


def _chosen(source: Page, found: list[Placed], keys: Sequence[str]) -> list[Placed]:
    known = [each.fides_key for _, each in found]
    for key in keys:
        if key not in known:
            source.problem((), f"there is no dataset `{key}` in this file; there is {', '.join(known) or 'none'}")
    if keys:
        return [one for one in found if one[1].fides_key in keys]
    if len(found) > 1 and not _tied([each for _, each in found]):
        source.problem((), f"several datasets: {', '.join(known)}; choose with `--dataset-key`")
    elif len(found) > 1:
        source.note((), f"{', '.join(known)} refer to each other and were merged: all are taken to be one database")
    return found


def _tied(sources: list[Source]) -> bool:
    """Whether references lead from the first dataset to all others, one way or the other."""
    pairs = {(each.fides_key, other) for each in sources for other in _others(each)}
    left, reached = {each.fides_key for each in sources}, {sources[0].fides_key}
    while more := {b for a, b in pairs | {(b, a) for a, b in pairs} if a in reached and b in left} - reached:
        reached |= more
    return reached == left


def _others(each: Source) -> Iterator[str]:
    stack = [entry for collection in each.collections for entry in collection.fields]
    while stack:
        entry = stack.pop()
        stack += entry.fields
        yield from (reference.dataset for reference in entry.fides_meta.references)
