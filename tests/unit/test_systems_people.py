"""Whom a command is about: identities from the command line and from files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.cli.systems.people import NotAPerson, lines, one, people
from troth.systems.kit.identifiers import Identifiers

ANA = Identifiers(email=("ana@example.org",), phone=("+49 30 1234567",))


def test_all_identities_of_the_command_line_are_one_person() -> None:
    assert people(["email:ana@example.org", "phone_number:+49 30 1234567", "email:ana@example.org"], None) == [ANA]


@pytest.mark.parametrize(
    "line",
    [
        '{"email": "ana@example.org", "phone": ["+49 30 1234567"]}',
        '["email:ana@example.org", "phone:+49 30 1234567"]',
    ],
)
def test_a_line_of_json_is_one_person(line: str) -> None:
    assert list(lines(["", "# whom we know", line])) == [ANA]


def test_a_line_of_text_is_one_person_and_a_value_may_hold_colons() -> None:
    assert list(lines(["email: ana@example.org", "account:a:b"])) == [
        Identifiers(email=("ana@example.org",)),
        Identifiers(account=("a:b",)),
    ]


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "people"
    file.write_bytes(b"\xef\xbb\xbfemail:ana@example.org\r\n")
    assert people([], file) == [Identifiers(email=("ana@example.org",))]


def test_every_line_that_names_nobody_is_told_at_once() -> None:
    with pytest.raises(NotAPerson) as wrong:
        list(lines(["nonsense", "email:", "shoe:42", "{", "{}", '{"email": {"$ne": 1}}', "[1]", "email:a@b.c"]))
    said = str(wrong.value)
    assert all(f"line {number}" in said for number in range(1, 8))
    assert "line 8" not in said


@given(st.text(min_size=4).filter(lambda text: text.strip() and not text.isdecimal()))
def test_what_is_wrong_is_never_quoted(text: str) -> None:
    secret = f"zebra{text}"
    for written in (secret, f"shoe:{secret}", f'{{"shoe": "{secret}"', f"[{secret}]"):
        assert "zebra" not in _said(written)


def _said(written: str) -> str:
    """What is said about a line, right or wrong."""
    try:
        return repr(list(lines([written])))
    except NotAPerson as wrong:
        return str(wrong)


def test_numbers_in_json_are_identities_too() -> None:
    assert list(lines(['{"account": 42}'])) == [Identifiers(account=("42",))]


def test_where_is_said() -> None:
    with pytest.raises(NotAPerson, match="--identity"):
        one(["nonsense"], "--identity")
