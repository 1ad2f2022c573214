"""Systems: what each is, which of the six verbs it offers, what the latest checks found there, whether it answers."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from troth import ground
from troth.evidence import services as evidence
from troth.sharing import queries as sharing
from troth.systems import services
from troth.systems.files.system import FilesSystem
from troth.systems.kit.base import System
from troth.systems.kit.capabilities import Capability, capabilities
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.kit.saas import SaasSystem
from troth.systems.sql.system import SqlSystem
from troth.verification import queries as verification
from troth.verification.rules import ORDER, Result, Run
from troth.web.console import system_settings
from troth.web.console.checks import TONES
from troth.web.console.names import Names
from troth.web.console.overview import DELIVERY_STATES
from troth.web.console.trying import tried
from troth.web.staff import staff_only
from troth.work import queries as work
from troth.work.queries import TaskView

TASKS = 500
CONNECTORS = {"SqlSystem": "SQL database", "MongoSystem": "MongoDB", "FilesSystem": "files"}


@dataclass(frozen=True)
class FileLine:
    """A class of files. `result`: what the latest check of its age found, if it was looked at."""

    name: str
    pattern: str
    by: str
    period: str
    result: Result | None
    oldest: datetime | None
    tone: str


@dataclass(frozen=True)
class SystemLine:
    """A system as the list shows it."""

    name: str
    title: str
    connector: str
    recipient: str
    last_sent: datetime | None
    tasks: int
    outcomes: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Full:
    """A system as its page shows it."""

    name: str
    title: str
    connector: str
    recipient: str
    verbs: tuple[Capability, ...]
    last_sent: datetime | None
    counts: tuple[tuple[str, int], ...]
    tasks: tuple[TaskView, ...]
    files: tuple[FileLine, ...]
    tables: tuple[tuple[str, int], ...]
    results: tuple[tuple[Result, str], ...]


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All systems, or those whose name, title or recipient holds the words asked for. Nothing outside is called."""
    try:
        systems = services.registry().all()
    except SystemProblem as problem:
        return _unusable(request, problem)
    names, search = Names(), request.GET.get("q", "").strip()[:100]
    lines = [line for line in _lines(systems, names) if _matches(line, search)]
    connected = {system.recipient for system in systems}
    recipients = names.current.recipients.items() if names.current else ()
    context = {
        "systems": lines,
        "any": bool(systems),
        "search": search,
        "file": ground.settings().systems_file.name,
        "by_hand": [recipient.name for id, recipient in recipients if id not in connected],
        "now": ground.clock(),
    }
    return render(request, "web/console/systems.html", context)


@staff_only
@require_safe
def one(request: HttpRequest, name: str) -> HttpResponse:
    """One system: what it can do, what was found there. Ages are those the latest checks found."""
    return _show(request, name)


@staff_only
@require_POST
def test(request: HttpRequest, name: str) -> HttpResponse:
    """Ask one system whether it answers: the smallest call that needs its address and credentials."""
    return _show(request, name, ask=True)


@staff_only
@require_POST
def resume(request: HttpRequest, name: str) -> HttpResponse:
    """Call a system again that is being left alone because it asked us to wait: somebody knows that it need not be."""
    try:
        system = _named(name)
    except SystemProblem as problem:
        return _unusable(request, problem)
    if isinstance(system, SaasSystem):
        system.pace.resume()
        facts: dict[str, evidence.JSON] = {"system": name, "by": str(request.user.pk)}
        with transaction.atomic():
            evidence.append("system.resumed", person=None, facts=facts, at=ground.clock())
        messages.success(request, "It is called again. Steps that were put off begin at their own time.")
    return redirect("console-system", name)


def _named(name: str) -> System:
    """Raises `Http404`, `SystemProblem`."""
    system = next((s for s in services.registry().all() if s.name == name), None)
    if system is None:
        raise Http404("no system has this name")
    return system


def _show(request: HttpRequest, name: str, *, ask: bool = False) -> HttpResponse:
    try:
        system = _named(name)
    except SystemProblem as problem:
        return _unusable(request, problem)
    run = verification.latest()
    context = {
        "system": _full(system, run),
        "run": run,
        "now": ground.clock(),
        "editable": system_settings.editable(name),
        "tested": tried(system) if ask else None,
        "held_until": _held_until(system),
    }
    return render(request, "web/console/system.html", context)


def _held_until(system: System) -> datetime | None:
    """Until when it is left alone; None when it is not."""
    left = system.pace.left() if isinstance(system, SaasSystem) else None
    return ground.clock() + left if left else None


def _unusable(request: HttpRequest, problem: SystemProblem) -> HttpResponse:
    return render(request, "web/console/systems.html", {"problem": str(problem)}, status=503)


def _lines(systems: Iterable[System], names: Names) -> list[SystemLine]:
    last, run = sharing.last_sent(), verification.latest()
    results, tasks = run.results if run else (), work.open_tasks(limit=TASKS)
    return [
        SystemLine(
            name=system.name,
            title=system.title,
            connector=_connector(system),
            recipient=names.recipient(system.recipient) if system.recipient else "",
            last_sent=last.get(system.recipient or ""),
            tasks=sum(task.system in {system.name, system.recipient} for task in tasks),
            outcomes=_outcomes(r for r in results if _about(r, system)),
        )
        for system in systems
    ]


def _outcomes(results: Iterable[Result]) -> tuple[tuple[str, str, int], ...]:
    """What the checks found of a system, worst first: outcome, tone, how many."""
    found = Counter(result.outcome for result in results)
    return tuple((outcome, TONES[outcome], found[outcome]) for outcome in ORDER if found[outcome])


def _about(result: Result, system: System) -> bool:
    return result.subject == system.title or result.subject.startswith(f"{system.title}: ")


def _matches(line: SystemLine, search: str) -> bool:
    held = f"{line.name} {line.title} {line.connector} {line.recipient}".lower()
    return all(word in held for word in search.lower().split())


def _full(system: System, run: Run | None) -> Full:
    names, results = Names(), run.results if run else ()
    tasks = work.open_tasks(limit=TASKS)
    return Full(
        name=system.name,
        title=system.title,
        connector=_connector(system),
        recipient=names.recipient(system.recipient) if system.recipient else "",
        verbs=capabilities(system),
        last_sent=sharing.last_sent().get(system.recipient or ""),
        counts=tuple(
            (words_of(state), n)
            for (to, state), n in sorted(sharing.delivery_counts().items())
            if to == system.recipient
        ),
        tasks=tuple(t for t in tasks if t.system in {system.name, system.recipient}),
        files=tuple(_files(system, names, results)) if isinstance(system, FilesSystem) else (),
        tables=tuple((n, len(t.columns)) for n, t in system.dataset.tables.items())
        if isinstance(system, SqlSystem)
        else (),
        results=tuple((r, TONES[r.outcome]) for r in results if r.subject == system.title),
    )


def _connector(system: System) -> str:
    return CONNECTORS.get(type(system).__name__) or f"{getattr(type(system), 'TITLE', type(system).__name__)} connector"


def words_of(state: str) -> str:
    return DELIVERY_STATES.get(state, ("", state))[1]


def _files(system: FilesSystem, names: Names, results: Iterable[Result]) -> Iterable[FileLine]:
    found = {r.subject: r for r in results if r.check == "logs-in-period"}
    rules = names.current.retention if names.current else {}
    for name, spec in system.classes.items():
        result, rule = found.get(f"{system.title}: {name}"), rules.get(spec.rule or "")
        told = str(result.details.get("oldest", "")) if result else ""
        yield FileLine(
            name=name,
            pattern=spec.pattern,
            by=spec.by,
            period=(rule.period or "") if rule else "",
            result=result,
            oldest=datetime.fromisoformat(told) if told else None,
            tone=TONES[result.outcome] if result else "",
        )
