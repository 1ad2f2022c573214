"""Trying again for vendors' own kits: as often as it helps, never before the vendor's time."""

from datetime import timedelta

import pytest

from troth.systems.kit.outcomes import Consequence, SystemProblem
from troth.systems.kit.pace import Pace
from troth.systems.kit.persist import ATTEMPTS, persist


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)

    def pace(self) -> Pace:
        return Pace(self.sleep, lambda: self.now)


class Vendor:
    """Fails so often, then answers."""

    def __init__(self, times: int, consequence: Consequence, after: float | None = None) -> None:
        self.left, self.calls, self.consequence = times, 0, consequence
        self.after = None if after is None else timedelta(seconds=after)

    def __call__(self) -> str:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise SystemProblem("x: find: no", consequence=self.consequence, retry_after=self.after)
        return "here"


def test_a_passing_fault_is_tried_again_with_growing_pauses() -> None:
    clock, vendor = Clock(), Vendor(3, "retry")
    assert persist(vendor, clock.pace(), 9, "x: find") == "here"
    assert vendor.calls == ATTEMPTS
    assert clock.slept == sorted(clock.slept)


@pytest.mark.parametrize("consequence", ["stop", "fix settings"])
def test_what_trying_cannot_help_is_told_at_once(consequence: Consequence) -> None:
    vendor = Vendor(1, consequence)
    with pytest.raises(SystemProblem):
        persist(vendor, Clock().pace(), 9, "x: find")
    assert vendor.calls == 1


def test_a_lasting_fault_is_told_in_the_end() -> None:
    vendor = Vendor(99, "retry")
    with pytest.raises(SystemProblem):
        persist(vendor, Clock().pace(), 9, "x: find")
    assert vendor.calls == ATTEMPTS


def test_a_short_wait_is_waited_out_and_not_twice() -> None:
    clock, vendor = Clock(), Vendor(1, "wait", 2)
    assert persist(vendor, clock.pace(), 3, "x: find") == "here"
    assert sum(clock.slept) == pytest.approx(2)


def test_a_long_wait_is_put_off_and_holds_for_all() -> None:
    clock = Clock()
    pace = clock.pace()
    with pytest.raises(SystemProblem):
        persist(Vendor(1, "wait", 60), pace, 3, "x: find")
    other = Vendor(0, "retry")
    with pytest.raises(SystemProblem, match="x: erase: it asked us to wait") as caught:
        persist(other, pace, 3, "x: erase")
    assert (caught.value.consequence, caught.value.retry_after) == ("wait", timedelta(seconds=60))
    assert (other.calls, clock.slept) == (0, [])
    clock.now = 61
    assert persist(other, pace, 3, "x: erase") == "here"


def test_without_patience_one_try_is_all() -> None:
    vendor = Vendor(1, "retry")
    with pytest.raises(SystemProblem):
        persist(vendor, Clock().pace(), 0, "x: find")
    assert vendor.calls == 1
