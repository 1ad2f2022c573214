"""What changed from version to version, in plain words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

from troth.notice.values import Edition, Items, Line, Para, Places, Run, Section, Term, Terms
from troth.policy.difference.values import Change
from troth.policy.languages import Words
from troth.policy.localise import localised
from troth.policy.model import Policy

Published: TypeAlias = tuple[int, date, Policy]
"""A version: its number, the day it takes effect, what it says."""


def editions(published: Iterable[Published], language: str) -> tuple[Edition, ...]:
    """The versions in the order of their numbers, each with what it changed against the one before it."""
    out: list[Edition] = []
    before: Policy | None = None
    for number, effective, policy in sorted(published, key=lambda version: version[0]):
        changes = between(before, policy, language) if before is not None else ()
        out.append(Edition(number, effective, changes, first=before is None))
        before = policy
    return tuple(out)


def between(old: Policy, new: Policy, language: str) -> tuple[Change, ...]:
    """What changed, told with the labels of a language. A mere difference of translation is no change."""
    from troth.policy.difference import differences  # only where there is something to compare

    real = {(change.kind, change.where, change.gone) for change in differences(old, new)}
    told = differences(localised(old, language), localised(new, language))
    return tuple(change for change in told if (change.kind, change.where, change.gone) in real)


def history(editions: Sequence[Edition], words: Words, places: Places) -> Section:
    """The versions, the latest first, each with what it changed."""
    terms = (_edition(edition, words, places) for edition in sorted(editions, key=lambda e: e.number, reverse=True))
    rule = Para((Run(words("notice.history.rule")),))
    return Section("change_history", words("notice.history"), (rule, Terms(tuple(terms))))


def _edition(edition: Edition, words: Words, places: Places) -> Term:
    title = words("notice.history.edition", number=edition.number, day=words.day(edition.effective))
    link = Run(title, "", places.edition_of(edition.number))
    return Term((link,), tuple(_changed(edition, words)), f"edition_{edition.number}")


def _changed(edition: Edition, words: Words) -> Iterator[Para | Items]:
    told = [change for change in edition.changes if not change.silent]
    if edition.first:
        yield Para((Run(words("notice.history.first")),))
    elif not told:
        yield Para((Run(words("notice.history.wording")),))
    else:
        yield Items(tuple(Line((Run(text),)) for text in sentences(told, words)))


def sentences(changes: Iterable[Change], language: str | Words) -> list[str]:
    """Each change in one plain sentence; two that read the same are told once."""
    from troth.policy.difference import say as told  # only where something changed: it brings its own texts

    say: Callable[[Change, str | Words], str] = told
    return list(dict.fromkeys(say(change, language) for change in changes))
