"""The console's first page: what is in force, what waits for a person."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from troth import ground
from troth.versions import queries as versions
from troth.web.console.policy import clause_state
from troth.web.staff import staff_only
from troth.work import queries as work


@staff_only
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    version = versions.current(ground.clock())
    clauses = version.policy.clauses if version else ()
    context = {
        "version": version,
        "clauses": len(clauses),
        "executed": sum(clause_state(clause) != "not-yet" for clause in clauses),
        "open": work.counts().get("open", 0),
        "failed": len(work.failed_jobs()),
        "tasks": work.open_tasks(limit=8),
        "now": ground.clock(),
    }
    return render(request, "web/console/overview.html", context)
