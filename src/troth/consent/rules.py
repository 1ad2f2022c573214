"""The present state of consent as a fold of the ledger's events. Pure."""

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol

EventKind = Literal["shown", "given", "refused", "withdrawn", "expired", "superseded"]
State = Literal["shown", "given", "refused", "withdrawn", "expired", "superseded"]
Pair = tuple[str, str]
"""(touchpoint, purpose): consent given at a touchpoint holds for the records of that touchpoint."""


class Told(Protocol):
    """What the fold needs of an event."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def touchpoint(self) -> str: ...
    @property
    def purpose(self) -> str: ...


def fold(events: Iterable[Told]) -> dict[Pair, State]:
    """State of each pair after `events`, oldest first: the last decision counts.

    `shown` is no decision: it leaves an earlier one standing, and alone it means asked but not answered. A pair that is
    not in the result was never asked; only `given` lets anything happen.
    """
    state: dict[Pair, State] = {}
    for event in events:
        pair = (event.touchpoint, event.purpose)
        if event.kind != "shown" or pair not in state:
            state[pair] = event.kind
    return state


def to_withdraw(state: Mapping[Pair, State], purposes: Iterable[str] | None, touchpoint: str | None) -> list[Pair]:
    """The given consents that a withdrawal closes, in order. None: all purposes, every touchpoint."""
    wanted = None if purposes is None else frozenset(purposes)
    return sorted(
        (place, purpose)
        for (place, purpose), kind in state.items()
        if kind == "given" and (wanted is None or purpose in wanted) and touchpoint in (None, place)
    )
