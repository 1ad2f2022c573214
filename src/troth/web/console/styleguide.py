"""Each component as it looks, with the words that call it."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import ground
from troth.policy.places import Place
from troth.web.staff import staff_only


@staff_only
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    now = ground.clock()
    context = {
        "now": now,
        "options": [("de", "Germany"), ("fr", "France"), ("no", "Norway")],
        "errors": [("wrong", "Enter an email address, such as name@example.com")],
        "columns": ["System", {"label": "Records", "num": True}, "State"],
        "rows": [
            ["Salesforce", {"text": "4", "num": True}, {"text": "erased", "tone": "good"}],
            ["HubSpot", {"text": "1,204", "num": True}, {"text": "due in 2 days", "tone": "soon"}],
            ["Product database", {"text": "12", "num": True}, {"text": "past the legal day", "tone": "bad"}],
        ],
        "events": [
            {"at": now - timedelta(days=9), "title": "Request received", "text": "Access, by the privacy centre."},
            {"at": now - timedelta(days=9, hours=-1), "title": "Identity proven", "text": "By a link in a letter."},
            {"at": now, "title": "Running", "text": "3 of 4 systems answered.", "tone": "now"},
        ],
        "steps": [
            {"title": "Find in Salesforce", "text": "1 contact found", "state": "done"},
            {"title": "Find in HubSpot", "text": "waiting for its answer", "state": "now"},
            {"title": "Find in the product database", "text": "could not connect", "state": "failed"},
            {"title": "Make the package", "text": "", "state": ""},
        ],
        "tabs": [
            {"label": "Open", "url": "#tabs", "here": True, "count": 4},
            {"label": "Done", "url": "#tabs", "here": False, "count": 31},
        ],
        "place": Place(file="touchpoints/20-website.yaml", line=24, column=24, end_column=34),
        "line": "          - recipient: salesforse",
    }
    return render(request, "web/console/styleguide.html", context)
