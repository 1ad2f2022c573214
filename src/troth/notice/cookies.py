"""The cookie notice, and the analytics and marketing tools with the ways out of them."""

from collections.abc import Iterator

from troth.notice.hand import Hand, capital, listed, spread, web
from troth.notice.values import Block, Items, Line, Para, Row, Run, Runs, Section, Table, Term, Terms
from troth.policy.model import Cookie

CATEGORIES = ("essential", "preferences", "analytics", "marketing")
FREE = "essential"
"""The one category that needs no agreement (Directive 2002/58/EC Art. 5(3))."""


def cookies(hand: Hand) -> Section:
    """One part a category; the same cookie on several sites stands once, with all of them."""
    parts = tuple(_category(hand, name) for name in CATEGORIES if any(_of(hand, name)))
    said: list[Run] = [hand.word("notice.cookies.rule")]
    if hand.places.choices:
        said += [Run(" "), hand.word("notice.cookies.choose", "", hand.places.choices)]
    return Section("cookie_notice", hand.words("notice.cookies"), (Para(tuple(said)),), parts)


def _of(hand: Hand, category: str) -> Iterator[Cookie]:
    return (cookie for cookie in hand.policy.cookies.values() if cookie.category == category)


def _category(hand: Hand, name: str) -> Section:
    w = hand.words
    head = tuple(w(f"notice.cookies.{column}") for column in ("cookie", "setter", "lives", "where"))
    same: dict[tuple[str, str, str], list[Cookie]] = {}
    for cookie in _of(hand, name):
        same.setdefault((cookie.pattern, cookie.setter, cookie.lifetime), []).append(cookie)
    title = capital(w.name("category", name))
    table = Table(f"{w('notice.cookies')}: {title}", head, tuple(_row(hand, each) for each in same.values()))
    why = Para((hand.word(f"notice.cookies.{name}"), Run(" "), hand.word(_asked(name))))
    return Section(f"cookies_{name}", title, (why, table))


def _asked(category: str) -> str:
    return "notice.cookies.no_consent" if category == FREE else "notice.cookies.consent"


def _row(hand: Hand, same: list[Cookie]) -> Row:
    first, w = same[0], hand.words
    notes = hand.note(*(hand.table.number(cookie.assumption) for cookie in same))
    touchpoints = dict.fromkeys(cookie.touchpoint for cookie in same)
    where = (Line((hand.text(hand.policy.touchpoints[t].title, "", f"#{t}"),)) for t in touchpoints)
    return Row(
        (
            (Line((Run(first.pattern, "code"), *notes)),),
            (Line((_setter(hand, first),)),),
            (Line((Run(w.period(first.lifetime)),)),),
            tuple(where),
        )
    )


def _setter(hand: Hand, cookie: Cookie) -> Run:
    if cookie.setter == "self":
        return hand.word("notice.cookies.us")
    return hand.text(hand.policy.recipients[cookie.setter].name, "", f"#recipient_{cookie.setter}")


def tools(hand: Hand) -> Section:
    """Those who set analytics or marketing cookies, then the services of others and their opt-outs."""
    setters = dict.fromkeys(c.setter for name in ("analytics", "marketing") for c in _of(hand, name))
    blocks: list[Block] = []
    if any(setter != "self" for setter in setters):
        entries = tuple(_tool(hand, setter) for setter in setters if setter != "self")
        choose = (Run(" "), hand.word("notice.cookies.choose", "", hand.places.choices)) if hand.places.choices else ()
        blocks += [Para((hand.word("notice.tools.rule"), *choose)), Terms(entries)]
    others = tuple(
        Term(hand.marked(other.label, other.assumption), (hand.para(other.text), *_ways(other.urls)))
        for other in hand.policy.third_parties.values()
    )
    if others:
        blocks += [Para((hand.word("notice.tools.others"),)), Terms(others)]
    return Section("analytics_tools", hand.words("notice.tools"), tuple(blocks))


def _tool(hand: Hand, setter: str) -> Term:
    w, recipient = hand.words, hand.policy.recipients[setter]
    placed = [c for c in hand.policy.cookies.values() if c.setter == setter]
    patterns = spread((Run(p, "code"),) for p in dict.fromkeys(c.pattern for c in placed))
    said: Runs = (*spread((hand.text(does),) for does in recipient.does), Run(". "), hand.word("notice.tools.cookies"))
    url = web(recipient.privacy_policy or "")
    link = (Para((hand.word("notice.recipients.policy", "", url),)),) if url else ()
    countries = w.join(map(w.country, recipient.countries))
    where = (Run(f" {w('notice.tools.where', countries=countries)}"),) if countries else ()
    return Term((hand.text(recipient.name),), (Para((*said, Run(" "), *patterns, Run("."), *where)), *link))


def _ways(urls: tuple[str, ...]) -> Iterator[Items]:
    if urls:
        yield listed((Run(url, "", web(url)),) for url in urls)
