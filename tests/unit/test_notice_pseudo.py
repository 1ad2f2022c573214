"""No word of the notice is fixed in English: in a language made up for the purpose, none is left but names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from troth.notice import as_html, as_markdown, document
from troth.policy.languages.wording import needed
from troth.policy.load import load_policy
from troth.policy.localise import completeness, texts
from troth.policy.model import Policy, Translation

FOUND = load_policy(Path(__file__).parents[2] / "policies/quali")
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in (*range(0x41, 0x5B), *range(0x61, 0x7B))})
"""Latin letters → their wide forms, which no English text has."""


def made_up(text: str) -> str:
    return "".join(part if part.startswith("{") else part.translate(WIDE) for part in re.split(r"(\{[a-z_]+\})", text))


@pytest.fixture(scope="module")
def policy() -> Policy:
    said = tuple(Translation(text=text, says=made_up(text)) for text in texts(FOUND))
    wording: dict[str, str | None] = {key: made_up(text) for key, text in needed(FOUND, "xx").items()}
    new = {"languages": ("en", "xx"), "translations": {"xx": said}, "wording": {"xx": wording}}
    made = FOUND.model_copy(update=new)
    assert completeness(made, "xx").whole
    return made


def names(policy: Policy) -> Iterator[str]:
    """What is the same in every language."""
    yield from (policy.controller.name, *policy.controller.known_as, *(each.name for each in policy.controller.group))
    yield from (name for each in policy.recipients.values() for name in (each.name, each.published_as) if name)
    yield from (cookie.pattern for cookie in policy.cookies.values())
    yield from (policy.dpf.entities if policy.dpf else ())
    yield from ("Global Privacy Control", "Do Not Track")


def left(text: str, policy: Policy) -> list[str]:
    """Latin words of a text that are neither addresses nor names."""
    text = re.sub(r"https?://\S+|\S+@\S+", " ", text)
    for name in sorted(names(policy), key=len, reverse=True):
        text = text.replace(name, " ")
    return re.findall(r"[A-Za-z]{2,}", text)


def test_the_page(policy: Policy) -> None:
    page = as_html.body(document(policy, "xx")) + as_html.head(document(policy, "xx"))
    page = page.replace("<wbr>", "")
    told = " ".join(re.findall(r'(?:title|aria-label|alt|data-label|data-head)="([^"]*)"', page))
    text = re.sub(r"&\w+;", " ", re.sub(r"<[^>]*>", " ", page))
    fingerprint = set(re.findall(r"[a-f]{2,}", text))
    assert set(left(f"{told} {text}", policy)) - fingerprint == set()


def test_markdown(policy: Policy) -> None:
    page = as_markdown.markdown(document(policy, "xx"))
    text = re.sub(r"<a id=[^>]*>|\]\([^)]*\)|<[^>]*>|`[^`]*`", " ", page).replace("\\", "")
    assert set(left(text, policy)) - set(re.findall(r"[a-f]{2,}", text)) == set()
