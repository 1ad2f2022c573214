"""Identifiers are data: whatever they hold, they end no query and name no other folder."""

import re

from hypothesis import given
from hypothesis import strategies as st

from troth.systems.kit.identifiers import Identifiers
from troth.systems.saas.files_com.paths import folder, segment
from troth.systems.saas.google_analytics.identity import subjects
from troth.systems.saas.salesforce.double_soql import parse
from troth.systems.saas.salesforce.soql import one_of, select
from troth.systems.saas.superset.rison import listing, matching, text

anything = st.text(max_size=60)


@given(anything, st.integers(0, 9))
def test_a_superset_query_asks_for_the_text_and_nothing_else(value: str, page: int) -> None:
    query = listing(matching("email", "ct", text(value)), page, 25)
    match = re.fullmatch(
        r"\(filters:!\(\(col:email,opr:ct,value:'((?:[^'!]|![!'])*)'\)\),page:(\d),page_size:25\)", query, re.DOTALL
    )
    assert match
    assert re.sub(r"!(.)", r"\1", match.group(1)) == value
    assert int(match.group(2)) == page


@given(st.lists(anything, min_size=1, max_size=4))
def test_a_salesforce_query_asks_for_the_texts_and_nothing_else(values: list[str]) -> None:
    query = parse(select("Lead", ["Id"], one_of("Email", values)))
    assert query.values == frozenset(values)
    assert (query.kind, query.columns, query.field, query.limit) == ("Lead", ("Id",), "Email", None)


@given(anything)
def test_an_identifier_names_one_folder_below_its_template_or_none(value: str) -> None:
    path = folder("people/of/{email}", value)
    if path is None:
        return
    assert path == f"people/of/{value}"
    assert path.count("/") == 2
    assert path.rpartition("/")[2].strip() not in ("", ".", "..")
    assert "/" not in segment(path)


cookies = st.from_regex(r"(GA1\.2\.)?\d{1,9}\.\d{1,9}", fullmatch=True)
devices = st.one_of(anything, cookies, st.uuids().map(lambda one: one.hex))


@given(st.lists(devices, max_size=4), st.lists(anything, max_size=4))
def test_google_is_told_of_devices_in_its_own_form_only(held: list[str], others: list[str]) -> None:
    who = Identifiers(email=tuple(others), account=tuple(others), device=tuple(held))
    for kind, value in subjects(who, identified=False):
        assert kind in ("clientId", "appInstanceId")
        assert re.fullmatch(r"[0-9]+\.[0-9]+|[0-9a-fA-F]{32}", value)
        assert any(value in device for device in held)
