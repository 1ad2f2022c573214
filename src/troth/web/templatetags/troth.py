"""Filters and tags for every room's pages: `{% load troth %}`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.template.defaultfilters import date as django_date
from django.urls import reverse

from troth import ground
from troth.policy import plain as words
from troth.policy.languages import ENGLISH
from troth.policy.languages import words as speak
from troth.publishing import queries as publishing
from troth.web import legal

register = template.Library()


@register.filter("date")
def date_filter(value: date | None, form: str | None = None) -> str:
    """`25 Nov 2026`; with a format it is Django's own filter."""
    if form is not None:
        return str(django_date(value, form))
    return words.day(value) if value else ""


@register.simple_tag(takes_context=True)
def announced(context: Mapping[str, Any], language: str = "") -> dict[str, str]:
    """What a page says of a change of policy that is coming or new: text, link, where it leads; empty for none.

    Without a `shell` the page is one that must do without the database.
    """
    found = publishing.announced(ground.clock()) if context.get("shell") else None
    if found is None:
        return {}
    say = speak(language or ENGLISH)
    when = "new" if found.in_effect else "coming"
    return {
        "text": say(f"letters.page.{when}", day=say.day(found.effective, long=True)),
        "link": say("letters.page.seen" if found.in_effect else "letters.page.see"),
        "url": reverse("notice-changes-in", args=[language]) if language else reverse("notice-changes"),
    }


@register.filter
def when(value: datetime | None) -> str:
    """`25 Nov 2026, 14:05 UTC`."""
    return words.moment(value) if value else ""


@register.filter
def duration(value: timedelta | date | None, now: datetime | None = None) -> str:
    """A length of time in words (`3 days`), or how far off a day or moment is (`3 days left`, `2 days over`)."""
    if value is None:
        return ""
    return words.span(value) if isinstance(value, timedelta) else words.left(value, now or ground.clock())


@register.filter
def ago(value: datetime | None, now: datetime | None = None) -> str:
    """`3 days ago`."""
    return words.ago(value, now or ground.clock()) if value else ""


@register.filter
def period(value: str) -> str:
    """`P60D` → `60 days`."""
    return words.period(value)


@register.filter
def plural(number: int, noun: str) -> str:
    """`{{ 4|plural:"record" }}` → `4 records`; an odd plural after a comma: `"person,people"`."""
    one, _, many = noun.partition(",")
    return words.count(number, one, many or None)


@register.filter
def join_words(items: Iterable[object], last: str = "and") -> str:
    """`a, b and c`."""
    return words.join(items, last)


@register.filter
def country(code: str) -> str:
    """The English name of an ISO 3166-1 alpha-2 code; an unknown code comes back unchanged."""
    return speak("en").country(code)


@register.filter
def basis(value: str) -> str:
    """A legal basis in the reader's words."""
    return legal.BASES[value].words if value in legal.BASES else value


@register.filter
def article(value: str) -> str:
    """The article of the GDPR a legal basis comes from; empty for an unknown one."""
    return legal.BASES[value].article if value in legal.BASES else ""


@register.filter
def at(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """`{{ mapping|at:key }}`; empty when there is no such key."""
    return (mapping or {}).get(key, "")


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, why: str = "") -> dict[str, object]:
    """A Django form's field in the hand: label, hint (its help text), error, and `why`, the consequence beside it."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "textarea")
    return {
        "id": bound.auto_id,
        "name": bound.html_name,
        "label": bound.label,
        "type": kind,
        "value": bound.value() if kind != "password" else "",
        "checked": kind == "checkbox" and bool(bound.value()),
        "hint": bound.help_text,
        "error": " ".join(str(error) for error in bound.errors),
        "required": bound.field.required,
        "autocomplete": widget.attrs.get("autocomplete", ""),
        "options": [(str(key), label) for key, label in getattr(bound.field, "choices", ())],
        "why": why,
    }


@register.inclusion_tag("components/code_place.html")
def code_place(place: Any, line: str = "") -> dict[str, object]:
    """`file:line` of a `Place`; with the text of that line, the place underlined in it."""
    if place is None:
        return {}
    indent = len(line) - len(line.lstrip())
    start = max(place.column - 1, 0)
    end = max(place.end_column - 1, start)
    before, marked, after = line[indent:start], line[start:end], line[end:]
    return {"place": place, "before": before, "marked": marked, "after": after, "line": line}
