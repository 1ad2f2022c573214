"""What each phase does in one system. Effects only; states and evidence are `steps`' affair."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from troth.people import queries as people_queries
from troth.people import services as people
from troth.requests.models import Request, Step
from troth.requests.services import sealed
from troth.sharing import services as sharing
from troth.systems import services as systems
from troth.systems.kit.base import System
from troth.systems.kit.identifiers import Identifiers
from troth.systems.kit.outcomes import Done, Expires, Finding, Found, NotOffered, Outcome, Pending

VAULT = "vault"
DELIVERIES = "deliveries"
STILL_LEAVING = timedelta(seconds=3)


@dataclass(frozen=True)
class Result:
    """How a step ended: its new `state`, how many things it was about, a note without personal data.

    `again`: ask once more after this long (`token` says after what). `manual`: what a person must do instead.
    """

    state: str
    count: int = 0
    note: str = ""
    token: str = ""
    again: timedelta | None = None
    manual: str = ""
    found: bytes | None = None


@dataclass(frozen=True)
class Place:
    """Where a step works: a system's name and title."""

    system: str
    title: str


def places(phase: str) -> tuple[Place, ...]:
    """The systems a phase has a step for, as they are configured now."""
    vault = Place(VAULT, "Vault")
    if phase == "close":
        return (Place(DELIVERIES, "Deliveries under way"),)
    if phase == "erase-vault":
        return (vault,)
    outside = tuple(Place(s.name, s.title) for s in systems.registry().all())
    if phase == "delete-account":
        return tuple(p for p in outside if hasattr(systems.registry().get(p.system), "delete_account"))
    return (vault, *outside) if phase in ("find", "absent") else outside


def perform(step: Step, request: Request, now: datetime) -> Result:
    """Do the step. Safe to repeat. Raises SystemProblem."""
    who = Identifiers(email=(sealed.asked(request.id, request.sealed).address,))
    if step.system == DELIVERIES:
        return _close(request, now)
    if step.system == VAULT:
        return _VAULT[step.phase](request, who, now)
    system = systems.registry().get(step.system)
    if step.token:
        return _after(step, system, system.check(step.token))
    key = f"{request.id}:{step.phase}"
    match step.phase:
        case "find" | "absent":
            outcome = system.find(who)
        case "erase":
            outcome = system.erase(who, key=key)
        case _:
            outcome = system.delete_account(who, key=key)  # type: ignore[attr-defined]
    return _after(step, system, outcome)


def _close(request: Request, now: datetime) -> Result:
    if request.person_id is None:
        return Result("done")
    with transaction.atomic():
        leaving = sharing.close(request.person_id, now)
    if leaving:
        return Result("pending", leaving, "a delivery is leaving at this moment", again=STILL_LEAVING)
    return Result("done")


def _find_in_vault(request: Request, _who: Identifiers, _now: datetime) -> Result:
    records = people_queries.records(request.person_id) if request.person_id else ()
    return Result("done", len(records))


def _erase_vault(request: Request, who: Identifiers, now: datetime) -> Result:
    person = people_queries.find(who)
    if person is None:
        return Result("done")
    erased = people.erase(person, now=now, request_id=request.id)
    return Result("done", erased.records)


def _absent_from_vault(_request: Request, who: Identifiers, _now: datetime) -> Result:
    left = 0 if people_queries.find(who) is None else 1
    return Result("done") if not left else Result("staff", left, "a person of this address is in the vault again")


_VAULT: dict[str, Callable[[Request, Identifiers, datetime], Result]] = {
    "find": _find_in_vault,
    "erase-vault": _erase_vault,
    "absent": _absent_from_vault,
}


def _after(step: Step, system: System, outcome: Outcome) -> Result:
    match outcome:
        case Found(findings=findings) if step.phase == "absent" and findings:
            manual = f"something is still found in {system.title} after erasure: erase it there and look again"
            return Result("staff", len(findings), "still found after erasure", manual=manual)
        case Found(findings=findings):
            found = sealed.seal(step.request_id, f"found:{step.system}", _dump(findings)) if findings else None
            return Result("done", len(findings), found=found)
        case Done(evidence=evidence):
            return Result("done", _count(evidence))
        case Pending(token=token, check_after=after):
            return Result("pending", note="the system finishes later", token=token, again=after)
        case Expires(on=on, setting=setting):
            return Result("not-offered", note=f"goes by itself on {on}: {setting}"[:500])
        case NotOffered(reason=reason, manual_steps=manual):
            # nothing to do by hand where one only looked: the answer names what could not be searched
            return Result("not-offered", note=reason[:500], manual=manual if step.phase == "erase" else "")


def _dump(findings: tuple[Finding, ...]) -> bytes:
    plain = [{"kind": f.kind, "id": f.id, "values": dict(f.values), "items": dict(f.items)} for f in findings]
    return json.dumps(plain, default=str).encode()


def _count(evidence: object) -> int:
    """Things an act changed: the whole numbers in its evidence, added up."""
    if isinstance(evidence, bool):
        return 0
    if isinstance(evidence, int):
        return evidence
    if isinstance(evidence, dict):
        return sum(_count(value) for value in evidence.values())
    return 0
