"""Words in the reader's language: dates, periods, lists, plural forms, and the texts that come with Troth."""

from datetime import UTC, date, datetime
from typing import get_args

import pytest
from test_policy_cases import BASE, DAY

from troth.policy.languages import BUILT_IN, Words, words
from troth.policy.languages.catalogue import PARTS, keys, part
from troth.policy.languages.plurals import CATEGORIES, category, forms
from troth.policy.languages.wording import english, misfits
from troth.policy.load import load_texts
from troth.policy.model import Basis, Channel, Cookie, Item, Mechanism, Policy, Recipient, Right
from troth.policy.model.promises import Signals


def small(extra: str = "", languages: str = "[en, de]") -> Policy:
    files = BASE | {"policy.yaml": BASE["policy.yaml"] + f"languages: {languages}\n", "extra.yaml": extra}
    policy = load_texts(files, today=DAY).policy
    assert policy is not None
    return policy


# Words


@pytest.mark.parametrize(
    ("language", "day", "long", "period", "listed"),
    [
        ("en", "25 Nov 2026", "5 March 2026", "1 year and 6 months", "a, b and c"),
        ("de", "25. Nov. 2026", "5. März 2026", "1 Jahr und 6 Monate", "a, b und c"),
        ("de-AT", "25. Nov. 2026", "5. März 2026", "1 Jahr und 6 Monate", "a, b und c"),
        ("xx", "25 Nov 2026", "5 March 2026", "1 year and 6 months", "a, b and c"),
    ],
)
def test_values_read_as_the_language_writes_them(language: str, day: str, long: str, period: str, listed: str) -> None:
    w = words(language)
    assert w.day(date(2026, 11, 25)) == day
    assert w.day(date(2026, 3, 5), long=True) == long
    assert w.period("P1Y6M") == period
    assert w.join("abc") == listed


def test_german_words() -> None:
    w = words("de")
    assert (w.period("P1D"), w.period("PT30M"), w.period("session")) == (
        "1 Tag",
        "30 Minuten",
        "bis der Browser geschlossen wird",
    )
    assert (w.count(1, "person"), w.count(1204, "person")) == ("1 Person", "1.204 Personen")
    assert (w.basis("legitimate interest"), w.country("US")) == ("berechtigtes Interesse", "Vereinigte Staaten")
    assert w.join(["a", "b"], "or") == "a oder b"
    assert w.moment(datetime(2026, 11, 25, 14, 5, tzinfo=UTC)) == "25. Nov. 2026, 14:05 UTC"
    assert (w.language, w.direction, w.autonym(), w.autonym("fr")) == ("de", "ltr", "Deutsch", "français")


def test_what_is_no_value_comes_back_itself() -> None:
    w = words("en")
    assert (w.period("soon"), w.country("ZZ"), w.join([]), w.join(["a"]), w.autonym("xx")) == (
        "soon",
        "ZZ",
        "",
        "a",
        "xx",
    )


NAMED = {
    "basis": get_args(Basis),
    "article": get_args(Basis),
    "channel": get_args(Channel),
    "role": get_args(Recipient.model_fields["role"].annotation),
    "kind": get_args(Item.model_fields["kind"].annotation),
    "category": get_args(Cookie.model_fields["category"].annotation),
    "mechanism": get_args(Mechanism.model_fields["kind"].annotation),
    "right": get_args(Right.model_fields["kind"].annotation),
    "signal": get_args(Signals.model_fields["gpc"].annotation),
    "event": ("recorded", "last contact", "account closed", "contract ended"),
}


@pytest.mark.parametrize("language", BUILT_IN)
@pytest.mark.parametrize("kind", NAMED)
def test_every_word_of_policies_has_a_name(kind: str, language: str) -> None:
    assert all(words(language).name(kind, value) for value in NAMED[kind])


def test_an_unknown_key_and_a_value_that_is_not_given_are_told() -> None:
    with pytest.raises(KeyError, match="no text is called `nothing`"):
        words("de")("nothing")
    with pytest.raises(KeyError, match=r"`join\.or` needs `last`"):
        words("de")("join.or", first="a")


def test_values_are_put_in_once_and_as_they_are() -> None:
    assert words("en")("join.or", first="{last}", last="{first}") == "{last} or {first}"


def test_the_policy_s_own_wording_comes_first_and_the_rest_is_in_english() -> None:
    policy = small(
        "translations: {fr: [{text: Our site, says: Notre site}]}\n"
        "wording:\n  fr: {basis.consent: consentement, basis.contract: }\n  de: {basis.consent: Zustimmung}\n",
        "[en, de, fr-BE]",
    )
    assert words("fr", policy)("basis.consent") == "consentement"
    assert words("fr-BE", policy)("basis.consent") == "consentement"
    assert words("fr", policy)("basis.contract") == words("en")("basis.contract")
    assert words("de", policy)("basis.consent") == "Zustimmung"
    assert words("de")("basis.consent") == "Einwilligung"
    assert words("en", policy) is words("en")


def test_wording_of_an_older_version_that_no_longer_fits_is_passed_over() -> None:
    assert Words("fr", {"join.or": "{first} ou {autre}"})("join.or", first="a", last="b") == "a or b"


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        ("en", 1, "one"),
        ("en", 0, "other"),
        ("fr", 0, "one"),
        ("ja", 1, "other"),
        ("pl", 22, "few"),
        ("pl", 12, "many"),
        ("ru", 21, "one"),
        ("hr", 25, "other"),
        ("cs", 3, "few"),
        ("sl", 102, "two"),
        ("lt", 11, "other"),
        ("lv", 10, "zero"),
        ("ro", 119, "few"),
        ("ga", 8, "many"),
        ("mt", 0, "few"),
        ("ar", 3, "few"),
        ("he", 2, "two"),
    ],
)
def test_plural_forms(language: str, number: int, expected: str) -> None:
    assert category(language, number) == expected
    assert set(forms(language)) <= set(CATEGORIES)
    assert expected in forms(language)


def test_a_language_with_more_forms_than_english() -> None:
    days = {"period.day.one": "{count} dzień", "period.day.few": "{count} dni", "period.day.many": "{count} dni"}
    w = Words("pl", days)
    assert [w.period(f"P{n}D") for n in (1, 3, 5)] == ["1 dzień", "3 dni", "5 dni"]


# The catalogues


@pytest.mark.parametrize("language", [language for language in BUILT_IN if language != "en"])
@pytest.mark.parametrize("name", PARTS)
def test_what_comes_with_troth_is_whole_and_takes_the_same_values(language: str, name: str) -> None:
    theirs, ours = part(language, name), part("en", name)
    needed = {key for key in ours if not key.startswith("autonym.")}
    assert needed - theirs.keys() == set()
    assert {key for key in theirs if english(key) is None} == set()
    for key, text in theirs.items():
        assert misfits(key, text) == (frozenset(), frozenset()), key


def test_keys_say_which_part_they_stand_in() -> None:
    for name, prefix in (("notice", "notice."), ("changes", "changes."), ("countries", "country.")):
        assert all(key.startswith(prefix) for key in part("en", name)), name
    assert not any(key.startswith(("notice.", "changes.", "country.")) for key in part("en", "common"))
    assert len(keys()) == sum(len(part("en", name)) for name in PARTS)
