"""Policy files: any bytes give problems, never a traceback; what is written is read back; the digest is of content."""

import json
import random
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from troth.cli.main import app
from troth.policy import render
from troth.policy.digest import digest
from troth.policy.format import formatted
from troth.policy.load import load_policy, load_texts
from troth.policy.model import Policy
from troth.policy.render.github import github
from troth.policy.render.sarif import sarif
from troth.policy.text import decode, read_folder

BASE, _ = read_folder(Path(__file__).parent.parent / "cases" / "policy" / "base")
QUALI, _ = read_folder(Path(__file__).parents[2] / "policies" / "quali")
POLICY = load_policy(Path(__file__).parent.parent / "cases" / "policy" / "base")

SIGNS = [
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "  ",
    "\t",
    "'",
    '"',
    "&a ",
    "*a",
    "!!int ",
    "? ",
    "|",
    ">",
    "#",
    "---\n",
]
WORDS = [
    "data:",
    "touchpoints:",
    "rows:",
    "null",
    "yes",
    "1e9",
    ".nan",
    "0x1f",
    "<<",
    "P1D",
    "é",
    "\u2028",
    "\x00",
    "~",
]
pieces = st.sampled_from([*SIGNS, *WORDS])
soup = st.lists(pieces | st.text(max_size=3), max_size=40).map("".join)


@settings(deadline=None)
@given(st.binary(max_size=200) | soup.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_give_problems_never_a_traceback(raw: bytes) -> None:
    text = decode(raw, "a.yaml")
    if not isinstance(text, str):
        assert text.code == "T-0003"
        return
    loaded = load_texts({"a.yaml": text})
    assert loaded.policy is None
    assert any(p.stops for p in loaded.problems)
    render.text(loaded.problems, loaded.sources)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=80) | soup.map(lambda t: t.encode("utf-8", "surrogatepass")), min_size=1, max_size=3)
)
def test_any_folder_gives_an_answer_in_every_format(files: list[bytes]) -> None:
    """Through the command itself: an exit code that says what happened, and never a traceback."""
    with TemporaryDirectory() as folder:
        for number, raw in enumerate(files):
            (Path(folder) / f"{number}.yaml").write_bytes(raw)
        for form in ("text", "json", "sarif", "github"):
            done = CliRunner().invoke(app, ["check", folder, "--format", form, "--day", "2026-01-01"])
            assert done.exit_code == 1
            assert done.exception is None or isinstance(done.exception, SystemExit)
        done = CliRunner().invoke(app, ["fmt", folder])
        assert done.exit_code in (0, 1)
        assert done.exception is None or isinstance(done.exception, SystemExit)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(QUALI)), st.integers(0), st.binary(max_size=6), st.integers(0, 300))
def test_a_real_file_with_damaged_bytes(name: str, at: int, junk: bytes, cut: int) -> None:
    raw = QUALI[name].encode()
    start = at % len(raw)
    text = decode(raw[:start] + junk + raw[start + cut :], name)
    if isinstance(text, str):
        loaded = load_texts({name: text})
        assert loaded.policy is None
        render.text(loaded.problems, loaded.sources)
        json.dumps(sarif(loaded.problems, loaded.sources, version="1"))
        github(loaded.problems)
    else:
        assert text.code == "T-0003"


NESTED = 50_000
BOMBS = {
    "flow lists": "a: " + "[" * NESTED,
    "closed flow lists": "a: " + "[" * NESTED + "]" * NESTED,
    "flow mappings": "a: " + "{b: " * NESTED,
    "block lists": "a:\n" + "- " * NESTED,
    "block mappings": "\n".join(" " * depth + "a:" for depth in range(2_000)),
    "laughs": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{b}: &{b} [{', '.join(f'*{a}' for _ in range(9))}]\n" for a, b in pairwise("abcdefghijk")),
    "itself": "a: &a [*a]",
    "merge keys": "data: {<<: {email: 1}}\n<<: {name: x}",
    "huge number": "troth: " + "9" * 100_000,
    "huge hexadecimal": "troth: 0x" + "f" * 100_000,
    "huge exponent": "troth: 1e999999999",
    "long key": "k" * 100_000 + ": 1",
    "many keys": "\n".join(f"k{n}: 1" for n in range(10_000)),
    "the same key": "name: x\n" * 5_000,
    "many documents": "---\na: 1\n" * 5_000,
    "anchors": "".join(f"- &a{n} x\n" for n in range(5_000)),
    "tags": "a: " + "!x " * 5_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_bounded(bomb: str) -> None:
    loaded = load_texts({"a.yaml": bomb})
    assert loaded.policy is None
    assert any(p.stops for p in loaded.problems)
    assert len(render.text(loaded.problems, loaded.sources)) < 20_000_000
    made = formatted(bomb, "a.yaml")
    assert made.text is not None or made.problems or made.reason


BREAKS = st.sampled_from(["\n", "\r\n", "\r"])
INSIDE = st.sampled_from(["", "\u2028", "\x85", "\u2029", "é", "\U0001f600", "\ufeff"])


@settings(deadline=None)
@given(st.lists(st.tuples(BREAKS, INSIDE), min_size=1, max_size=6))
def test_places_are_where_an_editor_shows_them(lines: list[tuple[str, str]]) -> None:
    """Whatever breaks the lines, and whatever characters break them for YAML but for no editor."""
    head = "".join(f'k{number}: "a{inside} b"{end}' for number, (end, inside) in enumerate(lines))
    loaded = load_texts({"a.yaml": f"{head}wrong: 1{lines[0][0]}"})
    (found,) = [p for p in loaded.problems if p.where == "wrong"]
    assert found.place is not None
    assert (found.place.line, found.place.column, found.place.end_column) == (len(lines) + 1, 1, 6)
    first = next(p for p in loaded.problems if p.where == "k0")
    assert first.place is not None
    assert (first.place.line, first.place.column) == (1, 1)


@given(st.sampled_from(sorted(BASE)), st.integers(0), soup, st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_a_damaged_policy_is_told_or_still_sound(name: str, at: int, junk: str, cut: int) -> None:
    text = BASE[name]
    start = at % len(text)
    loaded = load_texts(BASE | {name: text[:start] + junk + text[start + cut :]})
    assert loaded.ok or any(p.stops for p in loaded.problems)
    for problem in loaded.problems:
        assert problem.place is None or problem.place.file in BASE
    render.text(loaded.problems, loaded.sources)


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_digest_is_of_the_content_alone(shuffle: random.Random) -> None:
    """Not of the order of keys, of files and their names, nor of comments and style."""
    sections = list(POLICY.model_dump(mode="json", exclude_none=True).items())
    shuffle.shuffle(sections)
    texts = {
        f"{number}.yaml": "# a comment\n" + yaml.safe_dump({key: shuffled(value, shuffle)})
        for number, (key, value) in enumerate(sections)
    }
    loaded = load_texts(texts)
    assert loaded.policy is not None
    assert digest(loaded.policy) == digest(POLICY)


def shuffled(value: object, shuffle: random.Random) -> object:
    """The same value with the keys of its mappings in another order; lists keep theirs, which means something."""
    if isinstance(value, dict):
        keys = list(value)
        shuffle.shuffle(keys)
        return {key: shuffled(value[key], shuffle) for key in keys}
    return [shuffled(part, shuffle) for part in value] if isinstance(value, list) else value


label = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(lambda t: t.strip())


@settings(deadline=None)
@given(label, label, st.sampled_from(["P1D", "P6M", "P10Y", "PT12H"]), st.booleans())
def test_what_is_written_is_what_is_read(title: str, without: str, period: str, none: bool) -> None:
    data = POLICY.model_dump(mode="json")
    data["title"] = title
    data["retention"]["year"]["period"] = period
    row = data["touchpoints"]["contact"]["rows"][0]
    row["without"], row["recipients"] = [without], [] if none else None
    policy = Policy.model_validate(data)
    text = yaml.safe_dump(policy.model_dump(mode="json", exclude_none=True), allow_unicode=True, sort_keys=False)
    loaded = load_texts({"all.yaml": text})
    assert loaded.policy == policy
    assert loaded.policy is not None
    assert digest(loaded.policy) == digest(policy)
