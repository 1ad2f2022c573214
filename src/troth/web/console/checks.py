"""The promise checks: what the latest run found, check by check, and how it went before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from troth import ground
from troth.policy.mechanisms import CHECKS
from troth.policy.places import Place
from troth.verification import queries, tasks
from troth.verification.rules import ORDER, Outcome, Result, Run, worst_first
from troth.versions import queries as versions
from troth.versions.values import Version
from troth.web.console import acts
from troth.web.staff import staff_only

HISTORY = 30
FEW = 4
TONES: Mapping[Outcome, str] = {
    "kept": "good",
    "broken": "bad",
    "warned": "soon",
    "could not tell": "open",
    "excluded": "",
}


@dataclass(frozen=True)
class ResultLine:
    """A result with its tone, and where in the policy's files its promise is written."""

    result: Result
    tone: str
    place: Place | None
    promise: str

    @property
    def details(self) -> list[tuple[str, str]]:
        return [(name.replace("_", " "), acts.text(value)) for name, value in self.result.details.items()]


@dataclass(frozen=True)
class CheckLine:
    """One check with its results; `worst` is the outcome that counts, `also` what is kept beside the `lines` shown."""

    id: str
    promise: str
    worst: Outcome
    tone: str
    lines: tuple[ResultLine, ...]
    also: tuple[str, ...]


@dataclass(frozen=True)
class RunLine:
    """A run in the history: when, by which version, how many of each outcome."""

    run: Run
    kept: int
    of: int


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The latest run, by check, the worst first; and the runs before it."""
    run, now = queries.latest(), ground.clock()
    version = versions.current(now)
    context = {
        "run": run,
        "judged": judged(run),
        "checks": _by_check(run, _places(run, version)),
        "history": [_run_line(each) for each in queries.history(HISTORY)],
        "outcomes": ORDER,
        "tones": TONES,
        "published": version is not None,
        "now": now,
    }
    return render(request, "web/console/checks.html", context)


@staff_only
@require_safe
def one(request: HttpRequest, check: str) -> HttpResponse:
    """One check: its results in the latest run, and what it found in the runs before."""
    if check not in CHECKS:
        raise Http404("no check has this name")
    runs, now = queries.history(HISTORY), ground.clock()
    past = [(run, _only(run, check)) for run in runs]
    latest = Run(runs[0].at, runs[0].version, _only(runs[0], check)) if runs else None
    context = {
        "check": check,
        "promise": CHECKS[check],
        "run": latest,
        "lines": _lines(latest.results, _places(latest, versions.current(now))) if latest else [],
        "history": [(run, [(r, TONES[r.outcome]) for r in results]) for run, results in past if results],
        "now": now,
    }
    return render(request, "web/console/check.html", context)


@staff_only
@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    """Put a run of all checks in the queue; one that waits there already is enough."""
    if versions.current(ground.clock()) is None:
        messages.warning(request, "no policy is published, so there is no promise to check.")
        return redirect("console-checks")
    try:
        with transaction.atomic():
            tasks.run.configure().defer(timestamp=int(ground.clock().timestamp()))
    except AlreadyEnqueued:
        messages.info(request, "A check of all promises is in the queue already. Load this page again in a moment.")
    else:
        messages.info(request, "All promises are being checked now. Load this page again in a moment.")
    return redirect("console-overview" if request.POST.get("from") == "overview" else "console-checks")


def judged(run: Run | None) -> int:
    """How many promises the run could judge or tried to: all but those excluded."""
    return sum(result.outcome != "excluded" for result in run.results) if run else 0


def unkept(run: Run | None, version: Version | None) -> list[ResultLine]:
    """What is broken, could not be told or is warned of, the worst first, with its place in the files."""
    if run is None:
        return []
    wrong = [r for r in run.results if r.outcome in ("broken", "could not tell", "warned")]
    return list(_lines(worst_first(wrong), _places(run, version) if wrong else {}))


def _places(run: Run | None, version: Version | None) -> Mapping[str, Place]:
    """Places by dotted path, if the run judged the version in force."""
    return versions.places(version.id) if run and version and run.version == version.number else {}


def _lines(results: Iterable[Result], places: Mapping[str, Place]) -> Iterator[ResultLine]:
    for result in results:
        yield ResultLine(result, TONES[result.outcome], places.get(result.where), CHECKS.get(result.check, ""))


def _by_check(run: Run | None, places: Mapping[str, Place]) -> list[CheckLine]:
    results = sorted(run.results if run else (), key=lambda result: result.check)
    found = []
    for id, group in groupby(results, key=lambda result: result.check):
        lines = tuple(_lines(worst_first(group), places))
        worst = lines[0].result.outcome
        kept = tuple(line.result.subject for line in lines if line.result.outcome == "kept")
        also = kept if len(kept) > FEW else ()
        shown = tuple(line for line in lines if not (also and line.result.outcome == "kept"))
        found.append(CheckLine(id, CHECKS.get(id, ""), worst, TONES[worst], shown, also))
    return sorted(found, key=lambda check: (ORDER.index(check.worst), check.id))


def _run_line(run: Run) -> RunLine:
    return RunLine(run, run.counts["kept"], judged(run))


def _only(run: Run, check: str) -> tuple[Result, ...]:
    return tuple(result for result in run.results if result.check == check)
