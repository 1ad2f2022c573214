"""Any text goes into a translator's file and comes out of it as it was; adding never changes what stands there."""

from hypothesis import given
from hypothesis import strategies as st

from troth.policy.languages.emit import WIDTH, field, scalar
from troth.policy.languages.plurals import CATEGORIES, category, forms
from troth.policy.merge import merge
from troth.policy.tree import parse

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=400).map(str.strip).filter(bool)
PROSE = st.lists(st.sampled_from(["Wir", "löschen", "Daten:", "#nicht", "-", "'nach'", '"60"', "Tagen."]), min_size=1)


@given(TEXTS)
def test_a_text_on_one_line_is_read_as_it_was(text: str) -> None:
    tree, problems = parse(f"key: {scalar(text)}\n", "a.yaml")
    assert problems == []
    assert tree.data == {"key": text}


@given(TEXTS | PROSE.map(" ".join), st.sampled_from(["", "  ", "      "]))
def test_a_text_folded_over_lines_is_read_as_it_was(text: str, indent: str) -> None:
    first, *rest = field("says", text, indent)
    around = "".join(f"{' ' * n}{n}:\n" for n in range(0, len(indent), 2))
    tree, problems = parse("\n".join([f"{around}{indent}{first}", *rest]) + "\n", "a.yaml")
    assert problems == []
    here = tree.data
    for n in range(0, len(indent), 2):
        here = here[str(n)]  # type: ignore[assignment]
    assert here == {"says": text}


@given(PROSE.map(" ".join))
def test_lines_stay_within_the_width(text: str) -> None:
    first, *rest = field("says", text, "      ")
    assert max(len(line) for line in (f"      {first}", *rest)) <= WIDTH


ENTRIES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=4)


@given(st.lists(ENTRIES, min_size=1, max_size=4))
def test_translations_spread_over_files_keep_their_order_and_their_places(files: list[list[str]]) -> None:
    trees = []
    for number, entries in enumerate(files):
        listed = "".join(f"    - text: {text}\n" for text in entries)
        trees.append(parse(f"translations:\n  de:\n{listed}", f"{number}.yaml")[0])
    whole, problems = merge(trees, {"translations"})
    assert problems == []
    expected = [text for entries in files for text in entries]
    section = whole.data["translations"]
    assert isinstance(section, dict)
    assert section["de"] == ([{"text": text} for text in expected] or None)
    homes = [f"{number}.yaml" for number, entries in enumerate(files) for _ in entries]
    assert [whole.places[f"translations.de.{i}.text"].file for i in range(len(expected))] == homes


@given(
    st.sampled_from(["en", "fr", "ja", "ru", "hr", "pl", "cs", "sl", "lt", "lv", "ro", "ga", "mt", "ar", "he"]),
    st.integers(),
)
def test_every_whole_number_has_a_form_the_language_knows(language: str, number: int) -> None:
    assert category(language, number) in forms(language)
    assert set(forms(language)) <= set(CATEGORIES)
