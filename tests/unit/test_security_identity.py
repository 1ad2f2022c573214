"""One address is one person, and only one: spellings that are the same meet, those that are not stay apart."""

import pytest

from troth.collection.rules.formats import fault
from troth.people.normalise import NotAnIdentifier, normalise
from troth.policy.model import Item
from troth.systems.kit.identifiers import Identifiers
from troth.systems.sql.run import seed

EMAIL = Item.model_validate({"label": "E-mail", "dpv": "pd:EmailAddress", "format": "email", "identifies": "email"})


@pytest.mark.parametrize(
    ("mine", "theirs"), [("x@faß.de", "x@fass.de"), ("x@βόλος.com", "x@βόλοσ.com"), ("x@STRAẞE.de", "x@strasse.de")]
)
def test_domains_of_two_owners_are_two_addresses(mine: str, theirs: str) -> None:
    assert normalise("email", mine) != normalise("email", theirs)
    assert normalise("email", mine).isascii()


def test_a_domain_in_letters_and_in_ascii_is_one_address() -> None:
    assert normalise("email", "X@FASS\u3002de") == normalise("email", "x@fass.de")
    assert normalise("email", "x@faß.de") == normalise("email", "x@xn--fa-hia.de")
    assert normalise("email", "x@MÜLLER.de") == normalise("email", "x@xn--mller-kva.de")


@pytest.mark.parametrize("address", ["x@a..b", "x@.de", "x@exa\u200dmple.com", "x@fa\u200cß.de", f"x@{'ß' * 60}.de"])
def test_a_domain_that_cannot_exist_is_no_address(address: str) -> None:
    with pytest.raises(NotAnIdentifier):
        normalise("email", address)


@pytest.mark.parametrize("address", ["mi\u212ae@mail.example", "x@\uff41.example", "\ufb01@mail.example"])
def test_a_form_takes_no_letters_that_only_look_like_others(address: str) -> None:
    assert fault(EMAIL, "E-mail", address) is not None


@pytest.mark.parametrize("address", ["mike@mail.example", "jörg@müller.example", "x@faß.example"])
def test_a_form_takes_the_letters_of_every_language(address: str) -> None:
    assert fault(EMAIL, "E-mail", address) is None


def test_systems_are_asked_for_every_spelling() -> None:
    who = Identifiers(email=(normalise("email", "x@müller.de"), normalise("email", "y@faß.de"), "z@mail.example"))
    assert who.addresses == (
        "x@xn--mller-kva.de", "x@müller.de", "y@xn--fa-hia.de", "y@faß.de", "z@mail.example",
    )  # fmt: skip
    assert set(who.addresses) <= {value for _, value in seed([who]).of("email", "as it is")}


@pytest.mark.parametrize("address", ["x@xn--\u00fc.de", "x@xn--.de", "x@xn--99999999999.de", "nonsense", ""])
def test_a_coded_domain_that_cannot_be_read_stays_as_it_is(address: str) -> None:
    assert address in Identifiers(email=(address,)).addresses
