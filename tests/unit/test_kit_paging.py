"""Lists of several pages: by link, cursor, number and offset; circles and lists without end."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.systems.kit.api import Api, Reply, _code, keyed
from troth.systems.kit.auth import NoAuth
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.paging import by_cursor, by_number, by_offset, link_header, link_in
from troth.systems.kit.settings import ConnectorSettings, read


def rows_of(reply: Reply) -> Sequence[Any]:
    rows: Sequence[Any] = reply.body["rows"]
    return rows


@given(st.lists(st.integers(), unique=True), st.integers(1, 5))
def test_every_way_of_turning_pages_gives_every_row_once_in_order(things: list[int], size: int) -> None:
    def by_place(offset: int) -> Reply:
        return Reply(200, {"rows": things[offset : offset + size]})

    offset = [row for reply in by_offset(by_place, rows_of) for row in rows_of(reply)]
    number = [row for reply in by_number(lambda n: by_place((n - 1) * size), rows_of) for row in rows_of(reply)]

    def by_word(cursor: str | None) -> Reply:
        start = int(cursor or 0)
        more = start + size < len(things)
        return Reply(200, {"rows": things[start : start + size], "next": str(start + size) if more else None})

    cursor = [row for reply in by_cursor(by_word, link_in("next")) for row in rows_of(reply)]
    assert offset == number == cursor == things


def test_a_vendor_that_tells_the_last_page_is_not_asked_for_one_more() -> None:
    asked = []

    def fetch(page: int) -> Reply:
        asked.append(page)
        return Reply(200, {"rows": [page], "more": page < 2})

    assert len(list(by_number(fetch, rows_of, more=lambda reply: bool(reply.body["more"])))) == 2
    assert asked == [1, 2]


def test_a_server_that_ignores_the_page_number_is_a_circle() -> None:
    with pytest.raises(SystemProblem, match="circle"):
        list(by_number(lambda _: Reply(200, {"rows": [1, 2]}), rows_of))


def test_a_list_without_end_is_told() -> None:
    with pytest.raises(SystemProblem, match="does not end within 5 pages") as caught:
        list(by_offset(lambda at: Reply(200, {"rows": [at]}), rows_of, most=5))
    assert caught.value.consequence == "stop"


@pytest.mark.parametrize(
    ("header", "link"),
    [('<https://a.example/x?after=1>; rel="next"', "https://a.example/x?after=1"),
     ('<https://a.example/x>; rel="self", <https://a.example/x?after=1>; rel="next"', "https://a.example/x?after=1"),
     ("<https://a.example/y,z>; title=\"t\"; rel=next", "https://a.example/y,z"),
     ('<https://a.example/x>; rel="self"', None), ("", None), ("next", None)],
)  # fmt: skip
def test_the_link_header(header: str, link: str | None) -> None:
    assert link_header(Reply(200, None, {"link": header})) == link


@pytest.mark.parametrize(
    ("body", "link"),
    [({"a": {"b": "x"}}, "x"), ({"a": {"b": 7}}, "7"), ({"a": {"b": ""}}, None), ({"a": None}, None), ([], None),
     (None, None), ({"a": {"b": [1]}}, None)],
)  # fmt: skip
def test_the_link_in_a_body(body: Any, link: str | None) -> None:
    assert link_in("a", "b")(Reply(200, body)) == link


def test_a_link_never_leads_to_another_host() -> None:
    api = Api("x", read(ConnectorSettings, "x", {"url": "https://a.example/v1/"}, Path()), NoAuth())
    assert api.local("https://a.example/v1/things?after=2") == "/things?after=2"
    assert api.local("/things?after=2") == "/things?after=2"
    for link in ("https://evil.example/v1/x", "https://a.example.evil.example/v1/x", "//evil.example/x", "things",
                 "https://a.example/v1evil", "https://a.example/v1@evil.example/x", ""):  # fmt: skip
        with pytest.raises(SystemProblem, match="leave the configured address"):
            api.local(link)


@pytest.mark.parametrize("path", ["/files/people/..", "/files/../x", "/a/.", "/..", "//x", "x"])
def test_an_id_that_is_dots_never_names_what_lies_above_it(path: str) -> None:
    api = Api("x", read(ConnectorSettings, "x", {"url": "https://a.example/v1/"}, Path()), NoAuth())
    with pytest.raises(SystemProblem, match="leave the configured address") as caught:
        api.call("erase", "DELETE", path)
    assert caught.value.consequence == "stop"


@pytest.mark.parametrize(
    ("body", "told"),
    [({"errorCode": "E0000001"}, " E0000001"), ({"errorCode": "E0000001\n"}, ""), ({"error": "jo@example.org"}, ""),
     ([{"errorCode": "INVALID_FIELD"}], " INVALID_FIELD"), ({"error": "+15005550000"}, ""), ({"error": "no way"}, "")],
)  # fmt: skip
def test_codes_of_vendors_are_told_and_their_sentences_are_not(body: Any, told: str) -> None:
    assert f" {_code(body)}".rstrip(" ") == told


def test_a_key_fits_a_header_and_is_the_same_each_time() -> None:
    assert keyed("erase:7:ö\n") == keyed("erase:7:ö\n")
    assert keyed("a") != keyed("b")
    (value,) = keyed("erase:7:ö\n").values()
    assert value.isascii()
    assert value.isalnum()
