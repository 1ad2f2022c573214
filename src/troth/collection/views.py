"""Hosted forms: one page a touchpoint, made from its rows."""

import secrets

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from troth import ground
from troth.collection import queries, rules, services

TICK = "agree:"
VALUE = "item:"
THANKS = "collection_thanks"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every form of the policy in force."""
    return render(request, "collection/index.html", {"forms": queries.forms(ground.clock())})


@require_http_methods(["GET", "POST"])
def form_page(request: HttpRequest, touchpoint: str) -> HttpResponse:
    """The form of a touchpoint, or what became of what was sent."""
    form = queries.form(touchpoint, ground.clock())
    if form is None:
        raise Http404("no form has this name")
    if request.method == "GET":
        return _show(request, form, key=secrets.token_urlsafe(18))
    values = {k.removeprefix(VALUE): str(v) for k, v in request.POST.items() if k.startswith(VALUE)}
    agreed = frozenset(k.removeprefix(TICK) for k in request.POST if k.startswith(TICK))
    key = request.POST.get("key", "")[:200] or secrets.token_urlsafe(18)
    try:
        receipt = services.submit(
            rules.Submission(touchpoint, values, agreed, "of-age" in request.POST),
            notice_version=_number(request.POST.get("notice-version", "")),
            idempotency_key=key,
            how="form",
            now=ground.clock(),
        )
    except services.Refused as refused:
        return _show(request, form, key=key, values=values, agreed=agreed, reasons=refused.reasons)
    request.session[THANKS] = {"reference": receipt.reference, "agreed": sorted(agreed)}
    return HttpResponseRedirect(reverse("collection:thanks", args=[touchpoint]))


@require_GET
def thanks(request: HttpRequest, touchpoint: str) -> HttpResponse:
    """Confirmation with a reference and what happens next."""
    sent = request.session.get(THANKS)
    form = queries.form(touchpoint, ground.clock())
    if form is None or sent is None:
        return HttpResponseRedirect(reverse("collection:index"))
    return render(request, "collection/thanks.html", {"form": form, "sent": sent})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


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


def _show(
    request: HttpRequest,
    form: queries.Form,
    *,
    key: str,
    values: dict[str, str] | None = None,
    agreed: frozenset[str] = frozenset(),
    reasons: tuple[rules.Reason, ...] = (),
) -> HttpResponse:
    """The form, with what was typed and every reason beside its field; a password is never sent back."""
    errors = {reason.field: reason.message for reason in reasons}
    fields = [_input(f, (values or {}).get(f.id, ""), errors.get(f.id)) for f in form.fields]
    ticks = [
        {"id": t.row, "name": TICK + t.row, "tick": t, "checked": t.row in agreed, "error": errors.get(t.row)}
        for t in form.ticks
    ]
    places = {f.id for f in form.fields} | {t.row for t in form.ticks} | {"of-age"}
    context = {
        "form": form,
        "key": key,
        "fields": fields,
        "ticks": ticks,
        "age_words": f"I am {form.minimum_age} or older, or my guardian is with me" if form.minimum_age else "",
        "age_error": errors.get("of-age"),
        "not_here": f"{', '.join(form.not_here)}: this page cannot take these yet. Leave them out."
        if form.not_here
        else "",
        "errors": [(r.field if r.field in places else "", _words(r, places)) for r in reasons],
    }
    return render(request, "collection/form.html", context, status=422 if reasons else 200)


def _input(field: queries.Field, value: str, error: str | None) -> dict[str, object]:
    return {
        "id": field.id,
        "name": VALUE + field.id,
        "field": field,
        "type": INPUTS.get(field.format, "text"),
        "autocomplete": AUTOCOMPLETE.get(field.id, ""),
        "value": "" if field.format == "password" else value,
        "error": error,
    }


def _words(reason: rules.Reason, places: set[str]) -> str:
    """The reason for the summary; one about a field that the form does not show names that field."""
    if reason.field in places or not reason.field or reason.field == "notice_version":
        return reason.message[:1].upper() + reason.message[1:]
    return f"{reason.field[:64]}: {reason.message}"
