"""A form as its page shows it: each field with what was typed, what is wrong with it, and what stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from troth.collection import queries
from troth.collection.rules import Reason

TICK = "agree:"
VALUE = "item:"
"""Prefixes of field names, so that no item or row can be mistaken for a field of ours."""

INPUTS = {
    "email": "email",
    "phone": "tel",
    "url": "url",
    "password": "password",
    "long text": "textarea",
    "list": "textarea",
}
AUTOCOMPLETE = {
    "email": "email",
    "full-name": "name",
    "first-name": "given-name",
    "last-name": "family-name",
    "phone": "tel",
    "company": "organization",
    "job-title": "organization-title",
    "country": "country-name",
    "city": "address-level2",
    "region": "address-level1",
    "password": "new-password",
}


@dataclass(frozen=True, repr=False)
class Filled:
    """A form with what was typed into it. `said`: something about the whole, above the reasons."""

    form: queries.Form
    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    agreed: frozenset[str] = frozenset()
    of_age: bool = False
    reasons: tuple[Reason, ...] = ()
    said: str = ""


def context(filled: Filled) -> dict[str, object]:
    """What the template needs. A password is never sent back."""
    form = filled.form
    errors = {reason.field: _sentence(reason) for reason in filled.reasons}
    fields = [_input(asked, filled.values.get(asked.id, ""), errors.get(asked.id)) for asked in form.fields]
    ticks = [_tick(tick, tick.row in filled.agreed, errors.get(f"agreed.{tick.row}")) for tick in form.ticks]
    places = {f.id: f"item-{f.id}" for f in form.fields}
    places |= {f"agreed.{t.row}": f"agree-{t.row}" for t in form.ticks} | {"of_age": "of-age"}
    said = [("", filled.said)] if filled.said else []
    return {
        "form": form,
        "said": filled.said,
        "key": filled.key,
        "fields": fields,
        "needed": [tick for tick in ticks if tick["required"]],
        "offered": [tick for tick in ticks if not tick["required"]],
        "age_words": f"I am {form.minimum_age} or older, or a parent or guardian is with me",
        "of_age": filled.of_age,
        "age_error": errors.get("of_age"),
        "errors": said + [(places.get(r.field, ""), _summary(r, places)) for r in filled.reasons],
    }


def _input(asked: queries.Field, value: str, error: str | None) -> dict[str, object]:
    return {
        "id": f"item-{asked.id}",
        "name": VALUE + asked.id,
        "field": asked,
        "type": INPUTS.get(asked.format, "text"),
        "autocomplete": AUTOCOMPLETE.get(asked.id, ""),
        "value": "" if asked.format == "password" else value,
        "error": error,
    }


def _tick(tick: queries.Tick, checked: bool, error: str | None) -> dict[str, object]:
    return {
        "id": f"agree-{tick.row}",
        "name": TICK + tick.row,
        "text": tick.text,
        "beside": tick.beside,
        "required": tick.required,
        "checked": checked,
        "error": error,
    }


def _sentence(reason: Reason) -> str:
    return reason.message[:1].upper() + reason.message[1:]


def _summary(reason: Reason, places: Mapping[str, str]) -> str:
    """One about a field that the form does not show names that field."""
    return _sentence(reason) if reason.field in places or not reason.field else f"{reason.field}: {reason.message}"
