"""The form of a system's settings, as the page draws it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from troth import ground
from troth.systems.kit import forms
from troth.systems.kit.saas import SaasSystem
from troth.web.console.names import Names
from troth.web.console.trying import Tested

FILE_ONLY = frozenset({"allow_private"})
"""Settings that the console neither shows nor takes."""


@dataclass(frozen=True)
class Form:
    """What one page works on: the system's name, its connector, the entry as it stands (empty for a new one)."""

    name: str
    connector: str
    kind: type[SaasSystem]
    kept: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Shown:
    """A field as the page draws it: what to ask, what stands there, where a credential is, what is wrong."""

    field: forms.Field
    value: str
    place: str
    error: str

    @property
    def type(self) -> str:
        return {"yes-no": "checkbox", "choice": "select", "secret": "password"}.get(self.field.kind) or (
            "textarea" if self.field.kind in ("list", "pairs", "yaml") else "text"
        )

    @property
    def checked(self) -> bool:
        return (self.value or self.field.default) == "yes"

    @property
    def required(self) -> bool:
        """A credential that is set already need not be entered."""
        return self.field.required and not self.place

    @property
    def options(self) -> list[tuple[str, str]]:
        none = [] if self.field.required else [("", "–")]
        return [*none, *((choice, choice) for choice in self.field.choices)]

    @property
    def hint(self) -> str:
        how = {"list": "One a line.", "pairs": "One `name: value` a line.", "yaml": "As YAML."}.get(self.field.kind, "")
        default = f"Left empty: {self.field.default}." if self.field.default and self.type == "text" else ""
        kept = f"Set ({self.place}); leave empty to keep it." if self.place else ""
        return " ".join(filter(None, (self.field.help, how, default, kept)))


def draw(
    request: HttpRequest,
    form: Form,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    tested: Tested | None = None,
    *,
    new: bool,
) -> HttpResponse:
    places = forms.secret_places(form.kind.Settings, form.kept, ground.settings().systems_file.parent)
    drawn = [_shown(field, values, places, errors) for field in forms.fields(form.kind.Settings)]
    drawn = [one for one in drawn if one.field.name not in FILE_ONLY and not one.field.file_only]
    labels = {one.field.name: one.field.title for one in drawn} | {"name": "Name"}
    context = {
        "form": form,
        "new": new,
        "title": form.kept.get("title") or form.kind.TITLE,
        "fields": [one for one in drawn if not one.field.rare],
        "rare": [one for one in drawn if one.field.rare],
        "rare_open": any(one.error for one in drawn if one.field.rare),
        "errors": [(key, f"{labels.get(key, '')} {words}".strip()) for key, words in errors.items()],
        "name_error": errors.get("name", ""),
        "digest": form.digest,
        "tested": tested,
    }
    return render(request, "web/console/system_settings.html", context, status=422 if errors else 200)


def _shown(
    field: forms.Field, values: Mapping[str, str], places: Mapping[str, str], errors: Mapping[str, str]
) -> Shown:
    place = places.get(field.name, "")
    value = "" if field.secret else values.get(field.name, "")
    if field.name == "recipient":
        field = replace(field, kind="choice", choices=_recipients(value))
    return Shown(field, value, "" if place == "not set" else place, errors.get(field.name, ""))


def _recipients(held: str) -> tuple[str, ...]:
    """Recipients of the policy, and the one that stands there, which the policy may know no more."""
    current = Names().current
    return tuple(dict.fromkeys((*sorted(current.recipients if current else ()), *filter(None, (held,)))))
