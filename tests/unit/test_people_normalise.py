"""One spelling per identifier."""

import pytest

from troth.people.normalise import NotAnIdentifier, keyed, normalise, pairs, usable
from troth.systems.kit.identifiers import Identifiers

SECRET = b"s" * 32


@pytest.mark.parametrize(
    ("kind", "given", "one"),
    [
        ("email", " Ada@Mail.Example ", "ada@mail.example"),
        ("email", "ada+news@mail.example", "ada+news@mail.example"),
        ("email", "ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("email", "e\u0301@mail.example", "\u00e9@mail.example"),
        ("phone", "+49 (0) 30-12.34/5", "+493012345"),
        ("phone", "0049 30 12345", "+493012345"),
        ("phone", "030 12345", "03012345"),
        ("account", " U-17 ", "U-17"),
    ],
)
def test_spellings_of_one_thing_are_one(kind: str, given: str, one: str) -> None:
    assert normalise(kind, given) == one
    assert keyed(SECRET, kind, given) == keyed(SECRET, kind, one)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("email", "secret-name"),
        ("email", "@mail.example"),
        ("email", "a b@mail.example"),
        ("email", "ada@" + "x" * 70 + ".example"),
        ("phone", "call me"),
        ("phone", "+"),
        ("account", "  "),
        ("iris", "blue"),
    ],
)
def test_what_cannot_be_one_is_refused_without_repeating_it(kind: str, given: str) -> None:
    with pytest.raises(NotAnIdentifier) as caught:
        normalise(kind, given)
    assert not given.strip() or given.strip() not in str(caught.value)
    assert caught.value.__cause__ is None


def test_hashes_tell_kinds_and_secrets_apart() -> None:
    assert keyed(SECRET, "account", "17") != keyed(SECRET, "device", "17")
    assert keyed(SECRET, "account", "17") != keyed(b"t" * 32, "account", "17")


def test_the_deciding_kinds_come_first_and_each_value_once() -> None:
    who = Identifiers(phone=("030 123",), email=("B@x.example", "b@X.example"), device=("d",), account=("a",))
    assert [kind for kind, _ in pairs(who)] == ["email", "account", "phone", "device"]
    assert usable(Identifiers(email=("nonsense", "a@x.example"))) == [("email", "a@x.example")]
