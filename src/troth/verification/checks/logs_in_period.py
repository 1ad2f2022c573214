"""The oldest line of each log class and the oldest recording are within their period."""

from collections.abc import Iterator
from datetime import datetime

from troth.policy import plain
from troth.policy.model import Policy
from troth.retention import queries as kept
from troth.retention import rules as retention
from troth.systems.files.ages import CouldNotTell
from troth.systems.files.system import FilesSystem
from troth.systems.kit.outcomes import SystemProblem
from troth.verification.rules import Result
from troth.verification.world import World, untold

ID = "logs-in-period"


def check(world: World) -> Iterator[Result]:
    """One result a class of every files system, and one for each period of logs that no connected system covers."""
    seen = set()
    for system in world.systems.files():
        for name, spec in system.classes.items():
            seen.add(spec.rule)
            yield _class(world, system, name)
    for rule in sorted(_promised(world.version.policy) - seen):
        expected, where = _expected(world.version.policy, rule), f"retention.{rule}"
        yield untold(ID, rule, expected, where, "no files system in the systems file keeps anything under this rule")


def _promised(policy: Policy) -> set[str]:
    """Rules with a period that touchpoints of logs or recordings name."""
    used = {
        entry.rule
        for touchpoint in policy.touchpoints.values()
        if {"logs", "recording"} & set(touchpoint.channels)
        for row in touchpoint.rows
        for entry in row.retention
    }
    return {rule for rule in used if policy.retention[rule].period and policy.retention[rule].after == "recorded"}


def _class(world: World, system: FilesSystem, name: str) -> Result:
    rule = system.classes[name].rule or ""
    subject, where = f"{system.title}: {name}", f"retention.{rule}"
    try:
        held = kept.reigns(world.now) or ((world.version.policy, world.now, world.now),)
        cutoff = retention.kept_cutoff(held, rule, world.now)
    except KeyError:
        said = f"the class names no retention rule of the policy: `{rule}`" if rule else "the class names no rule"
        return untold(ID, subject, "a retention rule with a period", where, said)
    except retention.NoPeriod as problem:
        return untold(ID, subject, "a retention rule with a period", where, str(problem))
    expected = _nothing_older(cutoff.period)
    try:
        oldest = system.oldest(name, thorough=True)
    except (SystemProblem, OSError) as problem:
        return untold(ID, subject, expected, where, problem)
    known = oldest.oldest if isinstance(oldest, CouldNotTell) else oldest
    if isinstance(oldest, CouldNotTell) and (known is None or known >= cutoff.before):
        return untold(ID, subject, expected, where, oldest.reason)
    return _judged(world, subject, cutoff, known)


def _judged(world: World, subject: str, cutoff: retention.Cutoff, oldest: datetime | None) -> Result:
    expected, where = _nothing_older(cutoff.period), f"retention.{cutoff.rule}"
    if oldest is None:
        return Result(ID, subject, "kept", expected, "nothing is stored", where)
    age = (world.now - oldest).days
    found = f"the oldest is from {plain.day(oldest)}, {age} days ago"
    if oldest < cutoff.before:
        return Result(
            ID, subject, "broken", expected, found, where, "run `troth sweep`", {"oldest": oldest.isoformat()}
        )
    return Result(ID, subject, "kept", expected, found, where, "", {"oldest": oldest.isoformat()})


def _expected(policy: Policy, rule: str) -> str:
    return _nothing_older(policy.retention[rule].period or "")


def _nothing_older(period: str) -> str:
    return f"nothing older than {plain.period(period)}"
