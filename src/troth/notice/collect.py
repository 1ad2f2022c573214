"""What we collect, and why: the full table, touchpoint by touchpoint."""

from collections.abc import Iterator

from troth.notice.hand import Hand, capital, end, key
from troth.notice.rows import CellLine, PurposeLine, RowView, TouchpointView
from troth.notice.values import Entry, Fact, Facts, Line, Para, Run, Runs, Section
from troth.policy.model import Basis

SHOWN = 4
"""So many items are named in the line that sums a touchpoint up."""


def collect(hand: Hand) -> Section:
    """One part a group, in it an entry a touchpoint."""
    groups = [group for group in hand.table.groups if group.touchpoints]
    parts = tuple(
        Section(
            f"group_{group.id}",
            group.label,
            tuple(_entry(hand, touchpoint) for touchpoint in group.touchpoints),
            lang=hand.text(group.label).lang,
        )
        for group in groups
    )
    return Section("what_we_collect", hand.words("notice.collect"), sections=parts)


def _entry(hand: Hand, touchpoint: TouchpointView) -> Entry:
    notes = (touchpoint.note, touchpoint.rows[0].note) if len(touchpoint.rows) == 1 else (touchpoint.note,)
    title = (hand.text(touchpoint.title), *hand.note(*notes))
    return Entry(touchpoint.id, title, tuple(_brief(hand, touchpoint)), tuple(_details(hand, touchpoint)))


def _brief(hand: Hand, touchpoint: TouchpointView) -> Iterator[Para]:
    yield Para((Run(_summed(hand, touchpoint)),))
    remarks = tuple(_remarks(hand, touchpoint))
    if remarks:
        yield Para(remarks, "soft")


def _summed(hand: Hand, touchpoint: TouchpointView) -> str:
    """`Full name, Email, Phone and 5 more · goes to Salesforce · until unneeded`: what, to whom, how long."""
    w, rows = hand.words, touchpoint.rows
    items = list(dict.fromkeys(item.text for row in rows for item in row.items))
    names = list(dict.fromkeys(recipient.text for row in rows for recipient in row.recipients))
    periods = list(dict.fromkeys(kept.brief for row in rows for kept in row.retention))
    whom = w("notice.brief.goes", names=w.join(names)) if names else w("notice.brief.stays")
    return " · ".join((_few(hand, items), whom, "; ".join(periods)))


def _few(hand: Hand, items: list[str]) -> str:
    if len(items) <= SHOWN + 1:
        return hand.words.join(items)
    return hand.words("notice.brief.more", items=", ".join(items[:SHOWN]), count=len(items) - SHOWN)


def _remarks(hand: Hand, touchpoint: TouchpointView) -> Iterator[Run]:
    w, children = hand.words, hand.policy.children
    if touchpoint.sites:
        yield Run(_sentence(w.join(touchpoint.sites)))
    if touchpoint.persons:
        yield Run(_sentence(f"{w('notice.persons')}: {w.join(touchpoint.persons)}"))
    if touchpoint.for_customer:
        yield Run(f"{w('notice.for_customer')} ")
    if touchpoint.source:
        yield Run(f"{w('notice.source')}: ")
        yield hand.text(touchpoint.source)
        yield Run(f"{end(touchpoint.source)} ")
    if touchpoint.asks_age:
        asks = w("notice.asks_age", age=children.minimum_age) if children else w("notice.asks_of_age")
        yield Run(f"{asks} ")
    if touchpoint.has_form and hand.places.form:
        yield hand.word("notice.open_form", "", hand.places.form_of(touchpoint.id))


def _sentence(text: str) -> str:
    return f"{text}{end(text)} "


def _details(hand: Hand, touchpoint: TouchpointView) -> Iterator[Para | Facts]:
    for place, row in enumerate(touchpoint.rows):
        if len(touchpoint.rows) > 1:
            name = "notice.row.marketing" if row.marketing else "notice.row.also" if place else "notice.row.main"
            yield Para((hand.word(name), *hand.note(row.note)), "name")
        yield Facts(_caption(hand, touchpoint, row), _facts(hand, row))


def _caption(hand: Hand, touchpoint: TouchpointView, row: RowView) -> str:
    return f"{touchpoint.title}: {hand.words('notice.marketing')}" if row.marketing else touchpoint.title


def _facts(hand: Hand, row: RowView) -> tuple[Fact, ...]:
    w = hand.words
    return (
        Fact(w("notice.fact.what"), tuple(_item(hand, item) for item in row.items)),
        Fact(w("notice.fact.why"), tuple(_purpose(hand, row, purpose) for purpose in row.purposes)),
        _recipients(hand, row),
        Fact(w("notice.fact.long"), tuple(_kept(hand, kept) for kept in row.retention)),
        Fact(
            w("notice.fact.without"),
            tuple(Line((hand.text(text),)) for text in row.without),
            w(f"notice.provision.{row.provision}") if row.provision else "",
        ),
    )


def _item(hand: Hand, item: CellLine) -> Line:
    required = (Run(f" ({item.more})", "soft"),) if item.more else ()
    return Line((hand.text(item.text), *required, *hand.note(item.note)))


def _purpose(hand: Hand, row: RowView, purpose: PurposeLine) -> Line:
    said: Runs = (hand.text(purpose.label),)
    if purpose.marketing and not row.marketing:
        said += (Run(" "), hand.word("notice.marketing", "tag"))
    if purpose.profiling:
        said += (Run(" "), hand.word("notice.profiling", "tag"))
    why = hand.because(purpose.relies_on, row.interest)
    if purpose.law:
        why += (Run(f" {hand.words('notice.law', law=purpose.law)}", "soft"),)
    if purpose.special_ground:
        ground = hand.words(f"notice.special.{key(purpose.special_ground)}")
        why += (Run(f" {hand.words('notice.special', ground=ground)}", "soft"),)
    if purpose.also:
        bases = hand.words.join(_stated(hand, basis, row.interest) for basis in purpose.also)
        why += (Run(f" {hand.words('notice.also_stated', bases=bases)}", "soft"),)
    return Line((*said, *hand.note(purpose.note)), why)


def _stated(hand: Hand, basis: Basis, interest: str) -> str:
    """A basis beside the one relied on; a legitimate interest with what it is."""
    named = hand.words.basis(basis)
    return f"{named} ({interest})" if interest and basis == "legitimate interest" else named


def _recipients(hand: Hand, row: RowView) -> Fact:
    w = hand.words
    if not row.recipients:
        nobody = "notice.nobody" if row.recipients_known else "notice.nobody_stated"
        return Fact(w("notice.fact.who"), (Line((hand.word(nobody),)),))
    lines = tuple(
        Line((hand.text(each.text), Run(f" ({each.more})", "soft"), *hand.note(each.note))) for each in row.recipients
    )
    return Fact(w("notice.fact.who"), lines, w("notice.recipients_assumed") if row.recipients_assumed else "")


def _kept(hand: Hand, kept: CellLine) -> Line:
    more = (Run(f"{capital(kept.more)}.", "soft"),) if kept.more else ()
    return Line((hand.text(kept.text), *hand.note(kept.note)), more)
