"""Reviews: what is kept until unneeded and whose day has come; and the sweeps that erase the rest."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from troth import ground
from troth.people import queries as people
from troth.people.keys import KeyDestroyed
from troth.people.queries import RecordView, ReviewDue
from troth.policy import plain as words
from troth.policy.model import Row
from troth.retention import queries, rules, services
from troth.sharing import queries as sharing
from troth.web.console.names import Names
from troth.web.console.paging import PAGE
from troth.web.staff import staff_only


@dataclass(frozen=True)
class Due:
    """A record that is due, with what its policy version says it is for."""

    review: ReviewDue
    title: str
    marketing: bool
    purposes: tuple[str, ...]


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Records due for review, the longest due first."""
    return _show(request)


@staff_only
@require_POST
def dry_run(request: HttpRequest) -> HttpResponse:
    """What a sweep would erase at this moment. Nothing changes."""
    try:
        report = services.sweep(ground.clock(), dry_run=True)
    except services.NothingPublished as problem:
        messages.warning(request, f"{problem}.")
        return redirect("console-reviews")
    return _show(request, report)


@staff_only
@require_POST
def keep(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """A person confirms that a record is still needed."""
    try:
        following = services.keep(record_id, by=str(request.user.pk), now=ground.clock())
    except (LookupError, ValueError) as problem:
        messages.error(request, f"{problem}.")
    else:
        messages.success(request, f"the record stays. It comes up again on {words.day(following)}.")
    return redirect("console-reviews")


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def let_go(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """What would be erased, and the button that erases it."""
    if request.method == "POST":
        gone = services.let_go(record_id, now=ground.clock())
        messages.success(request, f"{words.count(gone, 'record')} erased." if gone else "the record was gone already.")
        return redirect("console-reviews")
    try:
        record = people.record(record_id)
    except (people.NoSuchRecord, KeyDestroyed):
        raise Http404("the record is not here any more") from None
    return render(request, "web/console/review_plan.html", _plan(record))


def _show(request: HttpRequest, report: rules.Report | None = None) -> HttpResponse:
    now, names = ground.clock(), Names()
    due = queries.reviews_due(now, PAGE + 1)
    context = {
        "due": [_due(names, review) for review in due[:PAGE]],
        "more": len(due) > PAGE,
        "sweeps": [_sweep(each) for each in queries.last_sweeps()],
        "report": report,
        "published": names.current is not None,
        "now": now,
    }
    return render(request, "web/console/reviews.html", context)


def _due(names: Names, review: ReviewDue) -> Due:
    row = names.row(review.version_id, review.touchpoint, review.row)
    title = names.touchpoint(review.version_id, review.touchpoint)
    return Due(review, title, bool(row and row.marketing), _purposes(names, review.version_id, row))


def _purposes(names: Names, version_id: UUID, row: Row | None) -> tuple[str, ...]:
    return tuple(names.purpose(version_id, purpose.purpose) for purpose in row.purposes) if row else ()


def _sweep(sweep: queries.SweepView) -> dict[str, object]:
    """A kept report as one line: what went, and what could not be looked at."""
    lines = sweep.report.get("lines", [])
    total: Counter[str] = Counter()
    for line in lines:
        total.update({key: line.get(key, 0) for key in ("erased", "rewritten", "lines")})
    untold = [f"{line['store']}: {line['kind']}" for line in lines if line.get("outcome") != "swept"]
    return {"at": sweep.at, **total, "records": sweep.report.get("records", 0), "untold": untold}


def _plan(record: RecordView) -> dict[str, object]:
    names = Names()
    here = (record.version_id, record.touchpoint, record.row)
    row = names.row(*here)
    told: dict[str, datetime] = {}
    for delivery in sharing.deliveries(record.person_id):
        if delivery.record_id == record.id and delivery.state == "sent":
            told[names.recipient(delivery.recipient)] = delivery.changed_at
    return {
        "record": record,
        "title": names.touchpoint(record.version_id, record.touchpoint),
        "items": [names.item(*here, item) for item in (*record.values, *record.hashed)],
        "purposes": _purposes(names, record.version_id, row),
        "told": sorted(told.items()),
        "back": reverse("console-reviews"),
        "now": ground.clock(),
    }
