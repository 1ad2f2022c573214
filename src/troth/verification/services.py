"""The room's one door for acts: run the promise checks."""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import NoReturn

from django.db import transaction

from troth.evidence import services as evidence
from troth.evidence.entry import JSON
from troth.policy.mechanisms import CHECKS
from troth.systems import services as systems
from troth.systems.kit.outcomes import SystemProblem
from troth.systems.registry import Registry
from troth.verification import models
from troth.verification.checks import every
from troth.verification.rules import Result, Run, worst_first
from troth.verification.world import Check, World, untold
from troth.versions import queries as versions

log = logging.getLogger(__name__)


class NothingPublished(RuntimeError):
    """No policy is published: there is no promise to check."""


class UnknownCheck(LookupError):
    """No check has this name."""


def run(now: datetime, *, only: Collection[str] = ()) -> Run:
    """Run all checks, or `only` those named, and keep the result with its evidence.

    A check that fails by itself counts as *could not tell*. Raises NothingPublished, UnknownCheck.
    """
    version = versions.current(now)
    if version is None:
        raise NothingPublished("no policy is published: run `troth publish DIR` first")
    unknown = sorted(set(only) - set(every()))
    if unknown:
        raise UnknownCheck(f"no check is called {', '.join(unknown)}; there are {', '.join(every())}")
    world = World(now, version, _systems())
    results = [
        result for name, check in every().items() if not only or name in only for result in _run(name, check, world)
    ]
    done = Run(now, version.number, worst_first(results))
    _keep(done)
    return done


def _systems() -> Registry:
    try:
        return systems.registry()
    except SystemProblem as problem:
        return _Unreadable(problem)


class _Unreadable(Registry):
    """Stands for a systems file that cannot be read: whoever asks it cannot tell, the other checks go on."""

    def __init__(self, problem: SystemProblem) -> None:
        super().__init__({}, {})
        self._problem = problem

    def all(self) -> NoReturn:
        raise self._problem

    def _of(self, _connector: str) -> NoReturn:
        raise self._problem


def _run(name: str, check: Check, world: World) -> list[Result]:
    try:
        return list(check(world))
    except Exception as problem:  # a check must never hide the others
        log.error("promise check %s failed: %s", name, type(problem).__name__)  # noqa: TRY400  a trace may hold values
        return [untold(name, "the check itself", CHECKS[name], "", problem)]


@transaction.atomic
def _keep(done: Run) -> None:
    models.Run.objects.create(at=done.at, version=done.version, report=done.as_json())
    facts: dict[str, JSON] = {outcome.replace(" ", "_"): number for outcome, number in done.counts.items()}
    facts |= {"version": done.version}
    facts |= {"checks_broken": tuple(sorted({r.check for r in done.results if r.outcome == "broken"}))}
    evidence.append("verify.run", facts=facts, at=done.at)
