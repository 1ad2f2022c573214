"""Steps: one task a system and phase, each with its own outcome; a phase begins when the one before is settled."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from troth.evidence import services as evidence
from troth.requests import rules
from troth.requests.models import Request, Step
from troth.requests.services import hands, work
from troth.systems.kit.outcomes import SystemProblem

MOST_ATTEMPTS = 10


def run_step(step_id: UUID, now: datetime) -> str:
    """Do one step and settle it; returns its state. Raises SystemProblem while trying again can help.

    Runs at least once: an effect whose settling was lost is done again, and finds it done. Of two runs at the same
    time one settles.
    """
    step = Step.objects.select_related("request").filter(id=step_id).first()
    if step is None:
        return "gone"
    if step.state not in rules.AT_WORK:
        return step.state
    try:
        result = work.perform(step, step.request, now)
    except SystemProblem as problem:
        result = _failed(step, problem, now)
    return _settle(step, result, now)


def _failed(step: Step, problem: SystemProblem, now: datetime) -> work.Result:
    """Another try later, or a person; the message names system and act, never the person whose data it is."""
    note = str(problem)[:500]
    if problem.consequence in ("retry", "wait") and step.attempts + 1 < MOST_ATTEMPTS:
        Step.objects.filter(id=step.id, changed_at=step.changed_at).update(
            attempts=step.attempts + 1, note=note, changed_at=now
        )
        raise problem
    manual = f"{note}. Mend the connection and try the step again, or do it by hand in {step.title} and say how"
    return work.Result("staff", step.count, note, token=step.token, reason="unreachable", manual=manual)


@transaction.atomic
def _settle(step: Step, result: work.Result, now: datetime) -> str:
    from troth.requests.tasks import step_later

    # whoever changed the step since we read it has settled it, or waits already: their outcome stands
    seen = Step.objects.filter(id=step.id, state=step.state, changed_at=step.changed_at)
    updated = seen.update(
        state=result.state,
        reason=result.reason or step.reason,
        count=result.count,
        note=result.note,
        token=result.token,
        attempts=step.attempts + result.waited,
        found=result.found,
        changed_at=now,
    )
    if not updated:
        return Step.objects.values_list("state", flat=True).get(id=step.id)
    if result.again is not None:
        step_later(step.id, result.again)
        return result.state
    request = step.request
    if result.state == "staff":
        hands.to_staff(step, request, result.manual, now)
    elif step.reason:
        hands.done_without(step, request, now)
    note_step(step, request, result.state, result.count, now)
    settled(step, request, now, state=result.state)
    return result.state


def note_step(step: Step, request: Request, state: str, count: int, now: datetime, **more: str) -> None:
    """The evidence of a step's outcome."""
    facts = {"request": str(request.id), "system": step.system, "phase": step.phase, "state": state, **more}
    evidence.append("request.step", person=request.pseudonym or None, facts={**facts, "count": count}, at=now)


def settled(step: Step, request: Request, now: datetime, *, state: str) -> None:
    """What follows from a step's outcome `state`: steps it held up, the next phase, the answer or what completes it.

    The step that leaves none at work goes on, and of steps that end at the same moment the last: they queue for the
    request's row here, after they wrote their outcome, so that twenty systems of one request hold each other up only
    for this look.
    """
    from troth.requests.tasks import complete_later, step_later

    if step.phase == "erase" and state == "done":
        for held in _release(request.id, step.system, now):
            step_later(held)
    if _at_work(request.id):
        return
    request = Request.objects.get(id=request.id)  # as it is now: the step may have run for long
    if request.state == "running":
        advance(request, now)
    elif not Step.objects.filter(request=request).exclude(state__in=rules.OVER).exists():
        complete_later(request.id)


def _release(request_id: UUID, system: str, now: datetime) -> list[UUID]:
    """The looks for absence in a system that waited for its erasure wait no longer; their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update requests_step set state = 'queued', note = '', changed_at = %s "
            "where request_id = %s and phase = 'absent' and system = %s and state = 'blocked' returning id",
            [now, request_id, system],
        )
        return [row[0] for row in cursor.fetchall()]


def _at_work(request_id: UUID) -> bool:
    """Locks the request's row: whether a step of it is still ours to do. Two statements: the second must see what
    others committed while the first waited."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from requests_request where id = %s for update", [request_id])
        cursor.execute(
            "select exists (select 1 from requests_step where request_id = %s and state = any(%s))",
            [request_id, sorted(rules.AT_WORK)],
        )
        (found,) = cursor.fetchone()
    return bool(found)


def advance(request: Request, now: datetime) -> None:
    """Start the next phase, or the answer once all are settled. Call with the request's row locked.

    A systems file that cannot be read stops nothing that is done: it is tried again, and staff see it.
    """
    from troth.requests.tasks import advance_later

    try:
        _advance(request, now)
    except SystemProblem as problem:
        hands.no_systems(request, str(problem), now)
        advance_later(request.id)


@transaction.atomic
def advance_again(request_id: UUID, now: datetime) -> None:
    """Start what could not be started before. Raises SystemProblem while the systems file cannot be read."""
    request = Request.objects.select_for_update().filter(id=request_id, state="running").first()
    if request:
        _advance(request, now)


def _advance(request: Request, now: datetime) -> None:
    from troth.requests.tasks import answer_later, step_later

    states = phase_states(request.id)
    while (phase := rules.next_phase(request.kind, states)) is not None:
        made = _begin(request, phase, now)
        for step in made:
            if step.state == "queued":
                step_later(step.id)
        # where no system has this phase there is nothing to wait for
        states[phase] = [step.state for step in made] or ["not-offered"]
    if rules.finished(request.kind, states):
        answer_later(request.id)


def _begin(request: Request, phase: str, now: datetime) -> list[Step]:
    """The steps of a phase. Where erasing waits for a person, looking for absence does too."""
    undone: dict[str, str] = {}
    if phase == "absent":
        erasing = Step.objects.filter(request=request, phase="erase").exclude(state="done")
        undone = dict(erasing.values_list("system", "state"))
    steps = [
        Step(request=request, phase=phase, system=p.system, title=p.title, changed_at=now)
        for p in work.places(phase, request, now)
    ]
    for step in steps:
        if step.system in undone:
            step.state = "blocked" if undone[step.system] == "staff" else "not-offered"
            step.note = "not erased there yet" if step.state == "blocked" else "what is there goes by itself"
    return Step.objects.bulk_create(steps)


def phase_states(request_id: UUID) -> dict[str, list[str]]:
    """Phase → states of its steps."""
    found: dict[str, list[str]] = defaultdict(list)
    for phase, state in Step.objects.filter(request_id=request_id).values_list("phase", "state"):
        found[phase].append(state)
    return dict(found)
