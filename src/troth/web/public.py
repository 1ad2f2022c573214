"""The privacy centre's front page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth.requests.kinds import KINDS


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What a person can do here."""
    return render(request, "web/home.html", {"kinds": KINDS.values()})
