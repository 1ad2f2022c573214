"""Plays the steps in order, and says of each what was seen."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from troth.demo.story import answer, collect, keep, prove
from troth.demo.story.stage import Stage, Wrong

STEPS: dict[str, Callable[[Stage], Any]] = {
    "publish": collect.publish,
    "demo-request": collect.demo_request,
    "delivered": collect.delivered,
    "undeclared-refused": collect.undeclared_refused,
    "consent-withdrawn": collect.consent_withdrawn,
    "access": answer.access,
    "erasure": answer.erasure,
    "account-deletion": answer.account_deletion,
    "sweep": keep.sweep,
    "verify-clean": keep.verify_clean,
    "planted": keep.planted,
    "evidence": prove.evidence,
}
"""Name → step. A step returns what it saw, or raises: then it is not ok."""


@dataclass(frozen=True)
class Seen:
    """How a step went. `took_s`: seconds. `shows`: what was seen, or what was expected and found instead."""

    step: str
    ok: bool
    took_s: float
    shows: Any

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def play(stage: Stage) -> Iterator[Seen]:
    """Play every step, also after one that went wrong: most of them can still be judged."""
    for name, step in STEPS.items():
        started = time.monotonic()
        ok, shows = _seen(step, stage)
        yield Seen(name, ok, round(time.monotonic() - started, 2), shows)


def _seen(step: Callable[[Stage], Any], stage: Stage) -> tuple[bool, Any]:
    try:
        return True, step(stage)
    except Wrong as wrong:
        return False, {"expected": wrong.expected, "found": wrong.found}
    except Exception as problem:  # whatever it is, the others are still played
        what = "; ".join((step.__doc__ or "").split("\n")[:1])
        return False, {"expected": what, "found": f"{type(problem).__name__}: {problem}"[:500]}
