"""The state machine of requests: no way around identity, nothing answered twice, every phase in its turn."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from troth.requests import rules
from troth.requests.kinds import KINDS

STATES = list(rules.MOVES)
SETTLED = sorted(rules.SETTLED)
kinds = st.sampled_from(sorted(KINDS))


@given(st.lists(st.sampled_from(STATES), max_size=12))
def test_no_walk_reaches_work_without_identity_nor_answers_twice(wanted: list[str]) -> None:
    state, walk = "identity", ["identity"]
    for to in wanted:
        try:
            state = rules.move(state, to)
        except rules.WrongMove:
            continue
        walk.append(state)
    assert walk.count("answered") <= 1
    assert walk.count("running") <= 1
    if "answered" in walk:
        assert walk[: walk.index("answered")] == ["identity", "running"]
    if "closed" in walk:
        assert walk.index("closed") == len(walk) - 1


@given(kinds, st.dictionaries(st.sampled_from(["find", "close", "erase", "erase-vault", "absent", "delete-account"]),
       st.lists(st.sampled_from([*SETTLED, *sorted(rules.AT_WORK)]), max_size=4)))  # fmt: skip
def test_a_phase_begins_only_when_all_before_it_are_settled(kind: str, states: dict[str, list[str]]) -> None:
    phase = rules.next_phase(kind, states)
    phases = KINDS[kind].phases
    if phase is None:
        at_work = any(step in rules.AT_WORK for p in phases for step in states.get(p, ()))
        assert at_work or rules.finished(kind, states)
        return
    assert not states.get(phase)
    for before in phases[: phases.index(phase)]:  # type: ignore[arg-type]
        assert states[before]
        assert set(states[before]) <= rules.SETTLED
    assert not rules.finished(kind, states)


class Work(RuleBasedStateMachine):
    """Steps of a request end in any order, with any outcome; the work always comes to its end, in its order."""

    @initialize(kind=kinds)
    def begin(self, kind: str) -> None:
        self.kind = kind
        self.states: dict[str, list[str]] = {}
        self.order: list[str] = []

    @precondition(lambda self: rules.next_phase(self.kind, self.states) is not None)
    @rule(systems=st.integers(1, 4))
    def start(self, systems: int) -> None:
        phase = rules.next_phase(self.kind, self.states)
        assert phase is not None
        assert phase not in self.states
        self.states[phase] = ["queued"] * systems
        self.order.append(phase)

    @precondition(lambda self: any(s in rules.AT_WORK for steps in self.states.values() for s in steps))
    @rule(outcome=st.sampled_from([*SETTLED, "pending"]), data=st.data())
    def settle(self, outcome: str, data: st.DataObject) -> None:
        phase = self.order[-1]
        open_ones = [n for n, state in enumerate(self.states[phase]) if state in rules.AT_WORK]
        self.states[phase][data.draw(st.sampled_from(open_ones))] = outcome

    @precondition(lambda self: rules.finished(self.kind, self.states))
    @rule()
    def answer(self) -> None:
        assert set(self.states) == set(KINDS[self.kind].phases)

    @invariant()
    def phases_come_in_order_and_one_at_a_time(self) -> None:
        assert tuple(self.order) == KINDS[self.kind].phases[: len(self.order)]
        for phase in self.order[:-1]:
            assert set(self.states[phase]) <= rules.SETTLED
        if rules.finished(self.kind, self.states):
            assert rules.next_phase(self.kind, self.states) is None


TestWork = Work.TestCase
