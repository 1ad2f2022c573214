"""A policy in another language: its texts replaced by their translations, and what is still missing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth.policy.languages.catalogue import ENGLISH
from troth.policy.languages.spoken import EVERYONE, in_other_words, texts
from troth.policy.languages.wording import needed
from troth.policy.languages.words import words
from troth.policy.model import Policy

__all__ = ["Completeness", "completeness", "localised", "source_language", "texts", "translated"]


def source_language(policy: Policy) -> str:
    """The language the policy's files are written in: the first of `languages`."""
    return policy.languages[0] if policy.languages else ENGLISH


def localised(policy: Policy, language: str) -> Policy:
    """The policy with its texts in `language` as far as they are translated; itself where nothing is.

    What is not translated stays in the language of the files. `pt-BR` takes from `pt` what it does not say itself.
    """
    said = translated(policy, language)
    return in_other_words(policy, lambda text: said.get(text, text)) if said else policy


def translated(policy: Policy, language: str) -> dict[str, str]:
    """Text → translation, for those that have one. In the language of the files only what the policy language itself
    says in English needs one.
    """
    if language == source_language(policy):
        return {} if language == ENGLISH else {EVERYONE: words(language, policy)("applies-to.everyone")}
    tags = dict.fromkeys((language.partition("-")[0], language))
    said = {entry.text: entry.says for tag in tags for entry in policy.translations.get(tag, ()) if entry.says}
    return {EVERYONE: words(language, policy)("applies-to.everyone")} | said if said else {}


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far a policy is translated into a language.

    `texts`: how many different texts people read. `missing`: those without a translation, with their first places.
    `unused`: places in the language's `translations` whose text the policy does not hold. `wording`: how many words
    the pages need. `wording_missing`: the keys of those the language lacks, with what English says.
    """

    language: str
    texts: int
    missing: Mapping[str, str]
    unused: tuple[int, ...]
    wording: int
    wording_missing: Mapping[str, str]

    @property
    def have(self) -> int:
        return self.texts - len(self.missing)

    @property
    def whole(self) -> bool:
        """True if nothing that people read is left in another language."""
        return not self.missing and not self.wording_missing


def completeness(policy: Policy, language: str) -> Completeness:
    """What a language has and lacks. In the language of the files only words of the pages can be missing."""
    every = texts(policy)
    keys = needed(policy, language)
    return Completeness(
        language,
        texts=len(every),
        missing=untranslated(policy, language, every),
        unused=unused(policy, language, every),
        wording=len(keys),
        wording_missing=wordless(policy, language, keys),
    )


def untranslated(policy: Policy, language: str, every: Mapping[str, str]) -> dict[str, str]:
    """Of `every` text of the policy those without a translation, with their places."""
    if language == source_language(policy):
        return {}
    said = translated(policy, language)
    return {text: place for text, place in every.items() if text not in said}


def unused(policy: Policy, language: str, every: Mapping[str, str]) -> tuple[int, ...]:
    """Places in the language's `translations` whose text is not among `every` text of the policy."""
    held = {*every, EVERYONE}
    return tuple(i for i, entry in enumerate(policy.translations.get(language, ())) if entry.text not in held)


def wordless(policy: Policy, language: str, keys: Mapping[str, str]) -> dict[str, str]:
    """Of the `keys` the pages need those the language lacks, with what English says."""
    spoken = words(language, policy)
    return {key: english for key, english in keys.items() if spoken.owns(key) is None}
