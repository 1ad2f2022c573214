"""Whatever an identifier or a comment holds, it stays data: of a filter, of a query, of what is to be redacted."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from troth.systems.saas.okta.accounts import literal
from troth.systems.saas.posthog.hogql import one_of
from troth.systems.saas.zendesk.redaction import redacted

TEXT = st.text(max_size=40)
TAGS = st.sampled_from(["p", "b", "div", "span", "li"])
LINKS = st.sampled_from(['<a href="http://x.example/y">{}</a>', '<img src="x.png">{}', "{}<br>"])
REDACT = re.compile(r"<redact>(.*?)</redact>", re.DOTALL)
MARKED = re.compile(r"<(?:a|img)\b[^>]*\bredact\b[^>]*>")


@st.composite
def comments(draw: st.DrawFn) -> str:
    """HTML as mail programs write it: tags around text, links, line breaks."""
    parts = []
    for text in draw(st.lists(TEXT, max_size=5)):
        tag, link = draw(TAGS), draw(LINKS)
        parts.append(f"<{tag}>{link.format(html.escape(text))}</{tag}>")
    return "".join(parts)


@given(TEXT)
def test_a_filter_literal_is_one_literal_and_reads_back(value: str) -> None:
    written = literal(value)
    assert re.fullmatch(r'"(?:[^"\\]|\\["\\])*"', written)
    assert re.sub(r"\\(.)", r"\1", written[1:-1]) == "".join(char for char in value if char >= " ")


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=5))
def test_a_query_never_holds_a_value(values: list[str]) -> None:
    where = one_of("distinct_id", values, "d")
    assert re.fullmatch(r"distinct_id IN \(\{d\d\}(, \{d\d\})*\)", where.text)
    assert list(where.values.values()) == values


@given(comments())
def test_everything_written_is_redacted_and_again_nothing(comment: str) -> None:
    marked = redacted(comment)
    if marked is None:
        assert not html.unescape(re.sub(r"<[^>]*>", "", comment)).replace("▇", "").strip()
        return
    done = MARKED.sub("", REDACT.sub(lambda found: "▇" * len(found[1]), marked))
    assert not re.sub(r"<[^>]*>|&nbsp;|&#160;", "", done).strip().strip("▇").replace("▇", "").strip()
    assert "x.example" not in done
    assert redacted(done) is None
