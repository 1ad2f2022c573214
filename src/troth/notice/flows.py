"""Who gets data and where it goes: recipients, transfers and storage, other uses and grounds for sharing."""

from collections.abc import Iterator

from troth.notice.hand import Hand, capital, end, listed, spread, web
from troth.notice.values import Block, Line, Para, Row, Run, Runs, Section, Table, Term, Terms
from troth.policy.model import Basis, Mechanism, Recipient, SecondaryPurpose


def recipients(hand: Hand) -> Section:
    w, known = hand.words, hand.policy.recipients
    if not known:
        return Section("who_gets_it", w("notice.recipients"), (Para((hand.word("notice.nobody"),)),))
    head = tuple(w(f"notice.recipients.{column}") for column in ("name", "does", "role", "where", "protection"))
    rows = tuple(_recipient(hand, name, recipient) for name, recipient in known.items())
    rule = Para((hand.word("notice.recipients.rule"), Run(" "), *_grounds(hand)))
    return Section("who_gets_it", w("notice.recipients"), (rule, Table(w("notice.recipients.caption"), head, rows)))


def _grounds(hand: Hand) -> Runs:
    if not (hand.policy.sharing or hand.policy.secondary_purposes):
        return (hand.word("notice.recipients.nobody_else"),)
    return (
        hand.word("notice.recipients.nobody_but"),
        Run(" "),
        hand.word("notice.sharing", "", "#other_uses"),
        Run("."),
    )


def _recipient(hand: Hand, name: str, recipient: Recipient) -> Row:
    w = hand.words
    countries = w.join(map(w.country, recipient.countries)) or w("answer.not-stated")
    held = tuple(_mechanism(hand, each, len(recipient.countries) > 1) for each in recipient.mechanisms)
    return Row(
        (
            (Line(_name(hand, recipient)), *_further(hand, recipient)),
            (Line(spread((hand.text(does),) for does in recipient.does)),),
            (Line((Run(w.name("role", recipient.role)),)),),
            (Line((Run(countries),)),),
            held or (Line((hand.word("notice.recipients.contract"),)),),
        ),
        f"recipient_{name}",
    )


def _name(hand: Hand, recipient: Recipient) -> Runs:
    runs: Runs = (hand.text(recipient.name),)
    if recipient.published_as and recipient.published_as != recipient.name:
        runs += (Run(f" ({hand.words('notice.recipients.published_as', name=recipient.published_as)})", "soft"),)
    return (*runs, *hand.marks(recipient.assumption))


def _further(hand: Hand, recipient: Recipient) -> Iterator[Line]:
    if recipient.privacy_policy:
        yield Line((hand.word("notice.recipients.policy", "soft", web(recipient.privacy_policy)),))
    if recipient.arrangement:
        yield Line((hand.text(recipient.arrangement, "soft"),))
    if recipient.direct_marketing:
        yield Line((hand.word("notice.recipients.own_marketing", "soft"),))


def _mechanism(hand: Hand, mechanism: Mechanism, several: bool) -> Line:
    w = hand.words
    where = f" ({w.country(mechanism.country)})" if several else ""
    until = f" {w('notice.until', day=w.day(mechanism.until))}" if mechanism.until else ""
    note = hand.marks(mechanism.assumption)
    held = f", {w('notice.recipients.holder', holder=mechanism.holder)}" if mechanism.holder else ""
    return Line((Run(f"{w.name('mechanism', mechanism.kind)}{held}{where}{until}"), *note))


def sharing(hand: Hand) -> Section:
    w, policy = hand.words, hand.policy
    blocks: list[Block] = []
    if policy.secondary_purposes:
        secondary = tuple(_secondary(hand, purpose) for purpose in policy.secondary_purposes.values())
        blocks += [Para((hand.word("notice.sharing.uses"),)), Terms(secondary)]
    if policy.sharing:
        grounds = tuple(
            Term(
                hand.marked(ground.label, ground.assumption),
                (
                    Para((hand.text(ground.text), *_to(hand, ground.to))),
                    Para((_laws(hand, ground.bases),)),
                ),
            )
            for ground in policy.sharing.values()
        )
        blocks += [Para((hand.word("notice.sharing.grounds"),)), Terms(grounds)]
    return Section("other_uses", w("notice.sharing"), tuple(blocks))


def _to(hand: Hand, to: tuple[str, ...]) -> Runs:
    parties = spread((hand.text(party, "soft"),) for party in to)
    return Run(f" {hand.words('notice.sharing.to')}: ", "soft"), *parties, Run(end("".join(to[-1:])), "soft")


def _laws(hand: Hand, bases: tuple[Basis, ...]) -> Run:
    return Run("; ".join(hand.law(basis) for basis in bases), "soft")


def _secondary(hand: Hand, purpose: SecondaryPurpose) -> Term:
    w, policy = hand.words, hand.policy
    which = () if purpose.items == "any" else tuple(policy.data[item].label for item in purpose.items)
    items = w("notice.sharing.items", items=w.join(which)) if which else w("notice.sharing.any_item")
    law = (Run(f" {w('notice.law', law=purpose.law)}", "soft"),) if purpose.law else ()
    invoke = w("notice.sharing.invoke", who=w.join(purpose.may_invoke))
    return Term(
        hand.marked(purpose.label, purpose.assumption),
        (
            Para((*hand.because(purpose.relies_on, purpose.interest or ""), *law)),
            Para((Run(f"{items} {invoke}", "soft"),)),
        ),
    )


def transfers(hand: Hand) -> Section:
    return Section("where_it_goes", hand.words("notice.transfers"), tuple(_transfers(hand)))


def _transfers(hand: Hand) -> Iterator[Block]:
    w, policy = hand.words, hand.policy
    if policy.storage:
        yield Para((hand.word("notice.transfers.storage"),))
        yield listed(
            (
                hand.text(policy.recipients[place.recipient].name),
                Run(": "),
                *spread((hand.text(each),) for each in place.places),
                *hand.marks(place.assumption),
            )
            for place in policy.storage
        )
    if policy.transfers:
        yield Terms(tuple(_term(hand, name) for name in policy.transfers.terms))
    if policy.transfers and policy.transfers.principles_prevail:
        url = web(policy.transfers.url or "")
        link = (Run(" "), Run(url, "", url)) if url else ()
        yield Para((Run(w("notice.transfers.principles")), *link))


def _term(hand: Hand, name: str) -> Term:
    w, transfers = hand.words, hand.policy.transfers
    assert transfers is not None
    term = transfers.terms[name]
    said = "; ".join(capital(w.name("mechanism", each)) for each in term.mechanisms)
    if term.since:
        said += f"; {w('notice.transfers.since', day=w.day(term.since))}"
    if term.assessment_review:
        said += f"; {w('notice.transfers.review', period=w.period(term.assessment_review))}"
    return Term(hand.marked(term.label, term.assumption), (hand.para(term.text), Para((Run(said, "soft"),))))
