"""What each phase does in one system. Effects only; states and evidence are `steps`' affair."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from troth.people import queries as people
from troth.requests.models import Request, Step
from troth.requests.services import sealed
from troth.sharing import queries as sharing
from troth.systems import services as systems
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered, Outcome, Pending
from troth.versions import queries as versions

VAULT = "vault"
DELIVERIES = "deliveries"
RECIPIENT = "recipient:"
"""Begins the name of a step that is for a recipient no connector reaches."""


@dataclass(frozen=True)
class Result:
    """How a step ended: its new `state`, how many things it was about, a note without personal data.

    `again`: ask once more after this long (`token` says after what). `reason` and `manual`: why a person must act,
    and what they do; `reason` is `remains` where it is done and its note says what it does not reach. `waited`: this
    was one more of a limited number of waits.
    """

    state: str
    count: int = 0
    note: str = ""
    token: str = ""
    again: timedelta | None = None
    reason: str = ""
    manual: str = ""
    found: bytes | None = None
    waited: bool = False


@dataclass(frozen=True)
class Place:
    """Where a step works: a system's name and title."""

    system: str
    title: str


def places(phase: str, request: Request, now: datetime) -> tuple[Place, ...]:
    """The systems a phase has a step for, as they are configured now. Raises SystemProblem.

    An erasure also has a step for each recipient that got the person's data and has no connector: every recipient is
    told (GDPR Art. 19), those by a person.
    """
    vault = Place(VAULT, "Our own records")
    if phase == "close":
        return (Place(DELIVERIES, "Deliveries under way"),)
    if phase == "erase-vault":
        return (vault,)
    outside = tuple(Place(s.name, s.title) for s in systems.registry().all())
    if phase == "delete-account":
        return tuple(p for p in outside if hasattr(systems.registry().get(p.system), "delete_account"))
    if phase == "erase":
        return (*outside, *_by_hand(request, now))
    return (vault, *outside)


def _by_hand(request: Request, now: datetime) -> tuple[Place, ...]:
    told = sharing.told(request.person_id) if request.person_id else frozenset()
    unreached = sorted(recipient for recipient in told if systems.registry().for_recipient(recipient) is None)
    version = versions.current(now) if unreached else None
    names = version.policy.recipients if version else {}
    return tuple(Place(RECIPIENT + r, names[r].name if r in names else r) for r in unreached)


def _tell(step: Step) -> Result:
    manual = (
        f"Tell {step.title} that the person of this request asked for erasure, and have it erased there: open the "
        "request for the address, then finish this task with the date and the answer"
    )
    return Result("staff", note=f"no connector reaches {step.title}", reason="by-hand", manual=manual)


def perform(step: Step, request: Request, now: datetime) -> Result:
    """Do the step. Safe to repeat, whatever became of an earlier try. Raises SystemProblem."""
    from troth.requests.services import vault

    who = sealed.asked(request.id, request.sealed).who
    if step.system in (VAULT, DELIVERIES):
        return vault.PHASES[step.phase](step, request, who, now)
    if step.system.startswith(RECIPIENT):
        return _tell(step)
    system = systems.registry().get(step.system)
    if step.phase == "absent":
        return _look_again(step, request, system, who)
    return _after(step, system, _act(step, request, system, who))


def came_back(request: Request, who: Identifiers) -> bool:
    """Whether the vault has a person of these identifiers who came after the request: a new start (semantics §2)."""
    found = people.find(who)
    person = people.person(found) if found else None
    return person is not None and request.identified_at is not None and person.created_at > request.identified_at


def _act(step: Step, request: Request, system: System, who: Identifiers) -> Outcome:
    if step.token:
        return system.check(step.token)
    key = f"{request.id}:{step.phase}"
    match step.phase:
        case "find":
            return system.find(who)
        case "erase":
            return system.erase(who, key=key)
        case "delete-account":
            outcome: Outcome = system.delete_account(who, key=key)  # type: ignore[attr-defined]
            return outcome
    raise ValueError(f"no system has a phase {step.phase}")


def _after(step: Step, system: System, outcome: Outcome) -> Result:
    match outcome:
        case Found(findings=findings, remains=remains):
            found = sealed.seal(step.request_id, f"found:{step.system}", _dump(findings)) if findings else None
            return Result("done", len(findings), _note(remains), reason="remains" if remains else "", found=found)
        case Done(evidence=evidence, remains=remains):
            return _done(changed(evidence) or step.count, remains)
        case Pending(token=token, check_after=after):
            return Result("pending", step.count, "the system finishes later", token=token, again=after)
        case Expires(on=on, setting=setting):
            return Result("not-offered", note=f"goes by itself on {on}: {setting}"[:500])
        case NotOffered(reason=reason, manual_steps=manual) if step.phase != "find":
            return Result("staff", note=reason[:500], reason="by-hand", manual=manual)
        case NotOffered(reason=reason):
            # nothing to do by hand where one only looked: the answer names what could not be searched
            return Result("not-offered", note=reason[:500])


def _done(count: int, remains: Sequence[Expires | NotOffered]) -> Result:
    """Done there, except what remains: what goes by itself is told, what does not is a person's to do."""
    by_hand = " ".join(part.manual_steps for part in remains if isinstance(part, NotOffered))
    if by_hand:
        return Result("staff", count, _note(remains), reason="by-hand", manual=by_hand)
    return Result("done", count, _note(remains), reason="remains" if remains else "")


def _note(remains: Sequence[Expires | NotOffered]) -> str:
    told = (f"goes by itself on {p.on}: {p.setting}" if isinstance(p, Expires) else p.reason for p in remains)
    return "; ".join(told)[:500]


def _look_again(step: Step, request: Request, system: System, who: Identifiers) -> Result:
    """Absence, proven by a fresh look. What slipped in while we erased (a delivery, say) is erased once more."""
    if step.token and isinstance(outcome := system.check(step.token), Pending):
        return Result("pending", note="erased once more", token=outcome.token, again=outcome.check_after)
    left = _left(system, who)
    if isinstance(left, NotOffered):
        return Result("not-offered", note=left.reason[:500])
    if left and not step.token and not came_back(request, who):
        outcome = system.erase(who, key=f"{request.id}:again")
        if isinstance(outcome, Pending):
            return Result("pending", left, "erased once more", outcome.token, outcome.check_after)
        left = _left(system, who)
    if isinstance(left, NotOffered) or not left:
        return Result("done")
    return _still_there(request, system, who, left)


def _left(system: System, who: Identifiers) -> int | NotOffered:
    outcome = system.find(who)
    if isinstance(outcome, Found):
        # nothing found where not all could be looked into is no proof of absence
        return len(outcome.left) or (outcome.unseen[0] if outcome.unseen else 0)
    return outcome if isinstance(outcome, NotOffered) else NotOffered("it cannot be searched", "", "")


def _still_there(request: Request, system: System, who: Identifiers, left: int) -> Result:
    if came_back(request, who):
        note = "something new came in after the request; what is found may be that"
        manual = f"look in {system.title}: erase what is older than the request, leave what is newer"
        return Result("staff", left, note, reason="came-back", manual=manual)
    manual = f"something is still found in {system.title} after erasing it twice: erase it there by hand"
    return Result("staff", left, "still found after erasure", reason="still-found", manual=manual)


def _dump(findings: tuple[Finding, ...]) -> bytes:
    plain = [{"kind": f.kind, "id": f.id, "values": dict(f.values), "items": dict(f.items)} for f in findings]
    return json.dumps(plain, default=str).encode()


def changed(evidence: object) -> int:
    """Things an act changed, from its evidence: `rows` where it says so, else its whole numbers added up."""
    if isinstance(evidence, bool):
        return 0
    if isinstance(evidence, int):
        return evidence
    if isinstance(evidence, dict):
        rows = evidence.get("rows")
        return rows if isinstance(rows, int) else sum(changed(value) for value in evidence.values())
    return 0
