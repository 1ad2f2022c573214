"""The document: a policy in a language, from the short of it to the history of its changes."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from troth.notice import collect, cookies, flows, glossary, promises, regimes, who
from troth.notice.hand import Hand
from troth.notice.history import history as told
from troth.notice.rows import PublishedTable
from troth.notice.short import short
from troth.notice.values import Document, Edition, Para, Places, Run, Section
from troth.policy.digest import digest
from troth.policy.languages import words
from troth.policy.localise import completeness, localised
from troth.policy.model import Policy

Part: TypeAlias = tuple[Callable[[Policy], object], Callable[[Hand], Section]]

PARTS: tuple[Part, ...] = (
    (lambda _: True, collect.collect),
    (lambda _: True, flows.recipients),
    (lambda p: p.cookies, cookies.cookies),
    (lambda p: p.third_parties or p.cookies, cookies.tools),
    (lambda _: True, promises.retention),
    (lambda p: p.sharing or p.secondary_purposes, flows.sharing),
    (lambda p: p.transfers or p.storage, flows.transfers),
    (lambda p: p.dpf, regimes.framework),
    (lambda p: p.never, promises.never),
    (lambda p: any(purpose.automated for purpose in p.purposes.values()), regimes.automated),
    (promises.objections, promises.objecting),
    (lambda p: p.rights, promises.rights),
    (lambda p: p.california, regimes.california),
    (lambda p: p.children, promises.children),
    (lambda p: p.signals, promises.signals),
    (lambda p: p.security, promises.security),
    (lambda p: p.anonymous, promises.anonymous),
    (lambda p: p.changes, promises.changes),
    (lambda _: True, who.who),
    (lambda _: True, glossary.glossary),
    (lambda p: p.assumptions, who.open_points),
)
"""Whether a policy has a part, and what writes it, in reading order."""

FURNITURE = ("contents", "details", "skip", "pages")
"""Words the renderings need beside the document."""


def document(
    policy: Policy,
    language: str,
    *,
    number: int | None = None,
    history: Sequence[Edition] = (),
    places: Places | None = None,
    fingerprint: str = "",
) -> Document:
    """The notice of a policy in a language (`de`).

    `number`: the version's, where it is published. `history`: the versions up to this one with what each changed.
    `fingerprint`: the published version's digest, which a policy keeps when the language grows; else it is computed.
    `places`: where other pages are; without, nothing outside the document is linked. Texts without a translation stay
    in the policy's own language and are marked as such. *Last updated* is the day the policy takes effect.
    """
    hand = _hand(policy, language, places or Places(), history)
    w = hand.words
    about = _about(hand)
    sections = [about] if about.blocks else []
    sections += [write(hand) for has, write in PARTS if has(hand.policy)]
    if history:
        sections.append(told(history, w, hand.places))
    named, name = hand.policy.controller, fingerprint or digest(policy)
    return Document(
        title=hand.text(hand.policy.title),
        name=named.known_as[0] if named.known_as else named.name,
        language=language,
        direction=w.direction,
        number=number,
        updated=policy.effective,
        digest=name,
        meta=tuple(_meta(hand, number, name)),
        short=short(hand),
        sections=tuple(sections),
        words={key: w(f"notice.furniture.{key}") for key in FURNITURE},
    )


def _hand(policy: Policy, language: str, places: Places, history: Sequence[Edition]) -> Hand:
    inside = localised(policy, language)
    w = words(language, policy)
    foreign = frozenset() if language == policy.languages[0] else frozenset(completeness(policy, language).missing)
    return Hand(inside, w, PublishedTable(inside, w), places, history, policy.languages[0], foreign)


def _meta(hand: Hand, number: int | None, name: str) -> list[str]:
    w = hand.words
    numbered = [w("notice.version", number=number)] if number is not None else []
    updated = w("notice.updated", day=w.day(hand.policy.effective, long=True))
    return [*numbered, updated, w("notice.fingerprint", digest=name[:12])]


def languages(policy: Policy) -> tuple[str, ...]:
    """The languages the notice can be read in: that of the files first, then those it is translated into."""
    translated = (tag for tag, texts in policy.translations.items() if any(entry.says for entry in texts))
    return tuple(dict.fromkeys((policy.languages[0], *sorted(translated))))


def _about(hand: Hand) -> Section:
    policy, w = hand.policy, hand.words
    blocks = [Para((hand.text(text),)) for text in policy.introduction]
    if policy.assumptions:
        blocks.append(
            Para(
                (
                    hand.word("notice.about.open", "soft"),
                    Run(" "),
                    hand.word("notice.open", "soft", "#open_points"),
                    Run(".", "soft"),
                )
            )
        )
    if hand.foreign:
        original = w.autonym(hand.original)
        blocks.append(
            Para((hand.word("notice.about.untranslated", "soft", count=len(hand.foreign), original=original),))
        )
    return Section("about_this_notice", w("notice.about"), tuple(blocks))
