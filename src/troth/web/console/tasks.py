"""Staff tasks: what a machine could not do, finished by a person with proof."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from troth import ground
from troth.web.staff import staff_only
from troth.work import queries, services

PAGE = 50
STATES = (("open", "Open"), ("done", "Done"), ("dropped", "Dropped"))


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Tasks of a state, the soonest due first, a page at a time."""
    state = request.GET.get("state", "open")
    if state not in dict(STATES):
        state = "open"
    try:
        found = queries.open_tasks(state=state, after=request.GET.get("after") or None, limit=PAGE + 1)
    except ValueError:
        return HttpResponseBadRequest("not a place in the list of tasks; start from its beginning")
    tasks, counts = found[:PAGE], queries.counts()
    here = reverse("console-tasks")
    more = f"{here}?{urlencode({'state': state, 'after': tasks[-1].cursor})}" if len(found) > PAGE else ""
    tabs = [
        {
            "label": label,
            "url": f"{here}?{urlencode({'state': key})}",
            "here": key == state,
            "count": counts.get(key, 0),
        }
        for key, label in STATES
    ]
    context = {"tasks": tasks, "tabs": tabs, "state": state, "more": more, "now": ground.clock()}
    return render(request, "web/console/tasks.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """A task and the form that closes it."""
    task = queries.task(task_id)
    if task is None:
        raise Http404("no such task")
    error = _close(request, task_id) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        return redirect("console-tasks")
    context = {"task": task, "error": error, "proof": request.POST.get("proof", ""), "now": ground.clock()}
    return render(request, "web/console/task.html", context, status=422 if error else 200)


def _close(request: HttpRequest, task_id: UUID) -> str:
    """Do what the form asks; the problem in words, or nothing."""
    by, proof, now = str(request.user.pk), request.POST.get("proof", ""), ground.clock()
    try:
        if request.POST.get("act") == "drop":
            services.drop_task(task_id, by=by, reason=proof, now=now)
        else:
            services.finish_task(task_id, by=by, proof=proof, now=now)
    except (ValueError, services.TaskError) as problem:
        return str(problem)
    messages.success(request, "the task is closed, and its entry is in the evidence log.")
    return ""
