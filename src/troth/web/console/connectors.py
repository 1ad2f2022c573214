"""What every connector there is can do, verb by verb, read from its code."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import ground
from troth.systems.kit.capabilities import SAYS, Capability, capabilities
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.saas import manifest
from troth.web.staff import staff_only

TITLES = {"sql": "SQL database", "mongodb": "MongoDB", "files": "Files and logs"}


@dataclass(frozen=True)
class ConnectorLine:
    """A connector: its id, what people call it, its verbs. `described`: its entry in the systems file says them."""

    id: str
    title: str
    verbs: tuple[Capability, ...] = ()
    problem: str = ""
    described: bool = False


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The table of connectors and verbs, and below it why and what instead."""
    lines = sorted(map(_line, manifest.connectors()), key=lambda line: line.title.lower())
    return render(request, "web/console/connectors.html", {"connectors": lines, "verbs": list(SAYS)})


def _line(id: str) -> ConnectorLine:
    try:
        kind = manifest.kind(id, ground.settings().connectors)
    except SystemProblem as problem:  # one of the deployment's own that does not load
        return ConnectorLine(id, id, problem=str(problem))
    title = TITLES.get(id) or str(getattr(kind, "TITLE", id))
    return ConnectorLine(id, title, described=True) if id == "rest" else ConnectorLine(id, title, capabilities(kind))
