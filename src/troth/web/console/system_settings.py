"""Connecting a vendor's system and changing its settings: a form drawn from the connector's own schema.

What a person at the console cannot do here, because it could send credentials or calls to where they do not belong:
name a credential by its place (`env:`, `file:`), let a private address in, or move a system to another address and
keep its credentials. All of that is said in the systems file, by whoever runs the machine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from troth import ground
from troth.evidence import services as evidence
from troth.systems import config as file
from troth.systems.kit import forms, secrets
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.kit.settings import PLACES
from troth.systems.saas import manifest
from troth.web.console.names import Names
from troth.web.console.trying import Tested, tried
from troth.web.staff import staff_only

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
FILE_ONLY = frozenset({"allow_private"})
FOR_PEOPLE = frozenset({"title", "recipient", "fields", "rate"})
MOVED = "other settings changed: enter this again, so that it goes nowhere it was not meant for"


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


@dataclass(frozen=True)
class Form:
    """What one page works on: the system's name, its connector, the entry as it stands (empty for a new one)."""

    name: str
    connector: str
    kind: type[SaasSystem]
    kept: Mapping[str, Any]
    digest: str


@staff_only
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which connector?"""
    named = ((id, manifest.connector(id).TITLE) for id in manifest.vendors())
    return render(request, "web/console/system_choose.html", {"connectors": sorted(named, key=lambda one: one[1])})


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, connector: str) -> HttpResponse:
    """The settings of a new system."""
    if connector not in manifest.vendors():
        raise Http404("no connector has this name")
    name = request.POST.get("name", connector).strip()
    try:
        found = file.read(ground.settings().systems_file)
    except SystemProblem as problem:
        return render(request, "web/console/systems.html", {"problem": str(problem)}, status=503)
    wrong = _wrong_name(name, found.entries) if request.method == "POST" else ""
    return _page(request, Form(name, connector, manifest.connector(connector), {}, found.digest), wrong, new=True)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, name: str) -> HttpResponse:
    """The settings of a system that is connected."""
    try:
        return _page(request, _connected(name))
    except SystemProblem as problem:
        return render(request, "web/console/systems.html", {"problem": str(problem)}, status=503)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: HttpRequest, name: str) -> HttpResponse:
    """Take a system out of the systems file, after a look at what that means."""
    try:
        form = _connected(name)
        if request.method == "POST":
            _save(request, form, None, "system.disconnected")
            for field in forms.fields(form.kind.Settings):
                if field.secret:
                    secrets.drop(f"{name}.{field.name}".replace("_", "-"))
            messages.success(request, f"{name} is disconnected. Nothing was changed there.")
            return redirect("console-systems")
    except SystemProblem as problem:
        return render(request, "web/console/systems.html", {"problem": str(problem)}, status=503)
    return render(
        request, "web/console/system_disconnect.html", {"name": name, "title": form.kept.get("title") or name}
    )


def editable(name: str) -> bool:
    """Whether the console can draw the settings of this system: a vendor's, of a connector Troth brings."""
    try:
        entry = file.read(ground.settings().systems_file).entries.get(name)
    except SystemProblem:
        return False
    return entry is not None and entry.get("connector") in manifest.vendors()


def _connected(name: str) -> Form:
    found = file.read(ground.settings().systems_file)
    entry = found.entries.get(name)
    if entry is None or entry.get("connector") not in manifest.vendors():
        raise Http404("no system of this name has settings here")
    kept = {key: value for key, value in entry.items() if key != "connector"}
    return Form(name, entry["connector"], manifest.connector(entry["connector"]), kept, found.digest)


def _page(request: HttpRequest, form: Form, wrong_name: str = "", *, new: bool = False) -> HttpResponse:
    if request.method != "POST":
        return _draw(request, form, forms.shown(form.kind.Settings, form.kept), {}, new=new)
    unticked = {field.name: "no" for field in forms.fields(form.kind.Settings) if field.kind == "yes-no"}
    submitted = unticked | {key: str(value) for key, value in request.POST.items()}
    answered = _answered(form, submitted)
    errors = dict(answered.errors) | ({"name": wrong_name} if wrong_name else {})
    tested = None
    if not errors and submitted.get("act") == "test":
        tested = _try(form, answered)
    elif not errors:
        try:
            return _keep(request, form, answered, submitted.get("digest", ""), new=new)
        except SystemProblem as problem:
            errors[""] = str(problem)
    return _draw(request, form, submitted, errors, tested, new=new)


def _answered(form: Form, submitted: Mapping[str, str]) -> forms.Answered:
    """The form as an entry, with what this console does not allow as errors."""
    base = ground.settings().systems_file.parent
    settings = form.kind.Settings
    answered = forms.parse(
        form.name, settings, {k: v for k, v in submitted.items() if k not in FILE_ONLY}, base, form.kept
    )
    config = {**answered.config, **{key: form.kept[key] for key in FILE_ONLY if key in form.kept}}
    errors = dict(answered.errors)
    asked = [field for field in forms.fields(settings) if field.secret]
    for field in asked:
        if submitted.get(field.name, "").strip().startswith(PLACES):
            errors[field.name] = "enter the credential itself; its place is named in the systems file only"
        elif form.kept.get(field.name) and not submitted.get(field.name, "").strip() and _moved(form, config):
            errors[field.name] = MOVED
    return replace(answered, config=config, errors=errors)


def _moved(form: Form, config: Mapping[str, Any]) -> bool:
    """Whether calls might go elsewhere than before: some text that is not only for people here is another."""
    told = {field.name for field in forms.fields(form.kind.Settings) if field.kind in ("text", "yaml", "pairs")}
    return any(form.kept.get(name) != config.get(name) for name in told - FOR_PEOPLE)


def _try(form: Form, answered: forms.Answered) -> Tested:
    """A test of what was entered, before it is kept."""
    entered = {f"secret:{name}": value for name, value in answered.secrets.items()}
    config = {
        key: entered.get(value, value) if isinstance(value, str) else value for key, value in answered.config.items()
    }
    try:
        system = form.kind.from_config(form.name, config, ground.settings().systems_file.parent)
    except SystemProblem as problem:
        return Tested(form.name, "bad", "failed", str(problem), 0)
    return tried(system)


def _keep(request: HttpRequest, form: Form, answered: forms.Answered, digest: str, *, new: bool) -> HttpResponse:
    answered.keep_secrets()
    entry = {"connector": form.connector, **answered.config}
    _save(request, replace(form, digest=digest), entry, "system.connected" if new else "system.changed")
    messages.success(request, f"{form.name} is {'connected' if new else 'saved'}.")
    return redirect("console-system", form.name)


@transaction.atomic
def _save(request: HttpRequest, form: Form, entry: Mapping[str, Any] | None, kind: str) -> None:
    """The file and its evidence; where the file refuses, neither."""
    facts = {"system": form.name, "connector": form.connector, "by": str(request.user.pk)}
    evidence.append(kind, person=None, facts=facts, at=ground.clock())
    file.save(ground.settings().systems_file, form.name, entry, digest=form.digest)


def _wrong_name(name: str, entries: Mapping[str, Any]) -> str:
    if not NAME.fullmatch(name):
        return "must be lower-case letters, digits and hyphens, 40 at most"
    return "is the name of another system already" if name in entries else ""


def _draw(
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
    drawn = [one for one in drawn if one.field.name not in FILE_ONLY]
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
