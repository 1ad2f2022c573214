"""A measured number, and the floor it stands beside."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any


@dataclass(frozen=True)
class Size:
    """How much to measure: 1 for a claim, less for a look. Counts never fall under what a median needs."""

    scale: float = 1.0

    def of(self, full: int, least: int = 1) -> int:
        """`full`, scaled, but never under `least`."""
        return max(least, round(full * self.scale))


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `floor`: what the bare work costs, in the same unit and run; `target`: where one is set.

    A unit that ends in `/s` is better when higher, every other one when lower.
    """

    figure: str
    value: float
    unit: str
    floor: float
    floor_is: str
    target: float | None = None
    note: str = ""

    @property
    def higher_is_better(self) -> bool:
        return self.unit.endswith("/s")

    @property
    def ratio(self) -> float | None:
        """How many times the floor's cost ours is: 1 is as cheap as can be, whatever the unit."""
        over, under = (self.floor, self.value) if self.higher_is_better else (self.value, self.floor)
        return over / under if under else None

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.higher_is_better else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        ratio = None if self.ratio is None else _short(self.ratio)
        numbers = {"value": _short(self.value), "unit": self.unit, "floor": _short(self.floor), "ratio": ratio}
        told = {"floor_is": self.floor_is, "target": self.target, "met": self.met, "note": self.note}
        return {"figure": self.figure, **numbers, **told}


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def seconds(act: Callable[[], Any]) -> float:
    """How long `act` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def in_turns(ours: Callable[[int], Any], floor: Callable[[int], Any], rounds: int) -> tuple[float, float]:
    """Median seconds of ours and of the floor, taken in turns so that both meet the same machine."""
    times = [(seconds(partial(ours, turn)), seconds(partial(floor, turn))) for turn in range(rounds)]
    return statistics.median(one for one, _ in times), statistics.median(two for _, two in times)
