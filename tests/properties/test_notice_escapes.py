"""Whatever a policy says stays text: in HTML no tag, in Markdown no structure, in Typst no code."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))  # the notice's test kit
from notice_kit import Page, changed, folded, quali

from troth.notice import Document, as_html, as_markdown, document
from troth.notice.clean import clean
from troth.policy.localise import texts
from troth.policy.model import Policy

NASTY = [
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "&lt;b&gt; &amp;",
    "[a](javascript:alert(1)) ![b](x) [c]: y",
    "a | b \\| c `d` ``e``",
    "# heading",
    "- item\n- item",
    "1. one",
    "> quote",
    "```\ncode\n```",
    "===",
    "---",
    "*a* **b** __c__ ~~d~~ $e$",
    '#panic() #eval("1") @label <label> $x$ // comment /* x */',
    "\x00\x07\x1b[31m\u2028\ud800",
    "https://example.com www.example.com me@example.com",
    "\\",
    "`",
    "a\\",
]
marks = st.text(alphabet=st.sampled_from(list("<>&\"'`*_[]()#|\\~!$@-+=.:{}^\n\t /1a é\x00")), min_size=1, max_size=40)
said = st.one_of(st.sampled_from(NASTY), marks, st.text(min_size=1, max_size=40)).filter(lambda t: clean(t).strip())
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def small() -> Policy:
    """As little of the reference policy as has every kind of part once."""
    policy = quali()
    kept = {name: policy.touchpoints[name] for name in ("browse-website", "schedule-demo")}
    names = {r.recipient for t in kept.values() for row in t.rows for r in row.receivers} | {"aws", "azure"}
    return policy.model_copy(
        update={
            "touchpoints": kept,
            "recipients": {name: r for name, r in policy.recipients.items() if name in names},
            "cookies": {"website-google-ga": policy.cookies["website-google-ga"]},
            "rights": {"access": policy.rights["access"]},
            "assumptions": dict(list(policy.assumptions.items())[:2]),
            "third_parties": {"posthog": policy.third_parties["posthog"]},
            "translations": {},
        }
    )


SMALL = small()


def made(text: str) -> Document:
    """The notice with the text put in every kind of place a text stands in. Past the checks of the files: what the
    model itself would strip or refuse is put in all the same."""
    return document(saying(text), "en", fingerprint="0" * 64)


def saying(text: str) -> Policy:
    policy = SMALL
    people = dict(policy.recipients)
    people["google"] = people["google"].model_copy(update={"name": text, "does": (text,), "privacy_policy": text})
    cookies = dict(policy.cookies)
    cookies["website-google-ga"] = cookies["website-google-ga"].model_copy(update={"pattern": text})
    touchpoints = dict(policy.touchpoints)
    demo = touchpoints["schedule-demo"]
    row = demo.rows[0].model_copy(update={"without": (text, text), "interest": text})
    touchpoints["schedule-demo"] = demo.model_copy(
        update={"title": text, "source": text, "rows": (row, *demo.rows[1:])}
    )
    rights = dict(policy.rights)
    rights["access"] = rights["access"].model_copy(update={"label": text, "text": text, "limits": (text,)})
    points = {name: point.model_copy(update={"open": text}) for name, point in policy.assumptions.items()}
    services = dict(policy.third_parties)
    services["posthog"] = services["posthog"].model_copy(update={"urls": (text,), "label": text})
    controller = policy.controller.model_copy(update={"name": text, "contact": text, "address": text})
    return policy.model_copy(
        update={
            "title": text,
            "introduction": (text, text),
            "recipients": people,
            "cookies": cookies,
            "touchpoints": touchpoints,
            "rights": rights,
            "assumptions": points,
            "third_parties": services,
            "controller": controller,
            "groups": {**policy.groups, "website": text},
        }
    )


TAGS = [tag for tag, _ in Page(as_html.page(made("harmless"))).tags if tag not in ("a", "span")]


@SLOW
@given(said)
@example(NASTY[0])
def test_in_html_it_makes_no_tag_and_no_attribute(text: str) -> None:
    page = Page(as_html.page(made(text)))
    assert [tag for tag, _ in page.tags if tag not in ("a", "span")] == TAGS
    assert folded(clean(text)) in page.text
    for _tag, given_ in page.tags:
        assert not [name for name in given_ if name.startswith("on")]
    for link in page.links:
        assert link.startswith(("#", "http://", "https://", "mailto:"))


def skeleton(markdown: str) -> list[str]:
    """The structure of a Markdown text as it is read: its blocks and tables, no inline words."""
    return [token.type for token in PARSER.parse(markdown) if token.type != "inline"]


def inline_kinds(markdown: str) -> set[str]:
    return {part.type for token in PARSER.parse(markdown) for part in token.children or ()}


SKELETON = skeleton(as_markdown.markdown(made("harmless")))
INLINE = inline_kinds(as_markdown.markdown(document(quali(), "en"))) | {"text_special"}


@SLOW
@given(said)
def test_in_markdown_it_makes_no_structure(text: str) -> None:
    written = as_markdown.markdown(made(text))
    assert skeleton(written) == SKELETON
    assert inline_kinds(written) <= INLINE
    inline = [part for token in PARSER.parse(written) for part in token.children or ()]
    raw = [part.content for part in inline if part.type == "html_inline"]
    assert {tag.partition(" ")[0] for tag in raw} <= {"<a", "</a>"}
    page = Page(PARSER.render(written))
    assert folded(clean(text)) in page.text
    for link in page.links:
        assert link.startswith(("#", "http://", "https://", "mailto:")), link


def test_every_text_of_a_policy_can_be_nasty_at_once() -> None:
    known = list(texts(quali()))
    plan = {text: NASTY[i % len(NASTY)].replace("\x00", "").strip() or "x" for i, text in enumerate(known)}
    entries = [{"text": text, "says": says.encode(errors="ignore").decode()} for text, says in plan.items()]
    policy = changed(translations={"fr": entries})
    plain = changed(translations={"fr": [{"text": text, "says": "x"} for text in known]})
    tags = [tag for tag, _ in Page(as_html.page(document(plain, "fr"))).tags]
    nasty = [tag for tag, _ in Page(as_html.page(document(policy, "fr"))).tags]
    assert set(nasty) == set(tags)
    assert "script" not in nasty
