"""Folders and files on the disk; aliases and sizes that must not exhaust the machine."""

from pathlib import Path

import pytest
from test_policy_cases import BASE

from troth.policy.load import load, load_policy, load_texts
from troth.policy.problems import PolicyError, Unreadable
from troth.policy.scalars import resolve
from troth.policy.text import MAX_FILE, decode, read_folder


def write(folder: Path, texts: dict[str, str | bytes]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_files_below_the_folder_but_datasets_and_hidden_ones(tmp_path: Path) -> None:
    more: dict[str, str | bytes] = {
        "datasets/product.yaml": "no: policy",
        ".git/x.yaml": "no: policy",
        "deep/er/groups.yaml": "groups: {shop: Shop}",
        "notes.txt": "no: policy",
    }
    loaded = load(write(tmp_path, BASE | more))
    assert sorted(loaded.sources) == sorted([*BASE, "deep/er/groups.yaml"])
    assert loaded.ok
    assert loaded.places["groups.shop"].file == "deep/er/groups.yaml"
    assert loaded.places["touchpoints.contact.rows.0.items.1"].line == 9


def test_a_policy_or_an_error_with_all_problems(tmp_path: Path) -> None:
    assert load_policy(write(tmp_path, dict(BASE))).name == "small"
    write(tmp_path, {"policy.yaml": BASE["policy.yaml"].replace("effective", "efective").replace("title", "titel")})
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path)
    assert [p.code for p in caught.value.problems] == ["T-0102", "T-0102"]
    assert "2 errors" in str(caught.value)


def test_no_folder_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="does not exist"):
        load(tmp_path / "absent")
    (tmp_path / "file").write_text("")
    with pytest.raises(Unreadable, match="is not a folder"):
        load(tmp_path / "file")


def test_a_dangling_link_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path, dict(BASE))
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(Unreadable, match=r"gone\.yaml"):
        load(tmp_path)


def test_an_empty_folder_is_a_problem(tmp_path: Path) -> None:
    texts, problems = read_folder(tmp_path)
    assert not texts
    assert [p.code for p in problems] == ["T-0001"]


def test_yml_is_told_not_skipped(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, BASE | {"more.yml": "groups: {shop: Shop}"}))
    assert [(p.code, p.message) for p in loaded.problems] == [
        ("T-0004", "`more.yml` is not read: policy files end in `.yaml`")
    ]


def test_bytes_that_are_no_text() -> None:
    problem = decode("data:\n  é: ".encode() + b"\xff\xfe", "a.yaml")
    assert not isinstance(problem, str)
    assert problem.code == "T-0003"
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 6)


def test_a_byte_order_mark_is_no_problem() -> None:
    assert decode(b"\xef\xbb\xbfa: 1", "a.yaml") == "a: 1"


def test_a_file_beyond_the_limit() -> None:
    problem = decode(b" " * (MAX_FILE + 1), "a.yaml")
    assert not isinstance(problem, str)
    assert problem.code == "T-0002"


def test_aliases_cannot_multiply_without_end() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    loaded = load_texts({"bomb.yaml": "\n".join(lines)})
    assert "T-0013" in {p.code for p in loaded.problems}


def test_an_anchor_inside_itself() -> None:
    loaded = load_texts({"a.yaml": "introduction: &a [*a]"})
    assert "T-0012" in {p.code for p in loaded.problems}


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
def test_nesting_that_would_break_a_parser(opening: str) -> None:
    loaded = load_texts({"a.yaml": "introduction: " + opening * 50_000})
    assert any(p.stops for p in loaded.problems)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"), ("yes", "yes"), ("on", "on"), ("y", "y"), ("True", True), ("false", False), ("", None),
        ("~", None), ("null", None), ("12", 12), ("-3", -3), ("0o17", 15), ("0x1F", 31), ("017", 17),
        ("1_000", "1_000"),        ("1.5", 1.5), ("1e3", 1000.0), ("-.inf", float("-inf")),
        ("12:30", "12:30"), ("2024-06-02", "2024-06-02"),
        ("9007199254740993", "9007199254740993"), ("9" * 5000, "9" * 5000), ("+", "+"), (".", "."), ("=", "="),
    ],
)  # fmt: skip
def test_plain_scalars_by_the_core_rules_of_yaml_1_2(text: str, value: object) -> None:
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)
