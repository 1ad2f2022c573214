"""The console's first page: promises kept and not, what is due, what waits for a person, what changed."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import ground
from troth.evidence import queries as evidence
from troth.requests import queries as requests
from troth.retention import queries as retention
from troth.sharing import queries as sharing
from troth.verification import queries as verification
from troth.versions import queries as versions
from troth.web.console import acts
from troth.web.console.checks import judged, unkept
from troth.web.staff import staff_only
from troth.work import queries as work

SOON = 7
MOST = 8
REVIEWS = 200


@staff_only
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Everything that needs a look, the worst first."""
    now = ground.clock()
    version, run = versions.current(now), verification.latest()
    context = {
        "now": now,
        "version": version,
        "run": run,
        "judged": judged(run),
        "unkept": unkept(run, version),
        **_requests(now),
        **_waiting(now),
        **_deliveries(sharing.delivery_counts()),
        "changes": _changes(evidence.since(now - timedelta(days=1))),
        "checkpoint": evidence.latest_checkpoint(),
    }
    return render(request, "web/console/overview.html", context)


def _requests(now: datetime) -> dict[str, object]:
    soonest = requests.board(now, state="open", limit=MOST)
    return {
        "counts": requests.counts(now),
        "due": [line for line in soonest if line.left and line.left.days <= SOON],
    }


def _waiting(now: datetime) -> dict[str, object]:
    reviews = len(retention.reviews_due(now, REVIEWS))
    return {
        "reviews": f"{reviews}+" if reviews == REVIEWS else reviews,
        "open": work.counts().get("open", 0),
        "tasks": work.open_tasks(limit=MOST),
        "failed": work.failed_jobs(limit=MOST),
    }


def _deliveries(counts: Mapping[tuple[str, str], int]) -> dict[str, object]:
    states: Counter[str] = Counter()
    for (_, state), number in counts.items():
        states[state] += number
    return {"deliveries": [(tag, states[state]) for state, tag in DELIVERY_STATES.items() if states[state]]}


def _changes(found: Mapping[str, int]) -> list[tuple[str, str, int]]:
    return sorted(((kind, acts.words(kind), n) for kind, n in found.items()), key=lambda line: -line[2])


DELIVERY_STATES = {
    "sent": ("good", "sent"),
    "queued": ("", "queued"),
    "sending": ("accent", "leaving now"),
    "staff": ("soon", "with staff"),
    "refused": ("", "refused by the policy"),
    "withheld": ("", "withheld"),
    "failed": ("bad", "failed"),
}
