"""What a person must do of a request: staff tasks of steps, and how these come to an end."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from troth.requests.models import Request, Step
from troth.work import queries as work_queries
from troth.work import services as staff

TRY_AGAIN = timedelta(hours=6)
"""How long a system that did not answer is left alone before the step is tried again by itself."""

BY_SYSTEM = "system"


class NotWithStaff(LookupError):
    """The step does not wait for a person."""


def settle_by_hand(step_id: UUID, *, by: str, proof: str, now: datetime) -> None:
    """A person did the step's work: `by` their staff id, `proof` how one can see it. Ends the step and its task.

    Again does nothing. Raises NotWithStaff for a step that is not theirs, ValueError for an unusable `by` or `proof`.
    """
    from troth.requests.services import steps

    with transaction.atomic():
        step, request = _locked(step_id)
        if step.state == "done":
            return
        if step.state != "staff":
            raise NotWithStaff(f"the step {step_id} is {step.state}: there is nothing to do by hand")
        staff.finish_task(to_staff(step, request, step.note, now), by=by, proof=proof, now=now)
        Step.objects.filter(id=step_id).update(state="done", note="done by hand", changed_at=now)
        steps.note_step(step, request, "done", step.count, now, by=by)
        steps.settled(step, request, now, state="done")


def leave_undone(step_id: UUID, *, now: datetime) -> None:
    """The step's task was dropped: nobody will do it, and the answer says so. Raises NotWithStaff."""
    from troth.requests.services import steps

    with transaction.atomic():
        step, request = _locked(step_id)
        if step.state != "staff":
            raise NotWithStaff(f"the step {step_id} is {step.state}: there is no task to drop")
        Step.objects.filter(id=step_id).update(state="not-offered", note="left undone by staff", changed_at=now)
        waiting = Step.objects.filter(request=request, phase="absent", system=step.system, state="blocked")
        if step.phase == "erase":
            waiting.update(state="not-offered", note="not erased there", changed_at=now)
        steps.note_step(step, request, "not-offered", step.count, now)
        steps.settled(step, request, now, state="not-offered")


def try_again(step_id: UUID, *, now: datetime) -> None:
    """Let the system do the step after all; its task ends by itself once it did. Raises NotWithStaff."""
    from troth.requests.services.steps import MOST_ATTEMPTS
    from troth.requests.tasks import step_later

    with transaction.atomic():
        step, _ = _locked(step_id)
        if step.state != "staff":
            raise NotWithStaff(f"the step {step_id} is {step.state}: it does not wait for a person")
        Step.objects.filter(id=step_id).update(state="queued", attempts=MOST_ATTEMPTS - 2, changed_at=now)
        step_later(step_id)


def tend(now: datetime) -> int:
    """Take over what staff did in their task list, and try systems again that did not answer. Returns how many."""
    tended = 0
    for step in Step.objects.filter(state="staff").order_by("changed_at")[:500]:
        task = _task(step)
        if task and task.state == "done":
            settle_by_hand(step.id, by=task.done_by, proof=task.proof, now=now)
        elif task and task.state == "dropped":
            leave_undone(step.id, now=now)
        elif step.reason == "unreachable" and step.changed_at + TRY_AGAIN <= now:
            try_again(step.id, now=now)
        else:
            continue
        tended += 1
    return tended


def to_staff(step: Step, request: Request, manual: str, now: datetime) -> UUID:
    """The step's task, opened if there is none yet; its id."""
    return staff.open_task(
        kind=_kind(step),
        title=f"Request {request.reference}: {step.phase} in {step.title}",
        instructions=manual,
        subject=("request", str(request.id)),
        system=step.system,
        due_at=datetime.combine(request.target_day, time(12), UTC),
        key=_key(step),
        now=now,
    )


def done_without(step: Step, request: Request, now: datetime) -> None:
    """A step that was with staff is done by the system after all: its task ends."""
    task = _task(step)
    if task and task.state == "open":
        staff.finish_task(task.id, by=BY_SYSTEM, proof=f"{step.title} answered, and did it", now=now)


def no_systems(request: Request, problem: str, now: datetime) -> None:
    """The systems file cannot be read: no request can go on."""
    staff.open_task(
        kind="request-systems",
        title=f"Request {request.reference} cannot go on: the systems file",
        instructions=f"{problem}. The request goes on by itself within an hour of its mending",
        subject=("request", str(request.id)),
        key=f"request-systems:{request.id}",
        now=now,
    )


def _locked(step_id: UUID) -> tuple[Step, Request]:
    """The step as it is now, with its request's row locked first, as everywhere."""
    found = Step.objects.filter(id=step_id).values_list("request_id", flat=True).first()
    if found is None:
        raise NotWithStaff(f"there is no step {step_id}")
    request = Request.objects.select_for_update().get(id=found)
    return Step.objects.get(id=step_id), request


def _task(step: Step) -> work_queries.TaskView | None:
    about = ("request", str(step.request_id))
    found = work_queries.open_tasks(state=None, kind=_kind(step), system=step.system, subject=about, limit=1)
    return found[0] if found else None


def _kind(step: Step) -> str:
    return f"request-{step.phase}"


def _key(step: Step) -> str:
    return f"request-step:{step.id}"
