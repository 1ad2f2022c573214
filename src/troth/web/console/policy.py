"""The policy in force as tables: what is published, the clause register, open points, accepted gaps."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from troth import ground
from troth.notice.rows import PublishedTable, RowView
from troth.policy.languages import words as speak
from troth.policy.mechanisms import CHECKS, EXECUTORS
from troth.policy.model import Clause, Policy
from troth.policy.places import Place
from troth.versions import queries as versions
from troth.versions.values import Version
from troth.web.staff import staff_only

STATES = (
    ("", "All"),
    ("executed", "Executed and watched"),
    ("unwatched", "Executed, not watched"),
    ("not-yet", "Not yet executed"),
)


@dataclass(frozen=True)
class TableLine:
    """A row of the published table with where it stands. `first`: the first of its touchpoint."""

    touchpoint: str
    title: str
    first: bool
    row: RowView
    place: Place | None


@dataclass(frozen=True)
class ClauseLine:
    clause: Clause
    lines: str
    state: str
    place: Place | None


@staff_only
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """Every row of the published table, filtered by words."""
    words = request.GET.get("q", "").strip()

    def context(version: Version, places: Mapping[str, Place]) -> dict[str, object]:
        lines = [line for line in _lines(version.policy, places) if _has(words, _searched(line))]
        return {"lines": lines, "total": sum(len(t.rows) for t in version.policy.touchpoints.values())}

    return _page(request, "web/console/policy_table.html", "table", context)


@staff_only
@require_safe
def clauses(request: HttpRequest) -> HttpResponse:
    """The clause register, filtered by words and state."""
    words, state = request.GET.get("q", "").strip(), request.GET.get("state", "")

    def context(version: Version, places: Mapping[str, Place]) -> dict[str, object]:
        every = [_clause_line(place, clause, places) for place, clause in enumerate(version.policy.clauses)]
        shown = [x for x in every if state in {"", x.state} and _has(words, (x.clause.id, x.clause.promise, x.lines))]
        counts = {key: sum(line.state == key for line in every) for key, _ in STATES[1:]}
        return {"lines": shown, "counts": counts, "total": len(every), "executors": EXECUTORS, "checks": CHECKS}

    return _page(request, "web/console/policy_clauses.html", "clauses", context, state=state, states=STATES)


@staff_only
@require_safe
def assumptions(request: HttpRequest) -> HttpResponse:
    """What the published text leaves open and what was decided."""
    words = request.GET.get("q", "").strip()

    def context(version: Version, places: Mapping[str, Place]) -> dict[str, object]:
        every = version.policy.assumptions.items()
        lines = [
            (number, id, a, spans(a.lines), places.get(f"assumptions.{id}"))
            for number, (id, a) in enumerate(every, start=1)
            if _has(words, (id, a.open, a.decided))
        ]
        return {"lines": lines, "total": len(every)}

    return _page(request, "web/console/policy_assumptions.html", "assumptions", context)


@staff_only
@require_safe
def gaps(request: HttpRequest) -> HttpResponse:
    """Findings someone accepted, with reason, owner and review day."""

    def context(version: Version, places: Mapping[str, Place]) -> dict[str, object]:
        today = ground.clock().date()
        every = enumerate(version.policy.accepted_gaps)
        return {"lines": [(gap, gap.review < today, places.get(f"accepted_gaps.{n}")) for n, gap in every]}

    return _page(request, "web/console/policy_gaps.html", "gaps", context)


def spans(lines: Iterable[int]) -> str:
    """`(5, 6, 7, 30)` → `5–7, 30`."""
    runs: list[list[int]] = []
    for line in sorted(set(lines)):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def clause_state(clause: Clause) -> str:
    """One of `STATES`: whether something executes a promise, and whether a check watches it."""
    if not clause.executed_by:
        return "not-yet"
    return "executed" if clause.checked_by else "unwatched"


def _page(
    request: HttpRequest,
    template: str,
    here: str,
    context: Callable[[Version, Mapping[str, Place]], dict[str, object]],
    **more: object,
) -> HttpResponse:
    version = versions.current(ground.clock())
    if version is None:
        return render(request, "web/console/policy_none.html")
    places = versions.places(version.id)
    shared = {"version": version, "tabs": tabs(version.policy, here), "words": request.GET.get("q", "").strip()}
    return render(request, template, {**shared, **more, **context(version, places)})


def tabs(policy: Policy, here: str) -> list[dict[str, object]]:
    """The parts of the policy; `here`: the key of the one that is shown."""
    parts = (
        ("table", "console-policy", "Published table", len(policy.touchpoints)),
        ("clauses", "console-clauses", "Clause register", len(policy.clauses)),
        ("assumptions", "console-assumptions", "Open points", len(policy.assumptions)),
        ("gaps", "console-gaps", "Accepted gaps", len(policy.accepted_gaps)),
        ("versions", "console-versions", "Versions", None),
    )
    return [{"label": label, "url": reverse(url), "here": key == here, "count": n} for key, url, label, n in parts]


def _lines(policy: Policy, places: Mapping[str, Place]) -> Iterable[TableLine]:
    for group in PublishedTable(policy, speak("en")).groups:
        for touchpoint in group.touchpoints:
            for number, row in enumerate(touchpoint.rows):
                place = places.get(f"touchpoints.{touchpoint.id}.rows.{number}")
                yield TableLine(touchpoint.id, touchpoint.title, number == 0, row, place)


def _searched(line: TableLine) -> Iterable[str]:
    row = line.row
    yield from (line.touchpoint, line.title, "marketing" if row.marketing else "")
    yield from (cell.text for cells in (row.items, row.recipients, row.retention) for cell in cells)
    yield from (purpose.label for purpose in row.purposes)
    yield from (purpose.relies_on for purpose in row.purposes)


def _has(words: str, texts: Iterable[str]) -> bool:
    whole = " ".join(texts).casefold()
    return all(word in whole for word in words.casefold().split())


def _clause_line(number: int, clause: Clause, places: Mapping[str, Place]) -> ClauseLine:
    place = places.get(f"clauses.{number}")
    return ClauseLine(clause, spans(clause.lines), clause_state(clause), place)
