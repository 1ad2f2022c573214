"""Every code of `check` has a page, and its examples do what they say; `troth explain` shows them."""

import json
import re
import subprocess
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from test_policy_cli import troth

from troth.policy.codes import OUTSIDE, Page, by_family, known, page
from troth.policy.codes.examples import Example, Files, base, changed, excerpts, load
from troth.policy.codes.shown import as_text, shown
from troth.policy.load import Loaded
from troth.policy.places import Place

ROOT = Path(__file__).parents[2]
WRITTEN = sorted(file.name[:-5] for file in files("troth.policy.codes").iterdir() if file.name.endswith(".yaml"))


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert list(known()) == WRITTEN
    docs = {path.stem for path in (ROOT / "docs/reference/diagnostics").iterdir()}
    assert docs == set(WRITTEN)


def test_the_policy_that_the_examples_change_is_sound() -> None:
    assert sound().ok
    assert sound().problems == ()


def of_wrong(page: Page) -> Loaded:
    return load(changed(base(), page.wrong), page.wrong)


def of_right(page: Page) -> Loaded:
    return load(changed(base(), page.right), page.right) if page.right else sound()


@cache
def sound() -> Loaded:
    return load(base(), Example.of({}))


@pytest.mark.parametrize("code", WRITTEN)
def test_the_wrong_example_gives_the_code_and_no_other(code: str) -> None:
    given = {(problem.code, problem.severity) for problem in of_wrong(page(code)).problems}
    assert (code, known()[code].severity) in given
    assert {other for other, _ in given} - {code} == set(page(code).also)


@pytest.mark.parametrize("code", WRITTEN)
def test_the_right_example_is_sound(code: str) -> None:
    loaded = of_right(page(code))
    assert loaded.policy is not None
    assert [problem for problem in loaded.problems if not problem.accepted] == []


@pytest.mark.parametrize("code", WRITTEN)
def test_the_page_shows_both_examples_and_what_check_says(code: str) -> None:
    of = shown(page(code))
    assert of.wrong
    assert of.right
    assert of.wrong != of.right
    assert re.match(rf"(error|warning)\[{code}\]: ", of.says)
    assert not re.search(r"^no errors|^\d+ errors?", of.says, re.MULTILINE)


@pytest.mark.parametrize("code", WRITTEN)
def test_the_reasons_are_short_and_more_than_the_title(code: str) -> None:
    why, title = page(code).why, known()[code].title
    assert re.match(r"[A-Z\"*`]", why)
    assert why.endswith(".")
    assert 1 < len(re.findall(r"[.:?](?: |$)", why)) < 8
    assert 100 < len(why) < 700
    assert title.casefold() not in why.casefold()


def test_registered_checks_are_described_where_they_are_registered() -> None:
    from troth.policy.codes import _data

    described = {code for code in WRITTEN if {"title", "severity", "article"} & _data(code).keys()}
    assert described == set(OUTSIDE)


def test_each_code_is_in_one_family() -> None:
    families = dict(by_family())
    assert all(families.values())
    assert [code for codes in families.values() for code in codes] == list(known().values())


def test_an_example_that_does_not_fit_is_told() -> None:
    with pytest.raises(ValueError, match=r"policy\.yaml has no"):
        changed(base(), Example.of({"edit": {"policy.yaml": {"no such text": "x"}}}))
    with pytest.raises(ValueError, match="has no key `edits`"):
        Example.of({"edits": {}})
    with pytest.raises(KeyError):
        page("T-9999")


def test_bytes_that_are_no_text_are_read_as_bytes() -> None:
    given = changed(base(), Example.of({"bytes": {"a.yaml": "title: \\xe9", "b.yaml": "title: é"}}))
    assert [problem.code for problem in given.problems] == ["T-0003"]
    assert given.read["b.yaml"] == "title: é"
    assert given.shown["a.yaml"] == "title: \\xe9"
    assert "a.yaml" not in given.read


def of_text(text: str) -> Files:
    return Files({}, {"a.yaml": text})


def test_excerpts_show_what_differs_and_what_it_stands_under() -> None:
    before = "a:\n  b: 1\n  c:\n    d: 2\n    e: 3\n    f: 4\n    g: 5\n    h: 6\ni: 7\nj: 8\n"
    mine = of_text(before.replace("h: 6", "h: 0"))
    assert excerpts(mine, (of_text(before),)) == {
        "a.yaml": ["a:", "  b: 1", "  c:", "    …", "    f: 4", "    g: 5", "    h: 0"]
    }
    assert excerpts(mine, (mine,)) == {}
    shown = excerpts(mine, (of_text(before),), (), [Place("a.yaml", 2, 6, 7), Place("b.yaml", 1, 1, 2)])
    assert shown["a.yaml"][:3] == ["a:", "  b: 1", "  c:"]
    assert excerpts(mine, (Files({}, {}),))["a.yaml"][0] == "a:"


def test_an_excerpt_where_something_is_missing_shows_its_surroundings() -> None:
    before = "a:\n  b: 1\n  c: 2\n  d: 3\ne: 4\n"
    assert excerpts(of_text(before.replace("  d: 3\n", "")), (of_text(before),)) == {
        "a.yaml": ["a:", "  b: 1", "  c: 2"]
    }
    assert excerpts(of_text(""), (of_text(before),)) == {}


def test_long_files_are_cut() -> None:
    lines = excerpts(of_text("- a\n" * 100), (Files({}, {}),))["a.yaml"]
    assert (len(lines), lines[-1]) == (25, "…")


def test_explain_prints_a_page() -> None:
    done = troth("explain", "t-0301")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == as_text(shown(page("T-0301"))) + "\n"
    for part in (
        "T-0301: a marketing row",
        "= law: GDPR Art. 7",
        "\nWrong\n",
        "\nRight\n",
        "^^^",
        "# touchpoints.yaml",
    ):
        assert part in done.stdout
    assert "\x1b" not in done.stdout


def test_explain_as_json() -> None:
    answer = json.loads(troth("explain", "T-0301", "--json").stdout)
    assert (answer["code"], answer["severity"], answer["acceptable"]) == ("T-0301", "error", True)
    assert answer["why"] == page("T-0301").why
    assert answer["wrong"]["says"].startswith("error[T-0301]: ")
    assert answer["wrong"]["files"].keys() == answer["right"]["files"].keys() == {"touchpoints.yaml"}
    listed = json.loads(troth("explain", "--json").stdout)
    assert [each["code"] for each in listed] == list(known())


def test_explain_without_a_code_lists_all() -> None:
    done = troth("explain")
    assert done.returncode == 0
    assert re.findall(r"^  (T-\d{4})  (?:error  |warning)  \S", done.stdout, re.MULTILINE) == list(known())


def test_explain_loads_no_django() -> None:
    code = "import sys; sys.argv = ['troth', 'explain', 'T-0301']; from troth.cli.main import app\ntry: app()\n"
    code += "except SystemExit as done: assert done.code == 0\nassert 'django' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("code", "help"),
    [("T-301", "did you mean `T-0301`?"), ("0301", "did you mean `T-0301`?"), ("marketing", "lists all codes")],
)
def test_an_unknown_code_is_a_matter_of_usage(code: str, help: str) -> None:
    done = troth("explain", code)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"there is no code `{code}`" in done.stderr
    assert help in done.stderr


def test_colour_is_for_the_code_and_the_underline() -> None:
    text = as_text(shown(page("T-0301"), colour=True), colour=True)
    assert "\x1b[1;31mT-0301\x1b[0m" in text
    assert re.sub(r"\x1b\[[\d;]*m", "", text) == as_text(shown(page("T-0301")))
