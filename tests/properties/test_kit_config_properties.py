"""Changing one entry of a systems file changes that entry and nothing else."""

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from troth.systems import splice

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
ODD = "\u2028\u2029\x85\ufeff\ufffe\uffff"
VALUES = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters=ODD)),
    st.integers(-5, 5), st.booleans(), st.none(), st.lists(st.integers(0, 9), max_size=3),
    st.dictionaries(NAMES, st.sampled_from(["a", "NO", "1", ""]), max_size=2), st.just("line\nline\n"),
)  # fmt: skip
ENTRIES = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)
FILES = st.dictionaries(NAMES, ENTRIES, max_size=4)
STYLES = st.sampled_from([True, False, None])


@given(FILES, NAMES, ENTRIES, STYLES)
def test_the_entry_says_what_was_wanted_and_the_others_what_they_said(
    held: dict[str, Any], name: str, wanted: dict[str, Any], flow: bool | None
) -> None:
    text = yaml.safe_dump({"systems": held}, default_flow_style=flow, sort_keys=False, allow_unicode=True)
    assert yaml.safe_load(splice.entry(text, name, wanted)) == {"systems": {**held, name: wanted}}


@given(FILES, STYLES)
def test_taking_an_entry_out_leaves_the_others(held: dict[str, Any], flow: bool | None) -> None:
    text = yaml.safe_dump({"systems": held}, default_flow_style=flow, sort_keys=False, allow_unicode=True)
    for name in held:
        left = yaml.safe_load(splice.entry(text, name, None))["systems"] or {}
        assert left == {other: entry for other, entry in held.items() if other != name}
