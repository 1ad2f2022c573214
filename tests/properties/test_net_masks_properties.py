"""Whatever a call looks like, a credential in it is not in the record; what is none stays as it was."""

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from troth.net import masks

SECRET = "s3cr3t-Value-9"
NAMES = st.sampled_from(
    ["access_token", "client_secret", "ClientSecret", "password", "api_key", "apiKey", "private_key", "assertion",
     "refresh-token", "SecretAccessKey", "session_token"]
)  # fmt: skip
HARMLESS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12).filter(
    lambda t: "ecret" not in t
)
KEYS = st.sampled_from(["email", "id", "name", "Key", "page", "next", "tokens_left", "rows"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | HARMLESS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, JSON, max_size=3), NAMES, st.integers(0, 3), st.booleans())
def test_a_credential_at_any_depth_of_a_body_is_hidden(body: dict[str, Any], name: str, depth: int, many: bool) -> None:
    held: Any = {name: SECRET, **body}
    for _ in range(depth):
        held = {"data": [held] if many else held}
    hidden = masks.body(json.dumps(held))
    assert SECRET not in hidden
    assert json.loads(hidden) is not None


@given(JSON)
def test_a_body_without_one_is_not_touched(body: Any) -> None:
    text = json.dumps(body)
    assert masks.body(text) == text


@given(st.dictionaries(KEYS, HARMLESS, max_size=3), NAMES)
def test_a_credential_in_a_form_or_an_address_is_hidden(form: dict[str, str], name: str) -> None:
    text = urlencode({**form, name: SECRET})
    assert SECRET not in masks.body(text)
    assert SECRET not in masks.url(f"https://a.example/x?{text}")


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    masks.body(text)
    masks.headers({"authorization": text, "x": text})
