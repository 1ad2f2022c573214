"""What particular laws want published: decisions by machines, the Data Privacy Framework, notices for California."""

from collections.abc import Iterator

from troth.notice.hand import Hand, end, listed, mail, spread, web
from troth.notice.values import Block, Para, Run, Runs, Section, Term, Terms


def automated(hand: Hand) -> Section:
    """Decisions a machine makes alone: the logic and what follows (GDPR Art. 13(2)(f), 22)."""
    entries = []
    for purpose in hand.policy.purposes.values():
        if purpose.automated:
            about = purpose.automated
            said = [Para((hand.text(about.logic),)), Para((hand.text(about.consequences),))]
            said += [Para((hand.text(about.human),))] if about.human else []
            entries.append(Term((hand.text(purpose.label),), tuple(said)))
    blocks = (Para((hand.word("notice.automated.rule"),)), Terms(tuple(entries)))
    return Section("decided_by_machine", hand.words("notice.automated"), blocks)


def framework(hand: Hand) -> Section:
    """The commitments of companies certified under the Data Privacy Framework (Principle 1, Notice)."""
    return Section("data_privacy_framework", hand.words("notice.dpf"), tuple(_framework(hand)))


def _framework(hand: Hand) -> Iterator[Block]:
    w, dpf = hand.words, hand.policy.dpf
    assert dpf is not None
    yield hand.para(dpf.commitment, dpf.assumption)
    yield Para((hand.word("notice.dpf.entities"), Run(" "), *spread((hand.text(e),) for e in dpf.entities), Run(".")))
    if dpf.covers:
        kinds = w.join(w(f"notice.dpf.covers.{kind}") for kind in dpf.covers)
        yield Para((hand.word("notice.dpf.covers", kinds=kinds),))
    if dpf.certified_until:
        yield Para((hand.word("notice.dpf.certified_until", day=w.day(dpf.certified_until)),))
    for text in (dpf.enforcement, dpf.arbitration, dpf.authorities_access, dpf.onward_liability):
        if text:
            yield Para((hand.text(text),))
    if dpf.recourse:
        body = hand.text(dpf.recourse.name, "", web(dpf.recourse.url))
        yield Para((hand.word("notice.dpf.recourse"), Run(" "), body, Run(end(body.text))))
    if dpf.list_url:
        yield Para((hand.word("notice.dpf.list", "", web(dpf.list_url)), Run(f" ({dpf.list_url})", "soft")))


def california(hand: Hand) -> Section:
    """What the California Consumer Privacy Act wants told (Civ. Code 1798.100, 1798.120, 1798.130)."""
    return Section("for_california", hand.words("notice.california"), tuple(_california(hand)))


def _california(hand: Hand) -> Iterator[Block]:
    about = hand.policy.california
    assert about is not None
    sells: Runs = (hand.word("notice.california.sells" if about.sells_or_shares else "notice.california.sells_not"),)
    yield Para((*sells, *hand.marks(about.assumption)))
    if about.opt_out:
        yield Para((hand.word("notice.california.opt_out"), Run(" "), _where(hand, about.opt_out), Run(".")))
    if about.methods:
        yield Para((hand.word("notice.california.methods"),))
        yield listed((_where(hand, method),) for method in about.methods)
    if about.equal_service:
        yield Para((hand.text(about.equal_service),))


def _where(hand: Hand, place: str) -> Run:
    return hand.text(place, "", web(place) or mail(place))
