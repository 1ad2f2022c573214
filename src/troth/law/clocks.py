"""Statutory clocks for answering a request, as dated data; the arithmetic is in `calendar.py`."""

from dataclasses import dataclass
from datetime import date, datetime

from troth.law import calendar, places


@dataclass(frozen=True)
class Clock:
    """How long a regime gives for an answer.

    `months` or `days`, whichever is set, counts from receipt; `extension` is the whole period when extended, in the
    same unit. `rolls`: a last day that is no working day moves to the next one. `since`/`until`: days the rule is in
    force. `source`: where the rule stands.
    """

    regime: str
    months: int
    days: int
    extension: int
    rolls: bool
    since: date
    until: date | None
    source: str


CLOCKS: tuple[Clock, ...] = (
    Clock("gdpr", 1, 0, 3, True, date(2018, 5, 25), None, "GDPR Art. 12(3); Regulation 1182/71 Art. 3"),
    Clock("uk-gdpr", 1, 0, 3, True, date(2021, 1, 1), None, "UK GDPR Art. 12(3) and 12A"),
    Clock("ccpa", 0, 45, 90, False, date(2020, 1, 1), None, "Cal. Civ. Code 1798.130(a)(2); 11 CCR 7021(b)"),
)


@dataclass(frozen=True)
class Deadline:
    """`last_day`: the last day the law allows, in the place's own calendar. `target`: the earlier day we aim at."""

    last_day: date
    target: date
    clock: Clock
    steps: tuple[str, ...]


class NoClock(LookupError):
    """The regime has no clock in force on that day."""


def clock_for(regime: str, day: date) -> Clock:
    """The clock of `regime` in force on `day`. Raises NoClock."""
    for clock in CLOCKS:
        if clock.regime == regime and clock.since <= day and (clock.until is None or day <= clock.until):
            return clock
    raise NoClock(f"no answering clock is known for regime `{regime}` on {day}; known: {', '.join(regimes())}")


def regimes() -> tuple[str, ...]:
    return tuple(dict.fromkeys(clock.regime for clock in CLOCKS))


def deadline(regime: str, place: str, received: datetime, *, extended: bool = False) -> Deadline:
    """When an answer is due.

    `place`: ISO 3166 (`DE`, `DE-BY`, `US-CA`), whose holidays and local time count. `received`: aware, or naive and
    then local to the place. Raises NoClock, or `places.UnknownPlace`.
    """
    day = places.local_day(place, received)
    clock = clock_for(regime, day)
    amount = clock.extension if extended else (clock.months or clock.days)
    unit = ("month" if clock.months else "day") + ("s end" if amount != 1 else " ends")
    end = calendar.add_months(day, amount) if clock.months else calendar.add_days(day, amount)
    steps = [f"received {day}, a day that is not counted", f"{amount} {unit} on {end}"]
    if clock.rolls:
        free = places.holidays_of(place, end.year, end.year + 1)
        last = calendar.next_working_day(end, free)
        if last != end:
            steps.append(f"{end} is no working day in {place}: moves to {last}")
        end = last
    target = calendar.target_before(day, end)
    steps.append(f"target {target}: a week before the last day")
    return Deadline(end, target, clock, tuple(steps))
