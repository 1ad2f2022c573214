"""What the tests of the notice share: the reference policy, one that says everything the language can, the forms."""

import re
from collections.abc import Callable
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from troth.notice import Document, as_html, as_markdown
from troth.policy.load import load
from troth.policy.model import Policy

QUALI = Path(__file__).parents[2] / "policies" / "quali"


@cache
def quali() -> Policy:
    policy = load(QUALI).policy
    assert policy is not None
    return policy


def changed(**fields: object) -> Policy:
    """The reference policy with top-level fields replaced."""
    return Policy.model_validate({**quali().model_dump(mode="json"), **fields})


@cache
def full() -> Policy:
    """The reference policy, and every part of the language it does not use."""
    plain: dict[str, Any] = quali().model_dump(mode="json")
    plain["controller"] |= {
        "address": "1 High Street, Tel Aviv",
        "no_dpo": "our core work is not the monitoring of people",
        "representatives": ["Rep EU GmbH, Berlin"],
        "other_representatives": {"GB": "Rep UK Ltd., London"},
        "authorities": [{"name": "The Data Authority", "country": "IL", "url": "https://authority.example"}],
    }
    plain["recipients"]["google"] |= {
        "privacy_policy": "https://google.example/privacy",
        "role": "joint controller",
        "arrangement": "we decide together and you may ask either of us",
        "direct_marketing": True,
    }
    plain["purposes"]["process-application"]["automated"] = {
        "logic": "the answers are scored by a fixed table",
        "consequences": "an application under 50 points is declined",
        "human": "write to us and a person looks at it",
    }
    touchpoint = plain["touchpoints"]["schedule-demo"]
    touchpoint |= {"persons": ["prospective customers"], "source": "the form you fill in"}
    touchpoint["rows"][0] |= {"provision": "voluntary"}
    touchpoint["rows"][0]["purposes"][0] |= {"law": "the Demonstration Act", "special_ground": "explicit consent"}
    plain["secondary_purposes"]["comply-with-law"]["law"] = "the Book-keeping Act"
    plain["children"] |= {"verified_by": "a call to the parent"}
    plain["signals"] |= {"others": "other parties do not follow you on our pages"}
    plain["changes"] |= {"ahead": "P30D"}
    plain["dpf"] = {
        "entities": ["QualiSystems, Inc"],
        "covers": ["hr", "non-hr"],
        "commitment": "data received under the framework is kept by its Principles",
        "list_url": "https://list.example",
        "certified_until": "2027-05-01",
        "recourse": {"name": "The Recourse Body", "url": "https://recourse.example"},
        "enforcement": "the FTC may investigate",
        "arbitration": "binding arbitration may be invoked in the end",
        "authorities_access": "lawful requests of authorities are met",
        "onward_liability": "we stay liable where data is passed on",
    }
    plain["california"] = {
        "sells_or_shares": False,
        "opt_out": "https://optout.example",
        "methods": ["by letter to 1 High Street"],
        "equal_service": "nobody is treated worse for using a right",
    }
    return Policy.model_validate(plain)


class Page(HTMLParser):
    """A page's words, its tags in order, ids and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._words: list[str] = []
        self._broken = False
        self.feed(html)

    @property
    def text(self) -> str:
        return folded(" ".join(self._words))

    @property
    def ids(self) -> list[str]:
        return [given["id"] for _, given in self.tags if "id" in given]

    @property
    def links(self) -> list[str]:
        return [given["href"] for tag, given in self.tags if tag == "a" and "href" in given]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._broken = tag == "wbr"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self._broken:
            self._words[-1] += data
        else:
            self._words.append(data)
        self._broken = False


def folded(text: str) -> str:
    return " ".join(text.split())


def read_html(document: Document) -> str:
    return Page(as_html.page(document)).text


def read_markdown(document: Document) -> str:
    """What a reader of the rendered Markdown sees."""
    html = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(as_markdown.markdown(document))
    return folded(unescape(re.sub(r"<[^>]*>", "", html)))


FORMS: dict[str, Callable[[Document], str]] = {"html": read_html, "markdown": read_markdown}
