"""`troth fmt`: what a file says stays, every comment stays, and formatting twice is formatting once."""

import random
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from troth.policy.digest import digest
from troth.policy.format import formatted
from troth.policy.load import load_texts
from troth.policy.text import read_folder
from troth.policy.tree import parse

ROOT = Path(__file__).parents[2]
BASE, _ = read_folder(ROOT / "tests/cases/policy/base")
QUALI, _ = read_folder(ROOT / "policies/quali")
FILES = [*BASE.values(), *QUALI.values()]

words = st.sampled_from(
    ["email", "NO", "yes", "2026-01-01", "1e9", "0x1f", "null", "~", "a: b", "it's", 'say "so"', "#no"]
)
sentences = st.lists(st.sampled_from(["We", "keep", "it:", "for", "#1", "a-very-long-word" * 4, "é"]), max_size=60)
texts = (
    words
    | sentences.map(" ".join)
    | st.lists(sentences.map(" ".join), max_size=4).map("\n".join)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
)
keys = words | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
scalars = texts | st.integers(-(10**6), 10**6) | st.booleans() | st.none()
parts = st.recursive(
    scalars, lambda inside: st.lists(inside, max_size=4) | st.dictionaries(keys, inside, max_size=4), max_leaves=14
)
styles = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([None, True, False]),
        "indent": st.sampled_from([1, 2, 4, 7]),
        "width": st.sampled_from([20, 80, 1000]),
        "default_style": st.sampled_from([None, None, "'", '"', "|", ">"]),
        "allow_unicode": st.booleans(),
        "explicit_start": st.booleans(),
    }
)


def same(text: str, comments: list[str]) -> str:
    """Formats, and asserts all that is promised of it."""
    made = formatted(text, "a.yaml")
    assert made.text is not None, (made.reason, made.problems)
    assert parse(made.text, "a.yaml")[0].data == parse(text, "a.yaml")[0].data
    assert formatted(made.text, "a.yaml").text == made.text
    assert [said for said in re.findall(r"#c\d+#", made.text) if said in comments] == comments
    return made.text


@settings(max_examples=120, deadline=None)
@given(st.dictionaries(keys, parts, max_size=5), styles, st.randoms(use_true_random=False))
def test_any_file_comes_out_the_same_but_for_its_form(
    data: dict[str, object], style: dict[str, object], at: random.Random
) -> None:
    text, comments = commented(yaml.safe_dump(data, **style, sort_keys=False), at)  # type: ignore[call-overload]
    assume(not parse(text, "a.yaml")[1] and not set("\x85\u2028\u2029") & set(text))
    same(text, comments)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FILES), st.randoms(use_true_random=False))
def test_real_files_with_comments_anywhere(text: str, at: random.Random) -> None:
    text, comments = commented(text, at)
    assume(not parse(text, "a.yaml")[1])
    same(text, comments)


def commented(text: str, at: random.Random) -> tuple[str, list[str]]:
    """The text with comments and empty lines put in where that changes nothing it says; and those comments."""
    says = parse(text, "a.yaml")[0].data
    lines = text.split("\n")
    comments: list[str] = []
    for number in sorted(at.sample(range(len(lines)), min(len(lines), 6)), reverse=True):
        comment = f"#c{number}#"
        own = " " * at.choice([0, 2, 4, 6, 9])
        tries = [
            f"{lines[number]} {comment}",
            f"{own}{comment}\n{lines[number]}",
            f"\n\n{own}{comment}\n\n{lines[number]}",
        ]
        for line in at.sample(tries, len(tries)):
            tried = [*lines[:number], line, *lines[number + 1 :]]
            tree, problems = parse("\n".join(tried), "a.yaml")
            if not problems and tree.data == says:
                lines, comments = tried, [comment, *comments]
                break
    return "\n".join(lines), comments


@pytest.mark.parametrize("texts", [BASE, QUALI], ids=["base", "quali"])
def test_a_formatted_policy_is_the_same_policy(texts: dict[str, str]) -> None:
    before = load_texts(texts).policy
    after = load_texts({name: same(text, []) for name, text in texts.items()}).policy
    assert before is not None
    assert after == before
    assert digest(after) == digest(before)


@settings(max_examples=120, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(["- ", "a", ": ", "\n", " ", "#x", "{", "}", "[", "]", ",", "'", "|", "&a ", "*a", "? "]),
        max_size=30,
    ).map("".join)
)
def test_any_text_is_formatted_or_left_alone_with_a_reason(text: str) -> None:
    made = formatted(text, "a.yaml")
    if made.text is None:
        assert made.problems or made.reason
    else:
        same(text, [])
