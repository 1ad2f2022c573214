"""Steps: one task a system and phase, each with its own outcome; a phase begins when the one before is settled."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction

from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.prepared import Row, rows
from troth.requests import rules
from troth.requests.models import Request, Step
from troth.requests.services import hands, work
from troth.systems.kit.outcomes import SystemProblem

MOST_ATTEMPTS = 10
MOST_WAITS = 100
"""A vendor's rate limit meets many requests at once: each is asked to wait again and again, and none is a failure."""

_OF_STEP = (
    *("id", "request_id", "phase", "system", "title", "state", "reason"),
    *("count", "token", "attempts", "changed_at"),
)
_OF_REQUEST = (
    *("id", "reference", "kind", "state", "person_id", "pseudonym", "sealed"),
    *("target_day", "identified_at", "completed_at"),
)
_STEP = """
select s.id, s.request_id, s.phase, s.system, s.title, s.state, s.reason, s.count, s.token, s.attempts, s.changed_at,
    r.id, r.reference, r.kind, r.state, r.person_id, r.pseudonym, r.sealed,
    r.target_day, r.identified_at, r.completed_at
from requests_step s join requests_request r on r.id = s.request_id where s.id = %s
"""
_REQUEST = """
select id, reference, kind, state, person_id, pseudonym, sealed, target_day, identified_at, completed_at
from requests_request where id = %s for update
"""
_STATES = "select phase, state from requests_step where request_id = %s"
_SETTLE = """
update requests_step
set state = %s, reason = %s, count = %s, note = %s, token = %s, attempts = %s, found = %s, changed_at = %s
where id = %s and state = %s and changed_at = %s returning 1
"""
_STILL_AT_WORK = "select exists (select 1 from requests_step where request_id = %s and state = any(%s::text[]))"
_RELEASE = """
update requests_step set state = 'queued', note = '', changed_at = %s
where request_id = %s and phase = 'absent' and system = %s and state = 'blocked' returning id
"""


def run_step(step_id: UUID, now: datetime) -> str:
    """Do one step and settle it; returns its state. Raises SystemProblem while trying again can help.

    Runs at least once: an effect whose settling was lost is done again, and finds it done. Of two runs at the same
    time one settles. What follows is started after the outcome has committed, and again by every later run: a worker
    that dies in between has not finished its job, so there is one.
    """
    step = _read(step_id)
    if step is None:
        return "gone"
    state = step.state if step.state not in rules.AT_WORK else _do(step, now)
    if state not in rules.AT_WORK and not _at_work(step.request_id):
        _follow(step.request_id, now)
    return state


def _read(step_id: UUID) -> Step | None:
    """The step with its request: what an act needs of them, the rest when it is asked for."""
    found = rows(_STEP, [step_id])
    if not found:
        return None
    step = Step.from_db(DEFAULT_DB_ALIAS, _OF_STEP, found[0][: len(_OF_STEP)])
    step.request = Request.from_db(DEFAULT_DB_ALIAS, _OF_REQUEST, found[0][len(_OF_STEP) :])
    return step


def _do(step: Step, now: datetime) -> str:
    try:
        result = work.perform(step, step.request, now)
    except SystemProblem as problem:
        result = _failed(step, problem, now)
    return _settle(step, result, now)


def _failed(step: Step, problem: SystemProblem, now: datetime) -> work.Result:
    """Another try later, or a person; the message names system and act, never the person whose data it is."""
    note = str(problem)[:500]
    if step.attempts + 1 < {"retry": MOST_ATTEMPTS, "wait": MOST_WAITS}.get(problem.consequence, 0):
        Step.objects.filter(id=step.id, changed_at=step.changed_at).update(
            attempts=step.attempts + 1, note=note, changed_at=now
        )
        raise problem
    manual = f"{note}. Mend the connection and try the step again, or do it by hand in {step.title} and say how"
    return work.Result("staff", step.count, note, token=step.token, reason="unreachable", manual=manual)


def _settle(step: Step, result: work.Result, now: datetime) -> str:
    """The outcome and its evidence, in one transaction; the state the step has then.

    The request's row is not locked, so that twenty systems of one request do not hold each other up.
    """
    reason = result.reason or step.reason
    outcome = (result.state, reason, result.count, result.note, result.token, step.attempts + result.waited)
    # whoever changed the step since we read it has settled it, or waits already: their outcome stands
    values = (*outcome, result.found, now, step.id, step.state, step.changed_at)
    if result.again is None and result.state != "staff" and not step.reason:
        settled = _settle_plainly(step, result, values, now)
    else:
        settled = _settle_with_more(step, result, values, now)
    return result.state if settled else Step.objects.values_list("state", flat=True).get(id=step.id)


def _settle_plainly(step: Step, result: work.Result, values: Row, now: datetime) -> bool:
    """A step that no person had to do with: nothing but outcome and evidence, in one statement."""
    person, facts = _told(step, step.request, result.state, result.count)
    entry, entry_values = evidence.part("request.step", person=person, facts=facts, at=now)
    done = f"with settled as ({_SETTLE}), told as ({entry} from settled) select 1 from settled"  # noqa: S608 (constants)
    return bool(rows(done, [*values, *entry_values]))


@transaction.atomic
def _settle_with_more(step: Step, result: work.Result, values: Row, now: datetime) -> bool:
    """A step that goes on later, or one that a person has to do with."""
    from troth.requests.tasks import step_later

    if not rows(_SETTLE, values):
        return False
    if result.again is not None:
        step_later(step.id, result.again)
        return True
    if result.state == "staff":
        hands.to_staff(step, step.request, result.manual, now)
    elif step.reason:
        hands.done_without(step, step.request, now)
        _unblock(step, result.state, now)  # only a step that was with staff held one up
    note_step(step, step.request, result.state, result.count, now)
    return True


def note_step(step: Step, request: Request, state: str, count: int, now: datetime, **more: str) -> None:
    """The evidence of a step's outcome."""
    person, facts = _told(step, request, state, count, **more)
    evidence.append("request.step", person=person, facts=facts, at=now)


def _told(step: Step, request: Request, state: str, count: int, **more: str) -> tuple[str | None, dict[str, JSON]]:
    facts = {"request": str(request.id), "system": step.system, "phase": step.phase, "state": state, **more}
    return request.pseudonym or None, {**facts, "count": count}


def settled(step: Step, request: Request, now: datetime, *, state: str) -> None:
    """What follows when a person ended a step, now `state`. In a transaction, with the request's row locked."""
    _unblock(step, state, now)
    if not _at_work(request.id):
        _follow(request.id, now)


def _at_work(request_id: UUID) -> bool:
    """Whether a step of the request is still ours to do."""
    return bool(rows(_STILL_AT_WORK, [request_id, list(rules.AT_WORK)])[0][0])


@transaction.atomic
def _follow(request_id: UUID, now: datetime) -> None:
    """No step of the request seems to be ours to do: the next phase, the answer, or what completes it.

    Of steps that end at the same moment, each committed its outcome before it looked, so the last one sees them all;
    should two come here, the second waits for the first, finds the phase begun, and changes nothing.
    """
    from troth.requests.tasks import complete_later

    found = rows(_REQUEST, [request_id])
    if not found:
        return
    request = Request.from_db(DEFAULT_DB_ALIAS, _OF_REQUEST, found[0])
    if request.state == "running":
        advance(request, now)
    elif not request.completed_at and not Step.objects.filter(request=request).exclude(state__in=rules.OVER).exists():
        complete_later(request.id)


def _unblock(step: Step, state: str, now: datetime) -> None:
    """The look for absence in a system waits no longer once its erasure is done."""
    from troth.requests.tasks import steps_later

    if step.phase == "erase" and state == "done":
        steps_later([id for (id,) in rows(_RELEASE, [now, step.request_id, step.system])])


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
    from troth.requests.tasks import answer_later, steps_later

    states = phase_states(request.id)
    while (phase := rules.next_phase(request.kind, states)) is not None:
        made = _begin(request, phase, now)
        steps_later([step.id for step in made if step.state == "queued"])
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
    for phase, state in rows(_STATES, [request_id]):
        found[phase].append(state)
    return dict(found)
