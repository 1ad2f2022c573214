"""What may become an entry, and as which bytes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from troth.evidence.entry import UnfitEntry, encode

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_bytes_are_canonical_and_leave_out_an_absent_person() -> None:
    body = encode("record.accepted", AT, None, {"row": "a", "count": 2})
    assert body == (b'{"at":"2026-03-01T12:00:00.000000Z","facts":{"count":2,"row":"a"},"kind":"record.accepted"}')


def test_order_of_facts_and_time_zone_do_not_matter() -> None:
    berlin = AT.astimezone(timezone(timedelta(hours=1)))
    one = encode("a.b", AT, "ab" * 16, {"x": 1, "y": [True, None]})
    assert one == encode("a.b", berlin, "ab" * 16, {"y": (True, None), "x": 1})


@pytest.mark.parametrize(
    "facts",
    [
        {"id": "0b8e7c1e-5a9b-4a5e-9b0e-000000000000"},
        {"digest": "f" * 64, "count": 0, "late": False, "note": None},
        {"rule": "P60D after recorded", "due": "2026-03-01T12:00:00Z"},
        {"systems": {"salesforce": 3, "hubspot": ["contact:5012345678"]}},
        {"purposes": ["direct-marketing", "support"]},
    ],
)
def test_ids_counts_codes_and_digests_pass(facts: dict) -> None:
    assert encode("a.b", AT, None, facts)


@pytest.mark.parametrize(
    "value, reason",
    [
        ("ada@example.com", "e-mail"),
        ("to: Ada <ada@localhost>", "e-mail"),
        ("+44 20 7946 0958", "telephone"),
        ("203.0.113.9", "IP address"),
        ("2001:db8::1", "IP address"),
        ("please delete everything you have about me", "free text"),
        ("x" * 129, "free text"),
        ([["a"]], "must be"),
        ({"a": {"b": 1}}, "must be"),
        (1.5, "must be"),
        (b"raw", "must be"),
        (AT, "must be"),
        (2**53, "beyond"),
        ("\ud800", "canonical"),
    ],
)
@pytest.mark.parametrize("place", ["alone", "in a list", "under a name"])
def test_what_could_be_personal_is_refused_and_not_repeated(value: object, reason: str, place: str) -> None:
    held: object = {"alone": value, "in a list": ["ok", value], "under a name": {"system": value}}[place]
    with pytest.raises(UnfitEntry, match=reason) as refused:
        encode("a.b", AT, None, {"fact": held})
    assert str(value) not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("name", ["ada@example.com", "", "two words", 7, "x" * 65])
def test_names_of_facts_are_identifiers(name: object) -> None:
    with pytest.raises(UnfitEntry, match="identifier") as refused:
        encode("a.b", AT, None, {name: 1})
    assert str(name) not in str(refused.value) or name in ("", 7)


@pytest.mark.parametrize("kind", ["", "plain", "Upper.case", "a.-b", "a..b", "a.b ", "ada@example.com"])
def test_kinds_are_dotted(kind: str) -> None:
    with pytest.raises(UnfitEntry, match="dotted"):
        encode(kind, AT, None, {})


@pytest.mark.parametrize("person", ["", "ada", "AB" * 16, "0" * 15, "0b8e7c1e-5a9b-4a5e-9b0e-000000000000"])
def test_person_is_a_pseudonym(person: str) -> None:
    with pytest.raises(UnfitEntry, match="pseudonym"):
        encode("a.b", AT, person, {})


def test_time_must_be_aware() -> None:
    with pytest.raises(UnfitEntry, match="time zone"):
        encode("a.b", datetime(2026, 3, 1), None, {})


def test_an_entry_has_a_largest_size() -> None:
    with pytest.raises(UnfitEntry, match="at most"):
        encode("a.b", AT, None, {"ids": ["x" * 100] * 200})
