"""A policy in another language: what is translated, what is missing; the reference policy in German."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

from test_policy_languages import small

from troth.policy.languages.spoken import SAID
from troth.policy.load import load_policy
from troth.policy.localise import completeness, localised, source_language, texts, translated
from troth.policy.model import Policy
from troth.policy.model.base import Part

QUALI = load_policy(Path(__file__).parents[2] / "policies/quali")

SAME_IN_GERMAN = {
    "CloudShell Live",
    "Cookies",
    "Google Analytics",
    "Hosting",
    "Marketing",
    "Name",
    "PostHog",
    "Support",
    "Torque",
    "Torque Community",
    "Website",
}
"""Names, and words German has from English."""


def test_localised_says_what_is_translated_and_leaves_the_rest() -> None:
    policy = small("translations:\n  de:\n    - {text: Our site, says: Unsere Seite}\n    - {text: Access, says: }\n")
    german = localised(policy, "de")
    assert german.sites["www"].label == "Unsere Seite"
    assert german.rights["access"].label == "Access"
    assert german.rights["access"].applies_to == "alle"
    assert (german.controller, german.name, german.touchpoints.keys()) == (
        policy.controller,
        policy.name,
        policy.touchpoints.keys(),
    )
    assert german.sites["www"].url == policy.sites["www"].url
    assert policy.sites["www"].label == "Our site"


def test_a_policy_without_the_language_comes_back_itself() -> None:
    policy = small()
    assert localised(policy, "de") is policy
    assert localised(policy, "en") is policy
    assert translated(policy, "en") == {}


def test_a_region_takes_from_its_language_what_it_does_not_say_itself() -> None:
    policy = small(
        "translations:\n  de: [{text: Our site, says: Unsere Seite}, {text: Access, says: Auskunft}]\n"
        "  de-CH: [{text: Access, says: Einsicht}]\n",
        "[en, de, de-CH]",
    )
    swiss = localised(policy, "de-CH")
    assert (swiss.sites["www"].label, swiss.rights["access"].label) == ("Unsere Seite", "Einsicht")


def test_translations_leave_what_runs_as_it_was() -> None:
    def without(value: Any) -> Any:
        return value.model_dump(include={"touchpoints": {"__all__": {"channels", "role", "sites", "group"}}})

    assert without(localised(QUALI, "de")) == without(QUALI)
    assert localised(QUALI, "de").clauses == QUALI.clauses


def test_completeness_counts() -> None:
    policy = small("translations:\n  de:\n    - {text: Our site, says: Unsere Seite}\n    - {text: Gone, says: Weg}\n")
    done = completeness(policy, "de")
    assert (done.have, done.texts, done.unused, done.whole) == (1, len(texts(policy)), (1,), False)
    assert "Our site" not in done.missing
    assert done.missing["Access"] == "rights.access.label"
    assert done.wording_missing == {}
    assert completeness(policy, "en").whole
    french = completeness(policy, "fr")
    assert len(french.wording_missing) == french.wording > 100
    assert "country.FR" in french.wording_missing
    assert "country.AQ" not in french.wording_missing


def test_the_first_language_is_that_of_the_files() -> None:
    policy = SimpleNamespace(languages=("de", "en"))
    assert source_language(policy) == "de"  # type: ignore[arg-type]


def parts(cls: type[Part] = Policy, seen: set[type[Part]] | None = None) -> set[type[Part]]:
    """Every model a policy is made of."""
    seen = {cls} if seen is None else seen | {cls}
    for field in cls.model_fields.values():
        for inner in _classes(field.annotation):
            if inner not in seen:
                seen = parts(inner, seen)
    return seen


def _classes(annotation: Any) -> Iterator[type[Part]]:
    if inspect.isclass(annotation) and issubclass(annotation, Part):
        yield annotation
    for inner in get_args(annotation):
        yield from _classes(inner)


NOT_SAID = {
    "AcceptedGap": {"code", "where", "reason", "owner"},
    "Authority": {"name", "country", "url"},
    "BalancingTest": {"outcome"},
    "California": {"opt_out"},
    "Clause": {"id", "promise", "executed_by", "checked_by", "note"},
    "Controller": {"name", "known_as", "country", "contact", "address", "dpo", "no_dpo", "representatives"}
    | {"other_representatives"},
    "Cookie": {"pattern", "setter", "lifetime", "touchpoint", "category"},
    "Dpf": {"entities", "list_url"},
    "GroupCompany": {"name", "country", "address"},
    "Item": {"dpv"},
    "Mechanism": {"country", "holder"},
    "Never": {"purposes", "items", "recipients"},
    "Policy": {"name", "languages", "translations", "wording", "balancing_tests", "cookies"},
    "Purpose": {"dpv"},
    "Recipient": {"name", "published_as", "countries", "connector", "privacy_policy"},
    "Recourse": {"name", "url"},
    "Row": {"id", "balancing"},
    "RowItem": {"item"},
    "RowPurpose": {"purpose"},
    "RowRecipient": {"recipient", "items"},
    "RowRetention": {"rule", "items"},
    "RetentionRule": {"period", "review"},
    "SecondaryPurpose": {"dpv", "balancing", "items"},
    "Site": {"url", "languages"},
    "Storage": {"recipient", "countries"},
    "ThirdPartyService": {"urls"},
    "Touchpoint": {"group", "sites"},
    "TransferTerm": {"assessment_review"},
    "Transfers": {"url"},
    "Changes": {"ahead"},
    "Translation": {"text", "says"},
}
"""Fields of text that are not translated: names, addresses, ids, what only authors read."""


def test_every_field_of_text_is_translated_or_known_not_to_be() -> None:
    for cls in parts():
        fields = {name for name, info in cls.model_fields.items() if _holds_text(info.annotation)} - {"assumption"}
        decided = set(SAID.get(cls, ())) | NOT_SAID.get(cls.__name__, set())
        assert fields - decided == set(), f"is {cls.__name__} translated here?"


def _holds_text(annotation: Any) -> bool:
    return annotation is str or any(_holds_text(inner) for inner in get_args(annotation) if inner is not annotation)


# The reference policy in German


def test_the_reference_policy_is_whole_in_german() -> None:
    done = completeness(QUALI, "de")
    assert (dict(done.missing), done.unused, dict(done.wording_missing)) == ({}, (), {})
    assert "de" in QUALI.languages


def test_no_german_text_is_left_in_english() -> None:
    same = {text for text, says in translated(QUALI, "de").items() if says == text}
    assert same == SAME_IN_GERMAN


def test_the_german_policy_calls_people_and_things_by_their_legal_names() -> None:
    german = " ".join(translated(QUALI, "de").values())
    for wrong in ("Datenverantwortliche", "legitimes Interesse", "persönliche Daten", "Dritt-Partei", "GDPR"):
        assert wrong not in german
    for text, says in translated(QUALI, "de").items():
        assert ("legitimate interest" in text) <= ("berechtigte" in says), text
        assert ("personal data" in text.lower()) <= ("personenbezogene" in says.lower()), text
        assert ("consent" in text.lower()) <= ("willig" in says), text


def test_in_german_no_typewriter_quotes_or_doubled_spaces() -> None:
    for says in translated(QUALI, "de").values():
        assert '"' not in says
        assert "  " not in says
        assert says.count("„") == says.count("“")
