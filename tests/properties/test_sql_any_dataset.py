"""Any dataset survives being written and read; any fideslang file becomes a dataset or is refused with its reasons."""

from typing import Any

import pytest
import yaml
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.models import Dataset as TheirDataset
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.systems.sql import as_yaml
from troth.systems.sql.dataset import DatasetError
from troth.systems.sql.dataset import parse as parse_ours
from troth.systems.sql.fideslang import Imported, is_fideslang, parse
from troth.systems.sql.model import Dataset, Keep

AWKWARD = ["id", "no", "on", "Order", "a b", "é", "x.y", '"q"', "#", "1", "1.5", "null", "~", "a: b", "- a", "[", "'"]
NAMES = st.sampled_from(AWKWARD) | st.text(min_size=1, max_size=6).filter(lambda text: text.strip() == text != "")
REASONS = st.text(min_size=1, max_size=12).filter(str.strip).map(str.strip)
MASKS = st.one_of(
    st.just(None),
    st.sampled_from(["random", "hash"]),
    st.builds(lambda value: {"fixed": value}, st.text(max_size=5) | st.integers() | st.booleans()),
    st.builds(
        lambda kind, suffix: {kind: {"suffix": suffix}}, st.sampled_from(["random", "hash"]), st.text(max_size=4)
    ),
    st.builds(lambda why: {"keep": why}, REASONS),
)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """A dataset in which everybody can be found, with any names and masks."""
    columns: dict[str, Any] = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        column: dict[str, Any] = draw(st.sampled_from([{"item": "other"}, {"item": "email", "identity": "email"}]))
        columns[name] = dict(column) | ({"on_erase": draw(MASKS)} if draw(st.booleans()) else {})
    columns["mail"] = {"item": "email", "identity": "email", "match": "exact"}
    first = {"key": list(columns)[:1], "columns": columns, "on_erase": draw(st.sampled_from(["delete", "anonymise"]))}
    one, two = draw(st.lists(NAMES, min_size=2, max_size=2, unique=True))
    second = {
        "key": ["n", "m"],
        "columns": {"n": {"none": draw(REASONS), "references": f"{one}.mail"}, "m": {"none": "x"}},
        "references": [{"table": one, "columns": {"n": "mail", "m": next(iter(columns))}, "direction": "to"}],
        "on_erase": {"keep": draw(REASONS)},
        "several_people": draw(st.booleans()),
        "shared": draw(st.sampled_from(["keep", "erase"])),
    }
    return Dataset.model_validate({"title": draw(REASONS), "tables": {one: first, two: second}})


@settings(max_examples=60, deadline=None)
@given(datasets(), REASONS)
def test_what_is_written_is_read_as_it_was(dataset: Dataset, comment: str) -> None:
    comments = {(name, column): comment for name, table in dataset.tables.items() for column in (None, *table.columns)}
    assert parse_ours(as_yaml.text(dataset, head=comment, comments=comments)) == dataset


CATEGORIES = st.lists(
    st.sampled_from([each.fides_key for each in DEFAULT_TAXONOMY.data_category] + ["user.odd.one", "acme"]), max_size=2
)
WORDS = st.sampled_from(["id", "mail", "name", "city", "owner"])
TABLES = ["users", "orders", "public.notes"]


def _name(field: dict[str, Any]) -> str:
    return str(field["name"])


@st.composite
def fields(draw: st.DrawFn, deep: int = 2) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if draw(st.booleans()):
        meta["primary_key"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        meta["identity"] = draw(st.sampled_from(["email", "phone_number", "user_id", "ga_client_id", "odd"]))
    if draw(st.integers(0, 3)) == 0:
        field = f"{draw(st.sampled_from(TABLES))}.{draw(WORDS)}"
        reference: dict[str, Any] = {"dataset": draw(st.sampled_from(["shop", "elsewhere"])), "field": field}
        if draw(st.booleans()):
            reference["direction"] = draw(st.sampled_from(["from", "to"]))
        meta["references"] = [reference]
    if draw(st.integers(0, 4)) == 0:
        strategy = draw(st.sampled_from(["null_rewrite", "hash", "hmac", "random_string_rewrite", "preserve"]))
        meta["masking_strategy_override"] = {"strategy": strategy}
    made: dict[str, Any] = {"name": draw(WORDS), "data_categories": draw(CATEGORIES)}
    if deep and draw(st.integers(0, 4)) == 0:
        made["fields"] = draw(st.lists(fields(deep=deep - 1), min_size=1, max_size=2, unique_by=_name))
        return made | {"fides_meta": {"data_type": "object"}}
    meta["data_type"] = draw(st.sampled_from(["string", "integer", "string[]"]))
    return made | {"fides_meta": meta}


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    collections = []
    for name in draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique=True)):
        inside = draw(st.lists(fields(), min_size=1, max_size=4, unique_by=_name))
        collections.append({"name": name, "fields": inside})
    return {"fides_key": "shop", "collections": collections}


@settings(max_examples=80, deadline=None)
@given(files(), st.booleans())
def test_any_file_becomes_a_dataset_or_is_refused_with_its_lines(file: dict[str, Any], nested: bool) -> None:
    TheirDataset.model_validate(file)
    text = yaml.safe_dump({"dataset": [file]}, sort_keys=False)
    assert is_fideslang(text)
    made = _read(text, nested=nested)
    if made is None:
        return
    assert parse_ours(as_yaml.text(made.dataset)) == made.dataset
    _nobody_is_still_found_and_nothing_is_lost(made, file)


def _read(text: str, *, nested: bool) -> Imported | None:
    """What is made of it; None where it is refused, with reasons that have their place."""
    try:
        return parse(text, nested=nested)
    except DatasetError as wrong:
        if not all(one.line >= 1 and one.message for one in wrong.problems):
            raise
        return None


def _nobody_is_still_found_and_nothing_is_lost(made: Imported, file: dict[str, Any]) -> None:
    told = {(note.where.rsplit(".", 1)[0], note.where) for note in made.notes}
    for collection in file["collections"]:
        name = collection["name"]
        assert (name in made.dataset.tables) != (name in made.dataset.other_tables)
    for table in made.dataset.tables.values():
        for column in table.columns.values():
            if column.identity and isinstance(column.on_erase, Keep):
                assert told  # kept though people are found by it: never in silence
            elif column.identity:
                assert column.on_erase is not None


@given(st.text())
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    for read in (parse, parse_ours):
        try:
            read(text)
        except DatasetError:
            continue
        pytest.fail("a text at random is no dataset")
