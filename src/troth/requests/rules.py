"""States of a request, phases of its work, days left: decisions as pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from troth.requests.kinds import KINDS

MOVES: Mapping[str, frozenset[str]] = {
    "identity": frozenset({"running", "closed"}),
    "running": frozenset({"answered"}),
    "answered": frozenset({"closed"}),
    "closed": frozenset(),
}
"""From each state, where a request may go. No way leads past identity (semantics §8)."""

AT_WORK = frozenset({"queued", "pending"})
"""A step that is ours to do."""

WITH_PEOPLE = frozenset({"staff", "blocked"})
"""A step that waits for a person: `staff` has a task, `blocked` follows a step of the same system that has one."""

OVER = frozenset({"done", "not-offered"})
"""A step after which nothing more happens. `not-offered`: the system cannot do it, and the answer says so."""

SETTLED = WITH_PEOPLE | OVER
"""A step that needs nothing more from us before the next phase: one failed system never stops the others."""


class WrongMove(ValueError):
    """A request was to go where its state does not lead."""


def move(state: str, to: str) -> str:
    """The new state. Raises WrongMove."""
    if to not in MOVES[state]:
        raise WrongMove(f"a request that is `{state}` cannot become `{to}`")
    return to


def next_phase(kind: str, states: Mapping[str, Iterable[str]]) -> str | None:
    """The phase to start now: the first one without steps once all before it are settled.

    `states`: phase → states of its steps. None when a phase is still at work, or all phases are settled.
    """
    for phase in KINDS[kind].phases:
        steps = list(states.get(phase, ()))
        if not steps:
            return phase
        if not all(step in SETTLED for step in steps):
            return None
    return None


def finished(kind: str, states: Mapping[str, Iterable[str]]) -> bool:
    """True when every phase has steps and all are settled."""
    return all(
        (steps := list(states.get(phase, ()))) and all(step in SETTLED for step in steps)
        for phase in KINDS[kind].phases
    )


@dataclass(frozen=True)
class Left:
    """How a request stands in time. `days` to the last legal day, negative once missed."""

    days: int
    tone: str

    @property
    def words(self) -> str:
        if self.days < 0:
            return f"{-self.days} {_days(-self.days)} late"
        return "due today" if self.days == 0 else f"{self.days} {_days(self.days)} left"


def left(state: str, today: date, target: date, last_day: date, outstanding: int = 0) -> Left | None:
    """None once answered in full. Tone: `bad` past the legal day, `soon` past the target, else ``.

    `outstanding`: steps that still wait for a person; with one, an answered request is not off the clock.
    """
    if state not in ("identity", "running") and not (state == "answered" and outstanding):
        return None
    days = (last_day - today).days
    return Left(days, "bad" if days < 0 else "soon" if today > target else "")


def _days(n: int) -> str:
    return "day" if n == 1 else "days"


@dataclass(frozen=True)
class Tally:
    """What one system answered, for the page and the answer. `count`: things found, erased or left."""

    step: str
    system: str
    title: str
    verb: str
    state: str
    count: int
    note: str
    reason: str = ""


def provable(tallies: Iterable[Tally]) -> bool:
    """Whether absence is proven where it can be looked for: nothing is left that a system should have erased.

    A system that offers no erasure at all is done by hand, in its own time; the proof names it as not looked at.
    """
    return all(tally.reason == "by-hand" or tally.state == "blocked" for tally in outstanding(tallies))


def outstanding(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """What is still to be done: by us, or by a person."""
    return tuple(tally for tally in tallies if tally.state not in OVER)


def remaining(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """What is done except for something that goes later, by itself: its note says what."""
    return tuple(tally for tally in tallies if tally.state == "done" and tally.reason == "remains")


def not_offered(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """What a system cannot do, ever: told, but waited for by nobody."""
    return tuple(tally for tally in tallies if tally.state == "not-offered")


def in_order(kind: str, tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """By phase as the kind has them, our own vault first, then by title."""
    phases = KINDS[kind].phases
    place: dict[str, int] = {phase: number for number, phase in enumerate(phases)}
    return tuple(sorted(tallies, key=lambda t: (place.get(t.verb, len(phases)), t.system != "vault", t.title)))
