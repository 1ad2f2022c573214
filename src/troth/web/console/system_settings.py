"""Connecting a vendor's system and changing its settings: a form drawn from the connector's own schema.

What a person at the console cannot do here, because it could send credentials or calls to where they do not belong:
name a credential by its place (`env:`, `file:`), use those of the server itself (an AWS role), let a private address
in, move a system that is inside to another address there, or move a system and keep its credentials. All of that is
said in the systems file, by whoever runs the machine. Nor can an entry be saved that would stop the other systems.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
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
from troth.systems.kit.settings import PLACES
from troth.systems.registry import no_worse, system
from troth.systems.saas import manifest
from troth.web.console.system_form import FILE_ONLY, Form, draw
from troth.web.console.trying import Tested, tried
from troth.web.staff import staff_only

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
FOR_PEOPLE = frozenset({"title", "recipient", "fields", "rate"})
MOVED = "must be entered again: other settings changed, and it must go nowhere it was not meant for"
NONE = "is needed, or another credential: those of the server itself are used only where the systems file says so"
INSIDE = "is an address inside your network; it is changed in the systems file only"


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
        return draw(request, form, forms.shown(form.kind.Settings, form.kept), {}, new=new)
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
    return draw(request, form, submitted, errors, tested, new=new)


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
    if asked and not any(config.get(field.name) for field in asked) and _moved(form, config):
        errors.setdefault(asked[0].name, NONE)
    if form.kept.get("allow_private"):
        addresses = [field.name for field in forms.fields(settings) if field.address]
        errors |= {name: INSIDE for name in addresses if _differ(form, config, name)}
    return replace(answered, config=config, errors=errors)


def _moved(form: Form, config: Mapping[str, Any]) -> bool:
    """Whether calls might go elsewhere than before: some text that is not only for people here is another."""
    told = {field.name for field in forms.fields(form.kind.Settings) if field.kind in ("text", "yaml", "pairs")}
    return any(_differ(form, config, name) for name in told - FOR_PEOPLE)


def _differ(form: Form, config: Mapping[str, Any], name: str) -> bool:
    """Whether a setting changed; empty is as good as not there."""
    return (form.kept.get(name) or None) != (config.get(name) or None)


def _try(form: Form, answered: forms.Answered) -> Tested:
    """A test of what was entered, before it is kept."""
    entered = {f"secret:{name}": value for name, value in answered.secrets.items()}
    config = {
        key: entered.get(value, value) if isinstance(value, str) else value for key, value in answered.config.items()
    }
    try:
        made = system(form.name, {"connector": form.connector, **config}, ground.settings().systems_file.parent)
    except SystemProblem as problem:
        return Tested(form.name, "bad", "failed", str(problem), 0)
    return tried(made)


def _keep(request: HttpRequest, form: Form, answered: forms.Answered, digest: str, *, new: bool) -> HttpResponse:
    """Credentials first, under names of their own, so that the entry never names what is not there; where the entry
    cannot be saved they go again and those in use are as they were."""
    answered.keep_secrets()
    entry = {"connector": form.connector, **answered.config}
    try:
        _save(request, replace(form, digest=digest), entry, "system.connected" if new else "system.changed")
    except BaseException:
        answered.drop_secrets()
        raise
    messages.success(request, f"{form.name} is {'connected' if new else 'saved'}.")
    return redirect("console-system", form.name)


@transaction.atomic
def _save(request: HttpRequest, form: Form, entry: Mapping[str, Any] | None, kind: str) -> None:
    """The file and its evidence; where the file refuses, neither. Credentials nobody names any more go.

    Those the entry named before stay until the next change: an act under way may still use them.
    """
    changed = sorted(name for name in {*form.kept, *(entry or {})} - {"connector"} if _differ(form, entry or {}, name))
    facts: dict[str, evidence.JSON] = {"system": form.name, "connector": form.connector, "by": str(request.user.pk)}
    facts["settings"] = list(changed)
    evidence.append(kind, person=None, facts=facts, at=ground.clock())
    after = file.save(ground.settings().systems_file, form.name, entry, digest=form.digest, judge=no_worse)
    in_use = file.named(after.entries) | (file.named({form.name: form.kept}) if entry else frozenset())
    secrets.sweep(form.name, in_use)


def _wrong_name(name: str, entries: Mapping[str, Any]) -> str:
    if not NAME.fullmatch(name):
        return "must be lower-case letters, digits and hyphens, 40 at most"
    return "is the name of another system already" if name in entries else ""
