"""The notice as a value says everything the policy says, in each form and language, and the same in all of them."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date

import pytest
from notice_kit import FORMS, Page, changed, folded, full, quali

from troth.notice import Edition, Places, as_html, as_markdown, document, languages
from troth.notice.history import editions
from troth.notice.values import Run
from troth.policy.languages.catalogue import part
from troth.policy.localise import completeness, localised, texts
from troth.policy.model import Policy

DOCUMENTS: dict[str, Callable[[], tuple[Policy, str]]] = {
    "reference": lambda: (quali(), "en"),
    "reference in German": lambda: (quali(), "de"),
    "everything": lambda: (full(), "en"),
    "everything in German": lambda: (full(), "de"),
}


def read(policy: Policy, language: str) -> Iterator[str]:
    """Every text of the policy that people read, in the language, but what no row uses and the hints of forms."""
    inside = localised(policy, language)
    rows = [row for touchpoint in policy.touchpoints.values() for row in touchpoint.rows]
    used = {"data": {asked.item for row in rows for asked in row.items}}
    used["purposes"] = {use.purpose for row in rows for use in row.purposes}
    used["retention"] = {kept.rule for row in rows for kept in row.retention}
    renamed = {asked.item for row in rows for asked in row.items if asked.published_as}
    for text, path in texts(inside).items():
        top, _, rest = path.partition(".")
        name, field = rest.partition(".")[0], path.rpartition(".")[2]
        idle = top in used and (name not in used[top] or (top == "data" and name in renamed))
        if not idle and field != "hint":
            yield text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("which", DOCUMENTS)
def test_every_text_of_the_policy_is_in_every_form(which: str, form: str) -> None:
    policy, language = DOCUMENTS[which]()
    said = FORMS[form](document(policy, language)).casefold()
    assert [text for text in read(policy, language) if folded(text).casefold() not in said] == []


@pytest.mark.parametrize("form", FORMS)
def test_what_is_named_and_not_translated_is_in_every_form(form: str) -> None:
    policy = full()
    named = [recipient.name for recipient in policy.recipients.values()]
    named += [cookie.pattern for cookie in policy.cookies.values()]
    named += [url for other in policy.third_parties.values() for url in other.urls]
    named += [company.name for company in policy.controller.group]
    named += ["1 High Street, Tel Aviv", "Rep EU GmbH, Berlin", "Rep UK Ltd., London", "The Data Authority"]
    named += ["our core work is not the monitoring of people", "The Recourse Body", "QualiSystems, Inc", "1 May 2027"]
    named += ["https://optout.example", "https://list.example", "at least 30 days", "the Book-keeping Act"]
    named += [policy.controller.contact, "published as OKTA", "Uses the data for its own direct marketing"]
    said = FORMS[form](document(policy, "en"))
    assert [name for name in named if name not in said] == []


def test_each_row_says_all_five_things() -> None:
    page = Page(as_html.page(document(quali(), "en")))
    rows = sum(len(touchpoint.rows) for touchpoint in quali().touchpoints.values())
    for heading in ("What we collect", "Why, and on what ground", "Who gets it", "How long", "If you do not give it"):
        assert page.text.count(heading) >= rows, heading
    assert set(quali().touchpoints) <= set(page.ids)


def test_both_languages_have_the_same_words_to_say() -> None:
    english, german = part("en", "notice"), part("de", "notice")
    assert english.keys() == german.keys()
    assert all(text.strip() for text in german.values())


def test_both_languages_have_the_same_parts_in_the_same_places() -> None:
    for policy in (quali(), full()):
        english, german = document(policy, "en"), document(policy, "de")
        assert [s.id for s in english.every_section()] == [s.id for s in german.every_section()]
    assert shape(document(quali(), "en")) == shape(document(quali(), "de"))


def shape(value: object) -> object:
    """A document without its words: which parts stand in which."""
    if isinstance(value, Run):
        return "note" if value.style == "note" else "run"
    if isinstance(value, tuple):
        parts = [shape(each) for each in value]
        return [part for i, part in enumerate(parts) if part != "run" or i == 0 or parts[i - 1] != "run"]
    if is_dataclass(value):
        inside = (getattr(value, f.name) for f in fields(value))
        return [
            type(value).__name__,
            *(shape(each) for each in inside if is_dataclass(each) or isinstance(each, tuple)),
        ]
    return None


def test_german_speaks_german() -> None:
    said = FORMS["html"](document(quali(), "de"))
    for word in ("Das Wichtigste in Kürze", "Ihre Rechte", "Zuletzt aktualisiert am 2. Juni 2024", "Art. 15 DSGVO"):
        assert word in said
    english = {text for key, text in part("en", "notice").items() if part("de", "notice")[key] != text}
    left = {text for text in english if len(text) > 20 and "{" not in text and text in said}
    assert left == {"Data Privacy Framework"}  # its name


def test_a_text_without_a_translation_stays_and_says_which_language_it_is() -> None:
    policy = changed(translations={"de": [{"text": "Our Privacy Policy", "says": "Unsere Erklärung"}]})
    page = as_html.page(document(policy, "de"))
    assert '<html lang="de"' in page
    assert "<h1>Unsere Erklärung</h1>" in page
    assert '<span lang="en">Provide our Website</span>' in page
    missing = len(completeness(policy, "de").missing)
    assert f"{missing} Texte dieser Erklärung sind noch nicht übersetzt und stehen hier auf English." in page
    assert 'lang="en"' not in as_html.page(document(quali(), "de"))


def test_last_updated_is_the_day_it_takes_effect() -> None:
    made = document(changed(effective="2027-01-31"), "en")
    assert made.updated == date(2027, 1, 31)
    assert "Last updated 31 January 2027" in made.meta
    assert '<meta name="dcterms.modified" content="2027-01-31">' in as_html.page(made)
    assert "Last updated 31 January 2027" in as_markdown.markdown(made)


def test_the_short_notice_comes_first_and_is_short() -> None:
    made = document(quali(), "en")
    said = as_html.section(made.short)
    page = as_html.page(made)
    assert page.index('id="in_short"') < page.index('id="contents_title"') < page.index('id="what_we_collect"')
    assert len(Page(said).text.split()) < 215
    for fact in ("QualiSystems Ltd., Israel", "HubSpot", "privacy@quali.com", "60 days", "only if you agree"):
        assert fact in Page(said).text


def test_the_short_notice_says_what_is_kept_how_long() -> None:
    said = Page(as_html.section(document(quali(), "en").short)).text
    assert "Until no longer needed, looked at again after 1 year or 6 months" in said
    assert "Log files: 60 days or 360 days; Session Recording: 30 days" in said


def test_the_right_to_object_stands_apart_from_all_else_and_says_against_what() -> None:
    made = document(quali(), "en")
    apart, rest = (next(s for s in made.sections if s.id == id) for id in ("your_objection", "your_rights"))
    page = Page(as_html.section(apart))
    assert {"right_objection", "right_object-to-profiling"} <= set(page.ids)
    assert "direct marketing at any time" in page.text
    relying = {
        quali().purposes[use.purpose].label
        for touchpoint in quali().touchpoints.values()
        for row in touchpoint.rows
        for use in row.purposes
        if use.relies_on == "legitimate interest"
    }
    assert relying
    assert [label for label in relying if label not in page.text] == []
    assert not {"right_objection", "right_object-to-profiling"} & set(Page(as_html.section(rest)).ids)
    without = {name: right for name, right in quali().model_dump(mode="json")["rights"].items() if "object" not in name}
    assert "your_objection" not in [s.id for s in document(changed(rights=without), "en").sections]


def test_a_text_that_ends_as_a_sentence_gets_no_second_full_stop() -> None:
    plain = full().model_dump(mode="json")
    for right in plain["rights"].values():
        right |= {"applies_to": "everyone in the EU.", "how": "Write to us."}
    plain["children"] |= {"guardian": "A parent agrees."}
    plain["changes"] |= {"significant": "it matters.", "told_by": ["by letter."]}
    plain["anonymous"] |= {"uses": ["research."]}
    plain["touchpoints"]["schedule-demo"] |= {"persons": ["staff of Example Inc."], "source": "the fair."}
    plain["sharing"]["partners"] |= {"to": ["Example Inc."]}
    said = FORMS["markdown"](document(Policy.model_validate(plain), "en"))
    assert ".." not in said.replace("...", "")


def test_the_way_to_a_right_stands_once_where_it_is_the_same_for_all() -> None:
    said = FORMS["markdown"](document(quali(), "en"))
    assert "How: write to privacy@quali.com" not in said
    assert "To use them, write to privacy@quali.com" in said
    plain = quali().model_dump(mode="json")["rights"]
    plain["access"] |= {"how": "ask in the shop"}
    said = FORMS["markdown"](document(changed(rights=plain), "en"))
    assert "How: ask in the shop." in said
    assert "How: write to privacy@quali.com." in said


def test_a_policy_without_an_introduction_has_no_empty_section() -> None:
    made = document(smallest(), "en")
    assert [s.id for s in made.sections if not s.blocks and not s.sections] == []
    assert "about_this_notice" not in [s.id for s in made.sections]


def test_a_very_long_word_may_break_and_stays_one_word() -> None:
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    plain = quali().model_dump(mode="json")
    plain["recipients"]["salesforce"]["name"] = f"<{word}>"
    html = as_html.page(document(Policy.model_validate(plain), "en"))
    assert f"<{word}>" in Page(html).text
    assert word not in html


def test_the_cookie_notice_groups_by_what_they_are_for_and_names_each_once() -> None:
    page = Page(as_html.page(document(quali(), "en")))
    for category in ("essential", "analytics", "marketing"):
        assert f"cookies_{category}" in page.ids
    assert "cookies_preferences" not in page.ids
    codes = as_html.page(document(quali(), "en")).count("<code>__hstc</code>")
    assert codes == 2


def test_the_glossary_explains_only_what_occurs() -> None:
    without = changed(cookies={}, signals=None, anonymous=None, third_parties={})
    assert "A small text that a site leaves" in FORMS["html"](document(quali(), "en"))
    assert "A small text that a site leaves" not in FORMS["html"](document(without, "en"))
    assert "A setting of the browser" in FORMS["html"](document(quali(), "en"))
    assert "A setting of the browser" not in FORMS["html"](document(without, "en"))


def test_links_inside_lead_somewhere_and_ids_are_unique() -> None:
    for policy in (quali(), full()):
        page = Page(as_html.page(document(policy, "en")))
        inside = {link[1:] for link in page.links if link.startswith("#")}
        assert inside - set(page.ids) == set()
        assert len(page.ids) == len(set(page.ids))


def test_ids_are_the_same_in_every_language_and_whatever_a_touchpoint_is_called() -> None:
    plain = quali().model_dump(mode="json")
    names = {"browse-website": "cookies", "torque-browse": "rights"}
    touchpoints = {names.get(name, name): body for name, body in plain["touchpoints"].items()}
    cookies = {k: {**c, "touchpoint": names.get(c["touchpoint"], c["touchpoint"])} for k, c in plain["cookies"].items()}
    page = Page(as_html.page(document(changed(touchpoints=touchpoints, cookies=cookies), "en")))
    assert len(page.ids) == len(set(page.ids))
    assert {"cookies", "rights", "cookie_notice", "your_rights"} <= set(page.ids)
    assert Page(as_html.page(document(quali(), "de"))).ids == Page(as_html.page(document(quali(), "en"))).ids


def test_without_places_nothing_outside_is_linked() -> None:
    links = Page(as_html.page(document(quali(), "en"))).links
    assert [link for link in links if not link.startswith(("#", "https://", "http://", "mailto:"))] == []
    places = Places(centre="/", form="/forms/{id}/", choices="/choices/", edition="/notice/{number}/")
    links = Page(as_html.page(document(quali(), "en", places=places))).links
    assert {"/", "/choices/", "/forms/schedule-demo/"} <= set(links)
    assert "/forms/browse-website/" not in links


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "not an address"])
def test_an_address_that_no_reader_may_follow_is_text_only(url: str) -> None:
    plain = quali().model_dump(mode="json")
    plain["third_parties"]["posthog"]["urls"] = [url]
    made = document(Policy.model_validate(plain), "en")
    assert url in FORMS["html"](made)
    assert not [link for link in Page(as_html.page(made)).links if url in link]
    assert f"](<{url}" not in as_markdown.markdown(made)


def later() -> Policy:
    plain = quali().model_dump(mode="json")
    plain["retention"]["website-logs"]["period"] = "P90D"
    return changed(retention=plain["retention"], effective="2027-01-01")


def test_the_history_tells_what_changed_in_plain_words_latest_first() -> None:
    published = [(1, quali().effective, quali()), (2, date(2027, 1, 1), later()), (3, date(2027, 2, 1), reworded())]
    for language, told in (("en", "kept longer: 90 days"), ("de", "länger aufbewahrt: 90 Tage")):
        made = document(reworded(), language, number=3, history=editions(published, language))
        section = made.sections[-1]
        said = Page(as_html.section(section)).text
        assert section.id == "change_history"
        assert told in said
        assert said.index("2027", said.index("3")) < said.index(told) < said.index("2024")
    assert "Nur Wörter haben sich geändert" in said


def reworded() -> Policy:
    plain = later().model_dump(mode="json")
    return Policy.model_validate(plain | {"title": "Our policy on privacy", "effective": "2027-02-01"})


def test_a_new_translation_alone_is_no_change() -> None:
    thinner = changed(translations={"de": [{"text": "Our Privacy Policy", "says": "Unsere Erklärung"}]})
    _, second = editions([(1, quali().effective, thinner), (2, quali().effective, quali())], "de")
    assert [change.kind for change in second.changes if not change.silent] == []


def test_languages_are_that_of_the_files_and_those_with_a_translation() -> None:
    assert languages(quali()) == ("en", "de")
    assert languages(changed(translations={})) == ("en",)
    assert languages(changed(translations={"fr": [{"text": "Our Privacy Policy", "says": None}]})) == ("en",)


def test_an_edition_of_an_unchanged_promise_says_so() -> None:
    made = document(
        quali(), "en", number=2, history=[Edition(1, date(2024, 1, 1), first=True), Edition(2, date(2024, 6, 2))]
    )
    said = FORMS["markdown"](made)
    assert "Only words changed" in said
    assert "The first version published here" in said


def smallest() -> Policy:
    """One situation, and nothing else that can be left out."""
    return changed(
        recipients={},
        cookies={},
        third_parties={},
        storage=[],
        transfers=None,
        assumptions={},
        never={},
        rights={},
        sharing={},
        secondary_purposes={},
        retention_exceptions={},
        groups={"only": "Only"},
        introduction=[],
        touchpoints={
            "contact": {
                "title": "When you write",
                "group": "only",
                "channels": ["form"],
                "rows": [
                    {
                        "id": "main",
                        "items": ["email"],
                        "purposes": [{"purpose": "answer-questions", "relies_on": "pre-contract"}],
                        "bases": ["pre-contract"],
                        "recipients": [],
                        "retention": ["website-logs"],
                        "without": "We cannot answer",
                    }
                ],
            }
        },
    )


def test_the_smallest_policy_has_a_notice() -> None:
    made = document(smallest(), "en")
    for form in FORMS.values():
        said = form(made)
        assert "Nobody outside." in said
        assert "Nothing is kept past its day." in said
