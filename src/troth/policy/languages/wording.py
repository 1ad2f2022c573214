"""The words of the pages that a language has to have, and whether its texts take the values they are given. Pure."""

from collections.abc import Iterator

from troth.policy.languages.catalogue import keys
from troth.policy.languages.plurals import CATEGORIES, forms
from troth.policy.languages.words import HOLE
from troth.policy.model import Policy


def needed(policy: Policy, language: str) -> dict[str, str]:
    """The keys that the pages of this policy need in a language, with what English says.

    Of the countries those that occur; of each counted thing the forms that numbers take in the language.
    """
    countries = {f"country.{code}" for code in _countries(policy)}
    found: dict[str, str] = {}
    for key, text in keys().items():
        stem, _, form = key.rpartition(".")
        kind = key.partition(".")[0]
        if kind == "autonym" or (kind == "country" and key not in countries):
            continue
        if form == "other" and counted(stem):
            found |= {f"{stem}.{name}": keys()[f"{stem}.one"] if name == "one" else text for name in forms(language)}
        elif not (form == "one" and counted(stem)):
            found[key] = text
    return found


def counted(stem: str) -> bool:
    """True if the keys `<stem>.one` and `<stem>.other` are forms of one text, chosen by a number."""
    return f"{stem}.one" in keys() and f"{stem}.other" in keys()


def english(key: str) -> str | None:
    """What English says for a key, also for a form that English numbers do not take; None for no key of ours."""
    stem, _, form = key.rpartition(".")
    other = keys().get(f"{stem}.other") if form in CATEGORIES and counted(stem) else None
    return keys().get(key, other)


def holes(text: str) -> frozenset[str]:
    """The values a text takes: `{count} of {all}` takes `count` and `all`."""
    return frozenset(HOLE.findall(text))


def misfits(key: str, text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The values a text leaves out, and those it asks for that nobody gives. The form for one may leave out `count`."""
    given, taken = holes(english(key) or ""), holes(text)
    lost = given - taken
    return lost - {"count"} if key.rpartition(".")[2] in CATEGORIES else lost, taken - given


def _countries(policy: Policy) -> Iterator[str]:
    controller = policy.controller
    yield controller.country
    yield from (company.country for company in controller.group)
    yield from (authority.country for authority in controller.authorities)
    yield from (country for recipient in policy.recipients.values() for country in recipient.countries)
    yield from (country for storage in policy.storage for country in storage.countries)
