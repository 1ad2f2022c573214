"""Who answers for the notice, and what was decided where the published text leaves it open."""

from collections.abc import Iterator

from troth.notice.hand import Hand, mail, spread, web
from troth.notice.values import Items, Line, Para, Run, Runs, Section, Term, Terms


def who(hand: Hand) -> Section:
    return hand.section("who_we_are", "notice.who", Terms(tuple(_who(hand))))


def _who(hand: Hand) -> Iterator[Term]:
    c = hand.policy.controller
    named: Runs = (hand.text(c.name),)
    if c.known_as:
        named += (Run(f" ({hand.words.join(c.known_as, 'or')})"),)
    named += (Run(f", {hand.words.country(c.country)}"),)
    named += (Run(", "), hand.text(c.address)) if c.address else ()
    yield _fact(hand, "controller", named, c.assumption)
    yield _fact(hand, "contact", (Run(c.contact, "", mail(c.contact)),))
    if c.dpo:
        yield _fact(hand, "dpo", (hand.text(c.dpo, "", mail(c.dpo)),))
    if c.no_dpo:
        yield _fact(hand, "no_dpo", (hand.text(c.no_dpo),))
    if c.representatives:
        yield _fact(hand, "representatives", spread((hand.text(each),) for each in c.representatives))
    for country, named_there in c.other_representatives.items():
        title = hand.words("notice.who.representative_in", country=hand.words.country(country))
        yield Term((Run(title),), (Para((hand.text(named_there),)),))
    if c.group:
        yield _fact(hand, "group", spread(_companies(hand), "; "))
    sites = ((hand.text(s.label, "", web(s.url or "")), *hand.marks(s.assumption)) for s in hand.policy.sites.values())
    yield _fact(hand, "covers", spread(sites))
    source = hand.policy.published_source
    if source:
        yield _fact(hand, "source", (hand.text(source),))


def _companies(hand: Hand) -> Iterator[Runs]:
    w = hand.words
    for company in hand.policy.controller.group:
        held = "".join(f", {w.name('certificate', mark)}" for mark in company.certificates)
        address = f", {company.address}" if company.address else ""
        yield hand.text(company.name), Run(f" ({w.country(company.country)}{address}){held}")


def _fact(hand: Hand, name: str, runs: Runs, assumption: str | None = None) -> Term:
    return Term((hand.word(f"notice.who.{name}"), *hand.marks(assumption)), (Para(runs),))


def open_points(hand: Hand) -> Section:
    decided = hand.words("notice.open.decided")
    says = (Run(" "), Run(f"{decided}:", "strong"), Run(" "))
    lines = (
        Line((hand.text(point.open), *says, hand.text(point.decided)), (), f"open_{number}")
        for number, point in enumerate(hand.policy.assumptions.values(), start=1)
    )
    rule = Para((hand.word("notice.open.rule"),))
    return hand.section("open_points", "notice.open", rule, Items(tuple(lines), numbered=True))
