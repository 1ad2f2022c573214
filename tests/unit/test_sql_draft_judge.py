"""What columns probably hold, from their names, types and values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.systems.sql.draft.content import look
from troth.systems.sql.draft.judge import Verdict, beside, judge
from troth.systems.sql.draft.patterns import words


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("custEmailAddr", ("cust", "email", "addr")),
        ("CUST_EMAIL-ADDR", ("cust", "email", "addr")),
        ("HTTPRefererURL", ("http", "referer", "url")),
        ("Straße", ("straße",)),
        ("__", ()),
    ],
)
def test_names_fall_into_words(name: str, parts: tuple[str, ...]) -> None:
    assert words(name) == parts


@pytest.mark.parametrize(
    ("table", "column", "family", "item"),
    [
        ("customers", "email", "text", "email"),
        ("orders", "invoiceEmail", "text", "email"),
        ("users", "email_verified", "boolean", None),
        ("users", "email_sent_at", "time", None),
        ("kunden", "Vorname", "text", "first-name"),
        ("kunden", "nachname", "text", "last-name"),
        ("kunden", "name", "text", "full-name"),
        ("product", "name", "text", None),
        ("payment_card", "name", "text", "full-name"),
        ("x", "geburtsdatum", "date", "date-of-birth"),
        ("x", "telefon_privat", "text", "phone"),
        ("x", "plz", "text", "postal-code"),
        ("x", "ccn", "whole", "payment-card"),
        ("x", "iban", "text", "bank-account"),
        ("x", "last_ip", "text", "ip-address"),
        ("x", "password_hash", "text", "password"),
        ("x", "status", "text", None),
        ("x", "quantity", "whole", None),
        ("product", "description", "text", None),
    ],
)
def test_names_and_types_alone(table: str, column: str, family: str, item: str | None) -> None:
    assert judge(table, column, family, ()).item == item


@pytest.mark.parametrize(
    ("values", "item"),
    [
        (["ana@example.org", "bo@example.net", "x.y+z@mail.example.com"], "email"),
        (["198.51.100.7", "2001:db8::1", "203.0.113.0/24"], "ip-address"),
        (["4111 1111 1111 1111", "5500000000000004", "340000000000009"], "payment-card"),
        (["DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19", "FR1420041010050500013M02606"], "bank-account"),
        (["+49 30 1234567", "030/7654321", "+1 (555) 010-9999"], "phone"),
    ],
)
def test_values_tell_what_the_name_does_not(values: list[str], item: str) -> None:
    assert judge("t", "column_17", "text", values).item == item


@pytest.mark.parametrize(
    "values",
    [
        ["ana@example.org", "bo@example.net"],  # too few
        ["1", "2", "3", "4"],
        ["4111111111111112", "5500000000000005", "340000000000008"],  # check digits are wrong
        ["2024-01-01", "2024-01-02", "2024-01-03"],
        ["red", "green", "blue"],
        [None, "", " "],
    ],
)
def test_values_that_say_nothing(values: list[str | None]) -> None:
    assert judge("t", "column_17", "text", values).item is None


def test_values_can_doubt_a_name() -> None:
    verdict = judge("t", "email", "text", ["yes", "no"] * 20)
    assert verdict.item is None
    assert "perhaps email" in verdict.why


def test_what_is_perhaps_personal_is_said() -> None:
    talk = ["it rained all day and we stayed at home with the cat and a book"] * 5
    verdict = judge("t", "column_17", "text", talk)
    assert (verdict.item, "perhaps message" in verdict.why) == (None, True)
    assert judge("t", "comment", "text", talk).item == "message"


def test_neighbours_tell_what_a_name_alone_does_not() -> None:
    street, nothing = Verdict("street", 0.8, ""), Verdict(None, 0.0, "")
    assert beside({"street": street, "state": nothing})["state"].item == "region"
    assert beside({"price": nothing, "state": nothing})["state"].item is None
    assert beside({"ccn": Verdict("payment-card", 0.9, ""), "code": nothing})["code"].item == "payment-card"


@given(st.lists(st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.floats()), max_size=20))
def test_any_values_at_all_are_looked_at(values: list[object]) -> None:
    found = look(values)
    assert 0.0 <= found.sure <= 1.0


@given(st.lists(st.emails(), min_size=5, max_size=9), st.text())
def test_no_value_is_in_the_words_of_a_verdict(values: list[str], column: str) -> None:
    why = judge("t", column, "text", values).why
    assert not any(value in why for value in values)
