"""Names made of a person's identifiers, and where a text mentions them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.names import filled, mentions, spellings, template

WHO = Identifiers(email=("Jo@X.org",), account=("7", "8"), device=("d",))
WORD = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1)


@pytest.mark.parametrize("text", ["users/", "", "{}", "{name}/", "{email}{other}", "users/{Account}/"])
def test_a_template_names_identifiers_and_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="must name at least one of"):
        template(text)


def test_every_combination_once() -> None:
    assert filled("{account}/{device}", WHO) == ["7/d", "8/d"]
    assert filled("{email}.png", WHO) == ["Jo@X.org.png", "jo@x.org.png"]
    assert filled("{account}-{account}", WHO) == ["7-7", "8-8"]
    assert filled("{account}/{phone}", WHO) == []


@pytest.mark.parametrize("account", ["", " ", "\t"])
def test_nobody_has_an_empty_identifier(account: str) -> None:
    assert filled("users/{account}/", Identifiers(account=(account,))) == []


@given(account=st.text(min_size=1).filter(str.strip))
def test_an_identifier_never_parts_a_name(account: str) -> None:
    (made,) = filled("users/{account}/", Identifiers(account=(account,)), apart="/")
    assert made.count("/") == 2


@given(values=st.lists(st.sampled_from(["{email}", "{x}", "\\1", "a{", "}", "{}"]), min_size=1))
def test_an_identifier_is_never_read_as_a_template(values: list[str]) -> None:
    text = "".join(values)
    assert filled("<{account}>", Identifiers(account=(text,))) == [f"<{text}>"]


def test_spellings() -> None:
    assert spellings(WHO, "email") == ["Jo@X.org", "jo@x.org"]
    assert spellings(Identifiers(account=("Ab",)), "account") == ["Ab"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jo@x.org", True),
        ("mail to <jo@x.org>.", True),
        ("JO@X.ORG logged in", True),
        ("user=jo@x.org&x", True),
        ('{"email":"jo@x.org"}', True),
        ("jo@x.org.", True),
        ("banjo@x.org", False),
        ("b.jo@x.org", False),
        ("b+jo@x.org", False),
        ("jo@x.org.au", False),
        ("jo@x.organ", False),
        ("jo@x.org-b.com", False),
        ("banjo@x.org, jo@x.org", True),
        ("next=%2Fa%3Femail%3Djo@x.org", True),
        ("next=%41jo@x.org", False),
        ('{"from":"\\u003cjo@x.org\\u003e"}', True),
        ('{"from":"\\u0041jo@x.org"}', False),
        ("AzureAD\\njo@x.org", False),
        ("", False),
    ],
)
def test_a_mention_is_of_the_identifier_itself(text: str, said: bool) -> None:
    assert mentions(text, "jo@x.org") is said


def test_an_account_is_no_part_of_an_address_or_a_number() -> None:
    assert mentions("account 7 paid", "7")
    assert not any(mentions(text, "7") for text in ("17", "71", "7@x.org", "a_7", "7-8"))


@given(before=WORD, value=WORD, after=WORD)
def test_letters_and_digits_beside_make_it_another_word(before: str, value: str, after: str) -> None:
    assert mentions(f" {value} ", value)
    if value.casefold() not in (before + after).casefold():
        joined = f"{before}{value}{after}"
        assert joined.casefold().count(value.casefold()) > 1 or not mentions(joined, value)


def test_an_empty_value_is_mentioned_nowhere() -> None:
    assert not mentions("anything", "")
