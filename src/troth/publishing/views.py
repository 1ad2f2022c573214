"""Agreeing afresh: what had been agreed to and means more now, by the link its person holds."""

from datetime import timedelta

from django.contrib import messages as toast
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from troth import ground
from troth.people.services import PersonGone
from troth.publishing import services
from troth.publishing.asks import asks
from troth.sharing import services as sharing

AGREES_FOR = timedelta(days=180)
"""How old a link may be to agree with it: what a mailbox kept for years must not speak for a person."""


@never_cache
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is asked afresh; a POST agrees to one thing of it. Nothing is agreed to by looking."""
    person = sharing.person_of_link(token)
    if person is None:
        raise Http404("this link is not valid any more")
    now = ground.clock()
    if sharing.person_of_link(token, made_since=now - AGREES_FOR) is None:
        return render(request, "publishing/again.html", {"old": True, "token": token}, status=403)
    if request.method == "POST":
        number = request.POST.get("version", "")
        try:
            done = services.agree(
                person,
                request.POST.get("agree", ""),
                version=int(number) if number.isdecimal() and len(number) < 9 else 0,
                now=now,
            )
        except PersonGone:
            raise Http404("this link is not valid any more") from None
        if done:
            toast.success(request, "You agreed. You can take it back here at any time.")
        else:
            toast.info(request, "Nothing was agreed to: this is not what is asked any more. Look again.")
        return HttpResponseRedirect(reverse("sharing:choices", args=[token]))
    version, asked = asks(person, now)
    return render(request, "publishing/again.html", {"asked": asked, "version": version, "token": token})
