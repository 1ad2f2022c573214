"""Steps: one task a system and phase, each with its own outcome; a phase begins when the one before is settled."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from troth.evidence import services as evidence
from troth.requests import rules
from troth.requests.models import Request, Step
from troth.requests.services import work
from troth.systems.kit.outcomes import SystemProblem
from troth.work import services as staff

MOST_ATTEMPTS = 10
OPEN = ("queued", "pending")


def run_step(step_id: UUID, now: datetime) -> str:
    """Do one step and settle it; returns its state. Raises SystemProblem while trying again can help."""
    step = Step.objects.select_related("request").filter(id=step_id).first()
    if step is None:
        return "gone"
    if step.state not in OPEN:
        return step.state
    try:
        result = work.perform(step, step.request, now)
    except SystemProblem as problem:
        result = _failed(step, problem, now)
    return _settle(step, result, now)


def _failed(step: Step, problem: SystemProblem, now: datetime) -> work.Result:
    """Another try later, or a person; the message names system and act, never the person whose data it is."""
    step.attempts += 1
    note = str(problem)[:500]
    Step.objects.filter(id=step.id).update(attempts=step.attempts, note=note, changed_at=now)
    if problem.consequence in ("retry", "wait") and step.attempts < MOST_ATTEMPTS:
        raise problem
    manual = f"{note}. Mend the connection, or do the step by hand in {step.title} and attach the proof"
    return work.Result("staff", note=note, manual=manual)


@transaction.atomic
def _settle(step: Step, result: work.Result, now: datetime) -> str:
    from troth.requests.tasks import step_later

    request = Request.objects.select_for_update().get(id=step.request_id)
    updated = Step.objects.filter(id=step.id, state__in=OPEN).update(
        state=result.state,
        count=result.count,
        note=result.note,
        token=result.token,
        found=result.found,
        changed_at=now,
    )
    if not updated:  # another run settled it first
        return result.state
    if result.again is not None:
        step_later(step.id, result.again)
        return result.state
    if result.manual:
        _to_staff(step, result.manual, now)
    facts = {"request": str(request.id), "system": step.system, "phase": step.phase, "state": result.state}
    evidence.append("request.step", person=request.pseudonym or None, facts={**facts, "count": result.count}, at=now)
    advance(request, now)
    return result.state


def _to_staff(step: Step, manual: str, now: datetime) -> None:
    staff.open_task(
        kind="request",
        title=f"Request {step.request.reference}: {step.phase} in {step.title}",
        instructions=manual,
        subject=("request", str(step.request_id)),
        system=step.system,
        key=f"request-step:{step.id}",
        now=now,
    )


def advance(request: Request, now: datetime) -> None:
    """Start the next phase, or the answer once all are settled. Call with the request's row locked."""
    from troth.requests.tasks import answer_later, step_later

    states = phase_states(request.id)
    while (phase := rules.next_phase(request.kind, states)) is not None:
        made = Step.objects.bulk_create(
            Step(request=request, phase=phase, system=place.system, title=place.title, changed_at=now)
            for place in work.places(phase)
        )
        for step in made:
            step_later(step.id)
        states[phase] = [step.state for step in made]
        if made:
            return
        states[phase] = ["not-offered"]  # no system has this phase: nothing to wait for
    if rules.finished(request.kind, states) and request.state == "running":
        answer_later(request.id)


def phase_states(request_id: UUID) -> dict[str, list[str]]:
    """Phase → states of its steps."""
    found: dict[str, list[str]] = defaultdict(list)
    for phase, state in Step.objects.filter(request_id=request_id).values_list("phase", "state"):
        found[phase].append(state)
    return dict(found)
