"""The promises around the table: how long, never, rights, children, signals, security, changes, who we are."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from troth.notice.hand import Hand, capital, end, listed, mail, spread, web
from troth.notice.rows import review
from troth.notice.values import Block, Items, Line, Para, Run, Runs, Section, Term, Terms
from troth.policy.model import Policy, Right
from troth.policy.needs import OPPOSABLE

OBJECTIONS = ("objection", "object-to-profiling")


class Promise(Protocol):
    """What a labelled promise of the policy has."""

    @property
    def label(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def assumption(self) -> str | None: ...


def promised(hand: Hand, promises: Iterable[Promise]) -> Terms:
    return Terms(tuple(Term(hand.marked(p.label, p.assumption), (hand.para(p.text),)) for p in promises))


def retention(hand: Hand) -> Section:
    return hand.section("how_long", "notice.retention", *_retention(hand))


def _retention(hand: Hand) -> Iterator[Block]:
    policy = hand.policy
    yield Para((hand.word("notice.retention.rules"),))
    yield Items(tuple(_rules(hand)))
    if not policy.retention_exceptions:
        yield Para((hand.word("notice.retention.no_exception"),))
        return
    yield Para((hand.word("notice.retention.exceptions"),))
    yield Terms(
        tuple(
            Term(
                hand.marked(each.label, each.assumption),
                (hand.para(each.text), Para((Run(f"{hand.law(each.basis)}.", "soft"),))),
            )
            for each in policy.retention_exceptions.values()
        )
    )


def _rules(hand: Hand) -> Iterator[Line]:
    """Each rule that a row uses, with the number of situations; rules that say the same are one."""
    used: dict[str, set[str]] = {}
    for name, touchpoint in hand.policy.touchpoints.items():
        for kept in (kept for row in touchpoint.rows for kept in row.retention):
            used.setdefault(kept.rule, set()).add(name)
    for name in (name for name in hand.policy.retention if name in used):
        rule = hand.policy.retention[name]
        more = [capital(f"{said}.") for said in (review(rule, hand.words),) if said]
        more.append(hand.words("notice.retention.used", count=len(used[name])))
        yield Line(hand.marked(rule.label, rule.assumption), (Run(" ".join(more), "soft"),))


def never(hand: Hand) -> Section:
    return hand.section("never_done", "notice.never", promised(hand, hand.policy.never.values()))


def rights(hand: Hand) -> Section:
    objecting = objections(hand.policy)
    others = tuple(_right(hand, name, right) for name, right in hand.policy.rights.items() if name not in objecting)
    terms = (Terms(others),) if others else ()
    return hand.section("your_rights", "notice.rights", _way(hand), *terms, *_authorities(hand))


def _way(hand: Hand) -> Para:
    """Where to write, and where the privacy centre is."""
    contact, places = hand.policy.controller.contact, hand.places
    how: Runs = (hand.word("notice.rights.how"), Run(" "), Run(contact, "", mail(contact)), Run("."))
    if places.centre:
        how += (Run(" "), hand.word("notice.rights.centre", "", places.centre), Run("."))
    return Para(how)


def objections(policy: Policy) -> dict[str, Right]:
    """The rights that the law wants told apart from any other information (GDPR Art. 21(4))."""
    return {name: right for name, right in policy.rights.items() if right.kind in OBJECTIONS}


def objecting(hand: Hand) -> Section:
    """The right to object, by itself, and the uses it is against."""
    terms = Terms(tuple(_right(hand, name, right) for name, right in objections(hand.policy).items()))
    marketing = (Para((hand.word("notice.objection.marketing"),)),) if hand.policy.marketing_purposes else ()
    return hand.section("your_objection", "notice.objection", *marketing, terms, *_against(hand), _way(hand))


def _against(hand: Hand) -> Iterator[Block]:
    """What relies on a legitimate or the public interest (GDPR Art. 21(1))."""
    policy = hand.policy
    uses = [use for t in policy.touchpoints.values() for row in t.rows for use in row.purposes]
    labels = [policy.purposes[use.purpose].label for use in uses if use.relies_on in OPPOSABLE]
    labels += [each.label for each in policy.secondary_purposes.values() if each.relies_on in OPPOSABLE]
    if labels:
        yield Para((hand.word("notice.objection.interest"),))
        yield listed((hand.text(label),) for label in dict.fromkeys(labels))


def _right(hand: Hand, name: str, right: Right) -> Term:
    article = hand.words.find(f"notice.right.{right.kind}")
    small = (Run(" "), Run(article, "soft")) if article else ()
    title = (hand.text(right.label), *small, *hand.marks(right.assumption))
    limits = (listed((hand.text(capital_if(hand, limit)),) for limit in right.limits),) if right.limits else ()
    whom: Runs = (hand.word("notice.rights.for", "soft"), Run(" ", "soft"), *_ended(hand, right.applies_to))
    how: Runs = ()
    if right.how and not _known(hand, right.how):
        how = (Run(f" {hand.words('notice.rights.way')}: ", "soft"), *_ended(hand, right.how))
    return Term(title, (Para((hand.text(right.text),)), *limits, Para((*whom, *how))), f"right_{name}")


def _ended(hand: Hand, text: str) -> Runs:
    return hand.text(text, "soft"), Run(end(text), "soft")


def _known(hand: Hand, how: str) -> bool:
    """True if it is the way of every right and gives the address that stands above them all: once is enough."""
    return hand.policy.controller.contact in how and all(each.how == how for each in hand.policy.rights.values())


def capital_if(hand: Hand, text: str) -> str:
    """A limit begins a line of its own; a text in another language than the page's is left as it is."""
    return text if text in hand.foreign else capital(text)


def _authorities(hand: Hand) -> Iterator[Block]:
    known = hand.policy.controller.authorities
    if known:
        yield Para((hand.word("notice.rights.authorities"),))
        yield listed((Run(a.name, "", web(a.url or "")), Run(f" ({hand.words.country(a.country)})")) for a in known)


def children(hand: Hand) -> Section:
    about = hand.policy.children
    assert about is not None
    guardian = Para((hand.text(capital_if(hand, about.guardian)), Run(end(about.guardian))))
    age = Para((hand.word("notice.children.age", "soft", count=about.minimum_age),))
    verified = (
        (Para((hand.word("notice.children.verified"), Run(": "), hand.text(about.verified_by))),)
        if about.verified_by
        else ()
    )
    blocks = (hand.para(about.text, about.assumption), guardian, *verified, age)
    return hand.section("about_children", "notice.children", *blocks)


def signals(hand: Hand) -> Section:
    said = hand.policy.signals
    assert said is not None
    w = hand.words
    lines = (f"Global Privacy Control: {w.name('signal', said.gpc)}.", f"Do Not Track: {w.name('signal', said.dnt)}.")
    others = (hand.para(said.others),) if said.others else ()
    blocks = (hand.para(said.text, said.assumption), *others, listed((Run(line),) for line in lines))
    return hand.section("browser_signals", "notice.signals", *blocks)


def security(hand: Hand) -> Section:
    return hand.section("security_measures", "notice.security", promised(hand, hand.policy.security.values()))


def changes(hand: Hand) -> Section:
    about = hand.policy.changes
    assert about is not None
    told: Runs = (
        hand.word("notice.changes.significant"),
        Run(" "),
        hand.text(about.significant),
        Run(f"{end(about.significant)} {hand.words('notice.changes.told')}: "),
        *spread((hand.text(way),) for way in about.told_by),
        Run(end("".join(about.told_by[-1:]))),
    )
    ahead = (hand.word("notice.changes.ahead", period=hand.words.period(about.ahead)),) if about.ahead else ()
    told += (Run(" "), *ahead) if ahead else ()
    return hand.section("how_it_changes", "notice.changes", hand.para(about.text, about.assumption), Para(told))


def anonymous(hand: Hand) -> Section:
    about = hand.policy.anonymous
    assert about is not None
    uses: Runs = (
        hand.word("notice.anonymous.uses", "soft"),
        Run(": ", "soft"),
        *spread((hand.text(use, "soft"),) for use in about.uses),
        Run(f"{end(''.join(about.uses[-1:]))} ", "soft"),
        hand.word("notice.anonymous.threshold", "soft", count=about.threshold),
    )
    return hand.section("made_anonymous", "notice.anonymous", hand.para(about.text, about.assumption), Para(uses))
