"""Hosted forms: one page a touchpoint, made from its rows."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace

from django.conf import settings
from django.core import signing
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from troth import ground
from troth.collection import page, queries, rules, services
from troth.collection.failures import where

log = logging.getLogger(__name__)

SENT = "collection.sent"
SENT_FOR_S = 24 * 3600
AGAIN = "You sent this form before, with other answers. To send it once more as it is now, press Send."
CHANGED = "Our privacy notice changed while you were filling in this form. Read what is new, then send again."


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every form of the policy in force."""
    return render(request, "collection/index.html", {"forms": queries.forms(ground.clock())})


@csrf_exempt  # here only the size is looked at; `_guarded` checks the token, which means reading the body
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, touchpoint: str) -> HttpResponse:
    """The form of a touchpoint, or what became of what was sent."""
    if _length(request) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
        return _too_long(request)
    try:
        return _guarded(request, touchpoint)
    except (RequestDataTooBig, TooManyFieldsSent):
        return _too_long(request)


def _too_long(request: HttpRequest) -> HttpResponse:
    return render(request, "collection/too_long.html", status=413)


@csrf_protect
def _guarded(request: HttpRequest, touchpoint: str) -> HttpResponse:
    form = queries.form(touchpoint, ground.clock())
    if form is None:
        raise Http404("no form has this name")
    if request.method != "POST":
        return _show(request, page.Filled(form, key=secrets.token_urlsafe(18)))
    try:
        return _take(request, form)
    except (RequestDataTooBig, TooManyFieldsSent):
        raise
    except Exception as error:  # its text may hold what was sent: neither page nor log repeats it
        log.error("a form failed: %s", where(error))  # noqa: TRY400
        words = "Something is wrong on our side. Try again in a few minutes: nothing is stored twice."
        return _show(request, replace(_filled(request, form), said=words), status=500)


def _take(request: HttpRequest, form: queries.Form) -> HttpResponse:
    filled = _filled(request, form)
    try:
        receipt = services.submit(
            rules.Submission(form.touchpoint, filled.values, filled.agreed, filled.of_age),
            notice_version=_number(request.POST.get("notice-version", "")),
            idempotency_key=filled.key,
            how="form",
            now=ground.clock(),
        )
    except services.Refused as refused:
        return _refused(request, filled, refused)
    sent = signing.dumps({"of": form.touchpoint, "ref": receipt.reference, "agreed": sorted(filled.agreed)}, salt=SENT)
    return HttpResponseRedirect(reverse("collection:thanks", args=[form.touchpoint, sent]))


def _refused(request: HttpRequest, filled: page.Filled, refused: services.Refused) -> HttpResponse:
    codes = {reason.code for reason in refused.reasons}
    if "key-reused" in codes:
        again = replace(filled, key=secrets.token_urlsafe(18), said=AGAIN)
        return _show(request, again, status=409)
    if codes & {"superseded-version", "unknown-version"}:
        # what was agreed to was another text: every tick is given anew
        return _show(request, replace(filled, said=CHANGED, agreed=frozenset()), status=409)
    return _show(request, replace(filled, reasons=refused.reasons), status=422)


def _filled(request: HttpRequest, form: queries.Form) -> page.Filled:
    sent: Mapping[str, object] = request.POST
    values = {name.removeprefix(page.VALUE): str(v) for name, v in sent.items() if name.startswith(page.VALUE)}
    agreed = frozenset(name.removeprefix(page.TICK) for name in sent if name.startswith(page.TICK))
    key = str(sent.get("key", ""))
    usable = 8 <= len(key) <= 200 and key.isascii() and key.isprintable()
    return page.Filled(form, key if usable else secrets.token_urlsafe(18), values, agreed, "of-age" in sent)


def _show(request: HttpRequest, filled: page.Filled, status: int = 200) -> HttpResponse:
    return render(request, "collection/form.html", page.context(filled), status=status)


@never_cache
@require_safe
def thanks(request: HttpRequest, touchpoint: str, sent: str) -> HttpResponse:
    """Confirmation with a reference and what happens next. What it says travels signed in the address: no session."""
    form = queries.form(touchpoint, ground.clock())
    try:
        told = signing.loads(sent, salt=SENT, max_age=SENT_FOR_S)
    except signing.BadSignature:
        told = None
    if form is None or told is None or told["of"] != touchpoint:
        return HttpResponseRedirect(reverse("collection:index"))
    return render(request, "collection/thanks.html", {"form": form, "sent": told})


def _length(request: HttpRequest) -> int:
    return _number(str(request.META.get("CONTENT_LENGTH") or ""), digits=18)


def _number(text: str, digits: int = 9) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else 0
