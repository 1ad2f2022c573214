"""Languages: what is offered is there in full, and a translation belongs to the text it translates."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from troth.policy.checks.registry import Finding, check
from troth.policy.languages.catalogue import BUILT_IN, keys
from troth.policy.languages.spoken import SAID
from troth.policy.languages.wording import english, misfits, needed
from troth.policy.localise import source_language, texts, untranslated, unused, wordless
from troth.policy.model import Policy
from troth.policy.plain import count, join
from troth.policy.problems import did_you_mean, shown

TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
TEXTS = ("translations", *SAID[Policy])
"""A text is missing or unused only as far as these sections could be read."""

GUESSED = 10
"""For so many unused translations of a language the text that took their place is looked for."""

_MARK = re.compile(r"[\d@]")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_THOUSANDS = re.compile(r"(?<=\d)[.,'\u2019\u00a0\u202f ](?=\d{3}(?!\d))")


def _offered(policy: Policy) -> Iterator[tuple[str, str]]:
    """The languages of the policy with their places."""
    for i, language in enumerate(policy.languages):
        if TAG.fullmatch(language) and language not in policy.languages[:i]:
            yield f"languages.{i}", language


@check("T-0601", "warning", "a language is translated in full", article="GDPR Art. 12(1)", needs=TEXTS)
def translated_in_full(policy: Policy, _day: date) -> Iterator[Finding]:
    every = texts(policy) if len(policy.languages) > 1 else {}
    for where, language in _offered(policy):
        missing = untranslated(policy, language, every)
        if missing:
            message = f"{len(missing)} of {count(len(every), 'text')} are not translated into `{language}`"
            first = f"the first is {shown(next(iter(missing)))}"
            yield Finding(where, message, f"{first}; `troth translate` lists them and writes a file to fill in")


@check("T-0602", "warning", "a translation is of a text the policy has", needs=TEXTS)
def of_a_text(policy: Policy, _day: date) -> Iterator[Finding]:
    every = texts(policy) if policy.translations else {}
    for language, entries in policy.translations.items():
        stray = unused(policy, language, every)
        missing = list(untranslated(policy, language, every)) if stray else []
        for nth, i in enumerate(stray):
            guess = _closest(entries[i].text, missing) if nth < GUESSED else None
            yield Finding(
                f"translations.{language}.{i}.text",
                "the policy has no such text, so its translation is not used",
                f"{guess} It has no translation" if guess else "write the text as it is now, or remove both",
            )


def _closest(text: str, missing: Sequence[str]) -> str | None:
    """`did you mean …?` among the texts of about this length."""
    near = sorted(missing, key=lambda other: abs(len(other) - len(text)))[:50]
    return did_you_mean(text, near)


@check("T-0603", "error", "a text is translated once")
def contradicting(policy: Policy, _day: date) -> Iterator[Finding]:
    for language, entries in policy.translations.items():
        said: dict[str, str] = {}
        for i, entry in enumerate(entries):
            if entry.says and said.setdefault(entry.text, entry.says) != entry.says:
                yield Finding(
                    f"translations.{language}.{i}.says",
                    f"{shown(entry.text)} has another translation already: {shown(said[entry.text])}",
                    "a text is translated once, wherever it stands; remove one of the two",
                )


@check("T-0604", "warning", "wording is for words that the pages have")
def unknown_wording(policy: Policy, _day: date) -> Iterator[Finding]:
    for where, key, _ in _wording(policy):
        if english(key) is None:
            help = did_you_mean(key, keys()) or "remove it; `troth translate` writes the keys there are"
            yield Finding(where, f"the pages have no word `{key}`", help)


@check("T-0605", "error", "wording takes the values it is given")
def misfitting_wording(policy: Policy, _day: date) -> Iterator[Finding]:
    for where, key, text in _wording(policy):
        if not text or english(key) is None:
            continue
        lost, unknown = misfits(key, text)
        help = f"English says {shown(english(key))}"
        if lost:
            yield Finding(where, f"the English text has {_holes(lost)}, this one does not", help)
        if unknown:
            yield Finding(where, f"nothing fills {_holes(unknown)}", help)


def _holes(names: Iterable[str]) -> str:
    return join(f"`{{{name}}}`" for name in sorted(names))


def _wording(policy: Policy) -> Iterator[tuple[str, str, str | None]]:
    for language, wording in policy.wording.items():
        for key, text in wording.items():
            yield f"wording.{language}.{key}", key, text


@check("T-0606", "warning", "a language has all words of the pages", article="GDPR Art. 12(1)", needs=("wording",))
def all_words(policy: Policy, _day: date) -> Iterator[Finding]:
    for where, language in _offered(policy):
        if _base(language) in BUILT_IN:
            continue
        keys = needed(policy, language)
        lacking = len(wordless(policy, language, keys))
        if lacking:
            message = f"{lacking} of {count(len(keys), 'word')} of the pages are in English for want of `{language}`"
            help = f"give them under `wording: {{{language}: …}}`; `troth translate` writes a file to fill in"
            yield Finding(where, message, help)


@check("T-0607", "warning", "a language with texts is offered")
def not_offered(policy: Policy, _day: date) -> Iterator[Finding]:
    offered = {*policy.languages, *(_base(tag) for tag in policy.languages)}
    for section in ("translations", "wording"):
        for language in getattr(policy, section):
            if language not in offered:
                message = f"nobody is offered `{language}`: it is not among the `languages` of the policy"
                help = f"did you mean to write `languages: [{', '.join((*policy.languages, language))}]`?"
                yield Finding(f"{section}.{language}", message, help)
    if (own := source_language(policy)) in policy.translations:
        message = f"the files are written in `{own}`: nothing is translated into it"
        help = "the first of `languages` is the language of the files; put it first, or change the texts themselves"
        yield Finding(f"translations.{own}", message, help)


@check("T-0608", "error", "a language is named by its tag")
def untagged(policy: Policy, _day: date) -> Iterator[Finding]:
    if not policy.languages:
        yield Finding("languages", "the policy is in no language", "write the language of the files, `languages: [en]`")
    for where, language, _ in _tags(policy):
        if not TAG.fullmatch(language):
            guess = language.replace("_", "-").lower()
            help = f"did you mean `{guess}`?" if TAG.fullmatch(guess) and len(guess.partition("-")[0]) < 3 else None
            yield Finding(where, f"{shown(language)} is no language tag", help or "write one such as `de` or `pt-BR`")


@check("T-0609", "warning", "a language is stated once")
def twice(policy: Policy, _day: date) -> Iterator[Finding]:
    for where, language, before in _tags(policy):
        if language in before:
            yield Finding(where, f"`{language}` is stated twice", "remove it")


def _tags(policy: Policy) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every stated language with its place and those stated before it there."""
    lists = {"languages": policy.languages} | {
        f"sites.{name}.languages": s.languages for name, s in policy.sites.items()
    }
    for at, languages in lists.items():
        yield from ((f"{at}.{i}", language, languages[:i]) for i, language in enumerate(languages))


@check("T-0610", "warning", "a translation keeps figures and addresses")
def marks_kept(policy: Policy, _day: date) -> Iterator[Finding]:
    for language, entries in policy.translations.items():
        for i, entry in enumerate(entries):
            gone = _marks(entry.text) - _marks(entry.says) if entry.says else frozenset()
            if gone:
                said = join(f"`{mark}`" for mark in sorted(gone))
                message = f"the text says {said}, its translation does not"
                yield Finding(f"translations.{language}.{i}.says", message, f"the text is {shown(entry.text)}")


def _marks(text: str) -> frozenset[str]:
    """The figures and mail addresses of a text: what stays the same in every language."""
    if not _MARK.search(text):
        return frozenset()
    figures = (str(int(digits)) for digits in re.findall(r"\d+", _THOUSANDS.sub("", text)))
    return frozenset([*figures, *_ADDRESS.findall(text)])


def _base(tag: str) -> str:
    return tag.partition("-")[0]
