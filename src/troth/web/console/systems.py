"""Systems: what each is, which of the six verbs it offers, what the latest checks found there."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any, get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from troth import ground
from troth.sharing import queries as sharing
from troth.systems import services
from troth.systems.files.system import FilesSystem
from troth.systems.kit.base import Outgoing, System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, NotOffered, SystemProblem
from troth.systems.sql.system import SqlSystem
from troth.verification import queries as verification
from troth.verification.rules import Result, Run
from troth.web.console.checks import TONES
from troth.web.console.names import Names
from troth.web.console.overview import DELIVERY_STATES
from troth.web.staff import staff_only
from troth.work import queries as work
from troth.work.queries import TaskView

TASKS = 500
NOBODY = Identifiers()
NOTHING = Outgoing("", "", "", (), {}, marketing=False)
ARGUMENTS: Mapping[str, tuple[tuple[Any, ...], Mapping[str, Any]]] = {
    "find": ((NOBODY,), {}),
    "erase": ((NOBODY,), {"key": ""}),
    "rectify": ((NOBODY, {}), {"key": ""}),
    "suppress": ((NOBODY,), {"key": ""}),
    "deliver": ((NOTHING,), {"key": ""}),
    "oldest": ((), {}),
}
CONNECTORS = {"SqlSystem": "PostgreSQL database", "FilesSystem": "files"}
SAYS = {
    "find": "find a person",
    "erase": "erase a person",
    "rectify": "correct data",
    "suppress": "stop marketing",
    "deliver": "take records",
    "oldest": "say how old it is",
}


@dataclass(frozen=True)
class Verb:
    """One of the six. `why`: the reason it is not offered, empty where it is."""

    name: str
    says: str
    why: str


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
class Tested:
    """What a test call found: words and a tone."""

    name: str
    tone: str
    outcome: str
    found: str
    ms: int


@dataclass(frozen=True)
class SystemLine:
    """A system as its card shows it."""

    name: str
    title: str
    connector: str
    recipient: str
    verbs: tuple[Verb, ...]
    last_sent: datetime | None
    counts: tuple[tuple[str, int], ...]
    tasks: tuple[TaskView, ...]
    files: tuple[FileLine, ...]
    tables: tuple[tuple[str, int], ...]
    results: tuple[tuple[Result, str], ...]

    @property
    def missing(self) -> list[Verb]:
        return [verb for verb in self.verbs if verb.why]


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All systems. Nothing outside is called: ages are those the latest checks found."""
    return _show(request)


@staff_only
@require_POST
def test(request: HttpRequest, name: str) -> HttpResponse:
    """Ask one system how old its oldest thing is: the smallest call that needs its address and credentials."""
    try:
        system = next((s for s in services.registry().all() if s.name == name), None)
    except SystemProblem:
        return _show(request)
    if system is None:
        raise Http404("no system has this name")
    return _show(request, _test(system))


def _show(request: HttpRequest, tested: Tested | None = None) -> HttpResponse:
    context: dict[str, object] = {"tested": tested, "now": ground.clock()}
    try:
        systems = services.registry().all()
    except SystemProblem as problem:
        return render(request, "web/console/systems.html", {**context, "problem": str(problem)}, status=503)
    run = verification.latest()
    context |= {"systems": _lines(systems, run), "run": run, "file": ground.settings().systems_file.name}
    connected = {system.recipient for system in systems}
    names = Names()
    by_hand = names.current.recipients.items() if names.current else ()
    context["by_hand"] = [recipient.name for id, recipient in by_hand if id not in connected]
    return render(request, "web/console/systems.html", context)


def _lines(systems: Iterable[System], run: Run | None) -> list[SystemLine]:
    names, counts, last = Names(), sharing.delivery_counts(), sharing.last_sent()
    tasks = work.open_tasks(limit=TASKS)
    results = run.results if run else ()
    return [
        SystemLine(
            name=system.name,
            title=system.title,
            connector=CONNECTORS.get(type(system).__name__, f"{type(system).__name__} connector"),
            recipient=names.recipient(system.recipient) if system.recipient else "",
            verbs=tuple(_verb(system, name) for name in ARGUMENTS),
            last_sent=last.get(system.recipient or ""),
            counts=tuple((words_of(state), n) for (to, state), n in sorted(counts.items()) if to == system.recipient),
            tasks=tuple(t for t in tasks if t.system in {system.name, system.recipient}),
            files=tuple(_files(system, names, results)) if isinstance(system, FilesSystem) else (),
            tables=tuple((n, len(t.columns)) for n, t in system.dataset.tables.items())
            if isinstance(system, SqlSystem)
            else (),
            results=tuple((r, TONES[r.outcome]) for r in results if r.subject == system.title),
        )
        for system in systems
    ]


def words_of(state: str) -> str:
    return DELIVERY_STATES.get(state, ("", state))[1]


def _verb(system: System, name: str) -> Verb:
    """A verb is offered when the connector wrote it to act. One that is not written, or only to answer that nothing
    can be done, does nothing when called: so it is asked for its reason."""
    written = getattr(type(system), name)
    answers = inspect.signature(written).return_annotation
    if written is getattr(System, name) or {*(get_args(answers) or (answers,))} <= {NotOffered, Expires}:
        positional, by_name = ARGUMENTS[name]
        return Verb(name, SAYS[name], _why(getattr(system, name)(*positional, **by_name)))
    return Verb(name, SAYS[name], "")


def _why(outcome: NotOffered | Expires) -> str:
    if isinstance(outcome, Expires):
        return f"it goes by itself on {outcome.on}: {outcome.setting}"
    return outcome.reason


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


def _test(system: System) -> Tested:
    begun = perf_counter()
    try:
        outcome = system.oldest()
    except SystemProblem as problem:
        tone, word, found = "bad", "failed", f"{problem} (what helps: {problem.consequence})"
    else:
        tone, word, found = _read(outcome)
    return Tested(system.name, tone, word, found, round((perf_counter() - begun) * 1000))


def _read(outcome: object) -> tuple[str, str, str]:
    if isinstance(outcome, NotOffered):
        return "open", "could not tell", outcome.reason
    if not isinstance(outcome, Done):
        return "open", "could not tell", f"it answered {type(outcome).__name__.lower()}"
    oldest, unsure = outcome.evidence.get("oldest"), sum(outcome.evidence.get("could_not_tell", {}).values())
    said = f"the oldest thing there is from {str(oldest)[:10]}" if oldest else "nothing is stored there"
    if unsure:
        return "open", "could not tell", f"{said}; {unsure} files do not show how old they are"
    return "good", "it answers", said
