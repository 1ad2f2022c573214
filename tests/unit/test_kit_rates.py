"""How often a vendor is called: rates kept in every window, headers heeded, a broken ledger never opens the gates."""

import logging
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.systems.kit.pace import LedgerDown, Pace
from troth.systems.kit.rates import Rate, exhausted, per_second, until

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RATES = st.builds(Rate, st.integers(1, 60), st.floats(0.5, 600), st.integers(0, 60))


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def paced(clock: Clock, **rates: Rate) -> Pace:
    return Pace(sleep=clock.sleep, clock=clock, rates={name.removeprefix("_"): rate for name, rate in rates.items()})


@given(RATES, st.lists(st.floats(0, 30), min_size=1, max_size=200))
def test_a_known_rate_is_kept_in_every_window(rate: Rate, gaps: list[float]) -> None:
    clock = Clock()
    pace = paced(clock, _=rate)
    made = []
    for gap in gaps:
        clock.now += gap
        clock.now += pace.turn("", patience=1e9)
        made.append(clock.now)
    for start in made:
        window = [at for at in made if start <= at < start + rate.seconds - 1e-6]
        assert len(window) <= rate.calls
    assert all(a <= b for a, b in pairwise(made))


def test_a_burst_is_let_through_and_then_the_pace_holds() -> None:
    clock = Clock()
    pace = paced(clock, _=Rate(10, 10, burst=3))
    assert [pace.turn("", 0) for _ in range(3)] == [0, 0, 0]
    assert pace.turn("", 0) == pytest.approx(10 / 8)


def test_a_turn_that_would_take_too_long_is_not_counted() -> None:
    clock = Clock()
    pace = paced(clock, _=Rate(1, 60))
    assert pace.turn("", 1) == 0
    waits = [pace.turn("", 1) for _ in range(5)]
    assert waits == [60] * 5


def test_classes_of_calls_have_a_pace_each_and_unnamed_ones_share_the_first() -> None:
    clock = Clock()
    pace = paced(clock, _=Rate(1, 60), purge=Rate(1, 3600))
    assert pace.turn("purge", 0) == 0
    assert pace.turn("", 0) == 0
    assert pace.turn("purge", 0) == 3600
    assert pace.turn("no such class", 0) == 60
    pace.hold(timedelta(hours=2), "purge")
    assert pace.turn("", 100) == 60


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30),
     ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(NOW.timestamp()) + 42)}, 42),
     ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": str((int(NOW.timestamp()) + 42) * 1000)}, 42),
     ({"ratelimit-remaining": "0", "ratelimit-reset": "7"}, 7),
     ({"ratelimit": '"default";r=0;t=12'}, 12), ({"ratelimit": '"default";r=5;t=12'}, None),
     ({"ratelimit": '"d";r=0;t=99999999999999999999'}, 86400),
     ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "999999999"}, 86400),
     ({"x-ratelimit-remaining": "0", "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT"}, 9),
     ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "30"}, None), ({"x-ratelimit-remaining": "0"}, None),
     ({"x-ratelimit-remaining": "none", "x-ratelimit-reset": "x"}, None), ({}, None)],
)  # fmt: skip
def test_headers_that_say_no_call_is_left(headers: dict[str, str], seconds: int | None) -> None:
    assert exhausted(headers, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text())
def test_a_time_in_a_header_never_fails_and_never_lies_in_the_past(text: str) -> None:
    wait = until(text, NOW)
    assert wait is None or wait >= timedelta(0)


def test_a_reply_that_leaves_no_call_is_heeded() -> None:
    clock = Clock()
    pace = paced(clock)
    pace.heed({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, NOW)
    assert pace.turn("", 0) == 30
    clock.now += 31
    assert pace.turn("", 0) == 0


class Broken:
    """A ledger whose database is gone."""

    def take(self, key: str, calls: int, rate: Rate, patience: float) -> float:
        raise LedgerDown("OperationalError")

    def held(self, key: str) -> float:
        raise LedgerDown("OperationalError")

    def hold(self, key: str, seconds: float) -> None:
        raise LedgerDown("OperationalError")

    def release(self, account: str) -> None:
        raise LedgerDown("OperationalError")


def test_without_the_ledger_a_known_rate_is_kept_at_a_quarter_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    pace = paced(clock, _=Rate(10, 10, burst=1))
    pace.share(Broken(), "crm@1")
    with caplog.at_level(logging.WARNING, "troth.systems"):
        assert pace.turn("", 0) == 0
        assert pace.turn("", 0) == 4
        assert pace.turn("", 0) == 4
    assert caplog.text.count("cannot agree on its pace") == 1


class Shared:
    """A ledger in memory, in the time of a clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.until, self.asked = clock, 0.0, 0

    def take(self, key: str, calls: int, rate: Rate, patience: float) -> float:
        return self.held(key)

    def held(self, key: str) -> float:
        self.asked += 1
        return max(0.0, self.until - self.clock.now)

    def hold(self, key: str, seconds: float) -> None:
        self.until = max(self.until, self.clock.now + seconds)

    def release(self, account: str) -> None:
        self.until = 0.0


@pytest.mark.parametrize("rates", [{}, {"": Rate(100, 1)}])
def test_who_was_told_to_wait_notices_when_another_lifts_it(rates: dict[str, Rate]) -> None:
    clock = Clock()
    ledger = Shared(clock)
    worker, console = (Pace(clock=lambda: clock.now, rates=rates) for _ in range(2))
    for pace in (worker, console):
        pace.share(ledger, "crm@1")
    worker.hold(timedelta(hours=1))
    assert console.left() == timedelta(hours=1)
    clock.now += 2
    before = ledger.asked
    assert {worker.turn("", 3) for _ in range(100)} == {3598}
    assert ledger.asked <= before + 1, "who waits does not ask all the time"
    console.resume()
    assert not console.left()
    clock.now += 2
    assert worker.turn("", 3) == 0


def test_a_hold_the_ledger_never_heard_of_is_not_lifted_by_its_silence() -> None:
    clock = Clock()
    pace = Pace(clock=lambda: clock.now)
    pace.share(Broken(), "crm@1")
    pace.hold(timedelta(hours=1))
    pace.share(Shared(clock), "crm@1")
    clock.now += 10
    assert pace.turn("", 3) == 3590


def test_without_the_ledger_the_vendors_word_still_holds_here() -> None:
    clock = Clock()
    pace = paced(clock)
    pace.share(Broken(), "crm@1")
    assert pace.turn("", 0) == 0
    pace.hold(timedelta(seconds=30))
    assert pace.turn("", 3) == 30
    pace.resume()
    assert pace.turn("", 3) == 0


class Counting:
    """A ledger that lets all through and counts the questions."""

    def __init__(self) -> None:
        self.asked = 0

    def take(self, key: str, calls: int, rate: Rate, patience: float) -> float:
        self.asked += 1
        return 0.0

    def held(self, key: str) -> float:
        self.asked += 1
        return 0.0

    def hold(self, key: str, seconds: float) -> None: ...

    def release(self, account: str) -> None: ...


@pytest.mark.parametrize(("rates", "most"), [({}, 2), ({"_": Rate(20_000, 1)}, 11)])
def test_ten_thousand_calls_a_second_ask_the_ledger_a_few_times(rates: dict[str, Rate], most: int) -> None:
    clock, ledger = Clock(), Counting()
    pace = paced(clock, **rates)
    pace.share(ledger, "crm@1")
    for _ in range(10_000):
        clock.now += 0.0001
        assert pace.turn("", 0) == 0
    assert ledger.asked <= most


@pytest.mark.parametrize("calls", [0.01, 0.3, 1, 2.5, 1000])
def test_calls_a_second_are_kept_below_one_too(calls: float) -> None:
    rate = per_second(calls)
    assert rate.calls / rate.seconds == pytest.approx(calls)


def test_a_rate_that_is_none_is_refused() -> None:
    for calls, seconds in ((0, 1), (1, 0), (1, -1)):
        with pytest.raises(ValueError, match="at least one call"):
            Rate(calls, seconds)
