"""The fold equals the last decision, whatever the events."""

from dataclasses import dataclass
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from troth.consent.rules import EventKind, fold, to_withdraw


@dataclass(frozen=True)
class Told:
    kind: EventKind
    touchpoint: str
    purpose: str

    @property
    def pair(self) -> tuple[str, str]:
        return self.touchpoint, self.purpose


EVENTS = st.lists(
    st.builds(Told, st.sampled_from(get_args(EventKind)), st.sampled_from("tu"), st.sampled_from("pqr")), max_size=30
)


@given(EVENTS)
def test_the_last_decision_counts(events: list[Told]) -> None:
    state = fold(events)
    assert state.keys() == {event.pair for event in events}
    for pair, kind in state.items():
        decisions = [event.kind for event in events if event.pair == pair and event.kind != "shown"]
        assert kind == (decisions[-1] if decisions else "shown")


@given(EVENTS)
def test_telling_the_present_state_again_changes_nothing(events: list[Told]) -> None:
    state = fold(events)
    assert fold([*events, *(Told(kind, *pair) for pair, kind in state.items())]) == state


@given(EVENTS, st.randoms())
def test_the_order_of_unrelated_events_does_not_matter(events: list[Told], random: object) -> None:
    queues = {pair: [e for e in events if e.pair == pair] for pair in {e.pair for e in events}}
    woven = []
    while queues:
        pair = random.choice(sorted(queues))  # type: ignore[attr-defined]
        woven.append(queues[pair].pop(0))
        if not queues[pair]:
            del queues[pair]
    assert fold(woven) == fold(events)


@given(EVENTS)
def test_after_withdrawing_all_nothing_is_given(events: list[Told]) -> None:
    closed = to_withdraw(fold(events), None, None)
    after = fold([*events, *(Told("withdrawn", *pair) for pair in closed)])
    assert "given" not in after.values()
    assert to_withdraw(after, None, None) == []
