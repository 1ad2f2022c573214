"""The TILT importer and any document: files that can be read, an account that adds up, never a traceback."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from troth.exports.record.written import FORMULA, guarded
from troth.exports.tilt import Imported, NotTilt, read
from troth.exports.tilt.source import clean, leaves
from troth.exports.tilt.yaml import Map, text
from troth.policy.load import load_texts
from troth.policy.tree import parse

DIRTY = json.loads((Path(__file__).parent.parent / "cases" / "tilt" / "dirty.json").read_text())
KEYS = ["meta", "controller", "dataDisclosed", "purposes", "legalBases", "recipients", "storage", "name", "country"]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
values = st.recursive(
    scalars | st.sampled_from(["GDPR-6-1-a", "P30D", "DE", "none", "true", "", "\u2028", "a: b # c"]),
    lambda inside: (
        st.lists(inside, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inside, max_size=4)
    ),
    max_leaves=20,
)


def sound(made: Imported) -> None:
    """What holds for every import."""
    loaded = load_texts(made.files)
    assert [f"{p.code} {p.message}" for p in loaded.problems if p.code < "T-0100"] == []
    assert [f"{p.code} {p.message}" for p in loaded.problems if p.code in ("T-0102", "T-0103", "T-0104")] == []
    counted = sum(one.counts for one in made.lost if one.path != "$")
    assert made.carried == made.total - counted
    assert len({one.path for one in made.lost}) == len(made.lost)


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    try:
        made = read(raw)
    except NotTilt:
        return
    sound(made)


@given(
    values, st.sampled_from(["meta", "controller", "dataDisclosed", "thirdCountryTransfers", "dataProtectionOfficer"])
)
def test_any_value_in_a_part(value: Any, part: str) -> None:
    sound(read(json.dumps({part: value}).encode()))


@given(st.data())
def test_any_value_anywhere_in_a_real_document(data: st.DataObject) -> None:
    document = json.loads(json.dumps(DIRTY))
    for _ in range(data.draw(st.integers(1, 4))):
        here: Any = document
        while True:
            steps = list(here) if isinstance(here, dict) else list(range(len(here)))
            assume(steps)
            step = data.draw(st.sampled_from(steps))
            if not isinstance(here[step], (dict, list)) or not here[step] or data.draw(st.booleans()):
                here[step] = data.draw(values)
                break
            here = here[step]
    assume(isinstance(document, dict))
    sound(read(json.dumps(document).encode()))


@given(values)
@example({"purpose": ["a", ["b"]], "description": {"x": 1}})
def test_every_leaf_is_told_once(value: Any) -> None:
    paths = list(leaves(value))
    assert all(path.startswith("$") for path in paths)


@given(st.lists(st.text(max_size=300), min_size=1, max_size=5))
@example(["false"])
@example(["NO"])
@example(["no", "null", "1e3", "- x", "a: b", "# c", "&a", "|", "%", "'", '"', "\\", "~", "2020-01-01"])
@example(["x" * 130 + " # y", "word " * 60, "a:b " * 50, "- " * 70])
def test_texts_are_read_back_as_they_were_written(texts: list[str]) -> None:
    said = [clean(one) for one in texts]
    assume(all(said))
    made, inside = Map(), Map()
    for i, one in enumerate(said):
        made.put(f"k{i}", one, one)
    inside.put("list", said, "a comment")
    inside.put("maps", [made, made])
    top = Map()
    top.put("top", inside)
    tree, problems = parse(text(top, "head"), "x.yaml")
    assert problems == []
    found: Any = tree.data["top"]
    assert found["list"] == said
    assert [list(one.values()) for one in found["maps"]] == [said, said]


@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula(said: str) -> None:
    assert not guarded(said).startswith(FORMULA)
    assert guarded(said).endswith(said)


def test_depth_is_no_bomb() -> None:
    opened, closed = "[" * 900, "]" * 900
    for deep in (f'{{"meta": {opened}{closed}}}', f'{{"meta": {{"name": {opened}"x"{closed}}}}}'):
        try:
            made = read(deep.encode())
        except NotTilt:
            continue
        sound(made)


def test_many_entries_take_a_while_and_no_more() -> None:
    entry = {"category": "Name", "purposes": [{"purpose": "p", "description": "d"}], "recipients": [{"name": "r"}]}
    entries = [entry | {"category": f"Category {i % 50}", "purposes": [{"purpose": f"p {i}"}]} for i in range(2000)]
    made = read(json.dumps({"meta": {"name": "x"}, "dataDisclosed": entries}).encode())
    assert made.whole


@pytest.mark.parametrize("path", ["$.meta", "$.dataDisclosed"])
def test_the_fixture_is_what_it_claims(path: str) -> None:
    assert any(leaf.startswith(path) for leaf in leaves(DIRTY))
