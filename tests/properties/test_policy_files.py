"""Policy files: any bytes give problems, never a traceback; what is written is read back; the digest is of content."""

import random
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from troth.policy import render
from troth.policy.digest import digest
from troth.policy.load import load_policy, load_texts
from troth.policy.model import Policy
from troth.policy.text import decode, read_folder

BASE, _ = read_folder(Path(__file__).parent.parent / "cases" / "policy" / "base")
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
