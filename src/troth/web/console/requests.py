"""Requests of people: the board, and everything about one of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from troth import ground
from troth.evidence import queries as log
from troth.evidence import services as evidence
from troth.law import clocks, places
from troth.people.rules import mask_email
from troth.policy import plain as words
from troth.requests import queries, rules
from troth.requests.kinds import KINDS
from troth.requests.queries import Full
from troth.requests.rules import Tally
from troth.web.console import acts
from troth.web.console.paging import PAGE, address, cut
from troth.web.staff import staff_only
from troth.work import queries as work

STATES = (
    ("open", "Open"),
    ("identity", "Waiting for proof of identity"),
    ("running", "At work"),
    ("outstanding", "Answered in part"),
    ("answered", "Answered"),
    ("closed", "Closed"),
    ("all", "All"),
)
STEP_TAGS = {
    "done": ("good", "done"),
    "pending": ("accent", "waiting for the system"),
    "queued": ("", "queued"),
    "staff": ("soon", "with staff"),
    "blocked": ("soon", "waits for a task"),
    "not-offered": ("open", "not offered"),
}
PHASES = {
    "find": ("Look in every system", "found"),
    "close": ("Stop what is about to leave", "still leaving"),
    "erase": ("Erase in each system", "erased"),
    "erase-vault": ("Erase here, and destroy the key", "erased"),
    "delete-account": ("Delete the account", "deleted or changed"),
    "absent": ("Look again, to prove absence", "found"),
}
NOTHING = {"found": "nothing found", "erased": "nothing there"}
ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
ENTRIES = (
    "request.received",
    "request.identified",
    "request.viewed",
    "request.step",
    "request.answered",
    "request.completed",
    "request.closed",
    "vault.erased",
    "erasure.proven",
    "erasure.incomplete",
    "erasure.proven_again",
    "erasure.came_back",
    "erasure.unchecked",
    "package.fetched",
)


@dataclass(frozen=True)
class StepLine:
    """What one system did in a phase, in words."""

    tally: Tally
    tone: str
    said: str


@dataclass(frozen=True)
class PhaseLine:
    """A phase of the plan. `state`: done, now, or empty while it has not begun."""

    title: str
    state: str
    steps: tuple[StepLine, ...]


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Requests by last legal day, filtered by state, kind and the beginning of a reference."""
    state, kind = request.GET.get("state", "open"), request.GET.get("kind", "")
    reference, now = request.GET.get("reference", "").strip(), ground.clock()
    state, kind = state if state in dict(STATES) else "open", kind if kind in KINDS else ""
    try:
        after = _place(request.GET.get("after", ""))
    except ValueError:
        return HttpResponseBadRequest("not a place in the list of requests; start from its beginning")
    found = queries.board(
        now,
        state=None if state == "all" else state,
        kind=kind or None,
        reference=reference or None,
        after=after,
        limit=PAGE + 1,
    )
    lines, last = cut(found, PAGE)
    asked = {"state": state, "kind": kind, "reference": reference}
    more = address(reverse("console-requests"), **asked, after=f"{last.legal_day}.{last.id}") if last else ""
    context = {**asked, "lines": lines, "more": more, "counts": queries.counts(now), "now": now}
    context |= {"states": STATES, "kinds": KINDS.values(), "filtered": kind or reference}
    return render(request, "web/console/requests.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: what was asked, its clock, its steps, its answer. A POST shows the address, and is recorded."""
    now = ground.clock()
    found = queries.one(request_id, now)
    if found is None:
        raise Http404("no such request")
    if request.method == "POST":
        _note_look(found, str(request.user.pk))
    tallies = found.tallies
    context = {
        "full": found,
        "line": found.line,
        "address": found.address if request.method == "POST" else mask_email(found.address) if found.address else "",
        "shown": request.method == "POST",
        **_deadline(found),
        "phases": _phases(found.line.kind, tallies),
        "results": [_step(t) for t in tallies if t.state in rules.SETTLED and t.verb != "close"],
        "outstanding": rules.outstanding(tallies) if found.answered_at else (),
        "tasks": work.open_tasks(state=None, subject=("request", str(request_id))),
        "entries": acts.lines(log.naming(request_id, ENTRIES), without="request"),
        "now": now,
    }
    return render(request, "web/console/request.html", context)


def _place(text: str) -> tuple[date, UUID] | None:
    """A place in the board out of its address: the legal day and id of the last line seen. Raises ValueError."""
    if not text:
        return None
    day, _, id = text.partition(".")
    return date.fromisoformat(day), UUID(id)


@transaction.atomic
def _note_look(found: Full, staff: str) -> None:
    """Who looked at the address behind a request: an entry of the log, before the page is made."""
    facts = {"request": str(found.line.id), "staff": staff}
    evidence.append("request.viewed", facts=facts, at=ground.clock())


def _deadline(found: Full) -> dict[str, object]:
    """The computation of the legal day again, to be read; empty where today's law has no such clock or place."""
    try:
        deadline = clocks.deadline(found.regime, found.place, found.line.received_at)
    except (clocks.NoClock, places.UnknownPlace):
        return {}
    days = [ISO_DAY.sub(lambda day: words.day(date.fromisoformat(day[0])), step) for step in deadline.steps]
    return {"deadline": deadline, "days": days}


def _phases(kind: str, tallies: Sequence[Tally]) -> list[PhaseLine]:
    lines, before = [], True
    for phase in KINDS[kind].phases:
        steps = tuple(_step(tally) for tally in tallies if tally.verb == phase)
        settled = bool(steps) and all(step.tally.state in rules.SETTLED for step in steps)
        state = "done" if settled else "now" if steps and before else ""
        before = settled
        lines.append(PhaseLine(PHASES[phase][0], state, steps))
    return lines


def _step(tally: Tally) -> StepLine:
    """How many things, where that says it all; else the state, with the number where there is one."""
    tone, state = STEP_TAGS.get(tally.state, ("", tally.state))
    verb = PHASES[tally.verb][1]
    counted = f"{words.count(tally.count, 'thing')} {verb}" if tally.count else ""
    if tally.state == "done":
        return StepLine(tally, tone, counted or NOTHING.get(verb, state))
    return StepLine(tally, tone, f"{state}, {counted}" if counted else state)
