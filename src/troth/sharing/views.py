"""A person's choices: what they agreed to, and taking it back, by the link they hold."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages as toast
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from troth import ground
from troth.consent import queries as consent
from troth.messages.rules import Unsendable
from troth.people.normalise import NotAnIdentifier
from troth.people.services import PersonGone
from troth.sharing import services
from troth.versions import queries as versions

EVERYTHING = "everything"


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail; the reply is the same for every address."""
    context: dict[str, object] = {"sent": False}
    status = 200
    if request.method == "POST":
        address = request.POST.get("email", "")[:320]
        try:
            services.mail_choice_link(address, ground.clock())
            context["sent"] = True
        except (NotAnIdentifier, Unsendable):
            error = "Enter an e-mail address, such as name@example.com"
            context |= {"error": error, "errors": [("email", error)], "address": address}
            status = 422
    return render(request, "sharing/ask.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def choices(request: HttpRequest, token: str) -> HttpResponse:
    """Show the consents of whoever the link belongs to; a POST withdraws one touchpoint's or all."""
    person = services.person_of_link(token)
    if person is None:
        raise Http404("this link is not valid any more")
    now = ground.clock()
    if request.method == "POST":
        return _withdraw(request, person, token, now)
    # the address is the key: the site's Referrer-Policy keeps it here. Not `no-referrer`, under which a browser
    # hides where a form was posted from, and the post is refused
    return render(request, "sharing/choices.html", _shown(person, token, now))


def _withdraw(request: HttpRequest, person: UUID, token: str, now: datetime) -> HttpResponse:
    wanted = request.POST.get("withdraw", "")
    touchpoint = None if wanted == EVERYTHING else wanted
    try:
        closed = services.withdraw(person, touchpoint=touchpoint, how="choices link", now=now)
    except PersonGone:
        raise Http404("this link is not valid any more") from None
    if closed:
        toast.success(request, "Withdrawn. It works from this moment; everyone who received your data is being told.")
    else:
        toast.info(request, "There was nothing left to withdraw there.")
    return HttpResponseRedirect(reverse("sharing:choices", args=[token]))


def _shown(person: UUID, token: str, now: datetime) -> dict[str, object]:
    """What stands, and what has ended because the policy means more by it now."""
    state = consent.state(person)
    return {
        "open": _named([pair for pair, kind in state.items() if kind == "given"], now),
        "ended": _named([pair for pair, kind in state.items() if kind == "superseded"], now),
        "everything": EVERYTHING,
        "token": token,
    }


def _named(pairs: list[tuple[str, str]], now: datetime) -> list[dict[str, object]]:
    """Purposes, a touchpoint each, in the words of the policy now in force."""
    version = versions.current(now) if pairs else None
    found: dict[str, list[str]] = {}
    for touchpoint, purpose in pairs:
        known = version.policy.purposes.get(purpose) if version else None
        found.setdefault(touchpoint, []).append(known.label if known else purpose)
    titles = {tid: t.title for tid, t in version.policy.touchpoints.items()} if version else {}
    return [{"id": t, "title": titles.get(t, t), "purposes": labels} for t, labels in sorted(found.items())]
