"""The oldest line of each log class and the oldest recording are within their period."""

from collections.abc import Iterator

from troth.policy.model import Policy
from troth.retention import rules as retention
from troth.systems.files.system import CouldNotTell, FilesSystem
from troth.systems.kit.outcomes import SystemProblem
from troth.verification.rules import Result
from troth.verification.world import World, untold

ID = "logs-in-period"


def check(world: World) -> Iterator[Result]:
    """One result a class of every files system."""
    for system in world.systems.files():
        for name in system.classes:
            yield _class(world, system, name)


def _class(world: World, system: FilesSystem, name: str) -> Result:
    rule = system.classes[name].rule or ""
    subject, where = f"{system.title}: {name}", f"retention.{rule}"
    try:
        cutoff = retention.cutoff(world.version.policy, rule, world.now)
    except (KeyError, retention.NoPeriod) as problem:
        return untold(ID, subject, "a retention rule with a period", where, str(problem))
    expected = _expected(world.version.policy, rule)
    try:
        oldest = system.oldest(name, thorough=True)
    except (SystemProblem, OSError) as problem:
        return untold(ID, subject, expected, where, problem)
    if isinstance(oldest, CouldNotTell):
        return untold(ID, subject, expected, where, oldest.reason)
    if oldest is None:
        return Result(ID, subject, "kept", expected, "nothing is stored", where)
    age = (world.now - oldest).days
    found = f"the oldest is from {oldest.date()}, {age} days ago"
    if oldest < cutoff.before:
        return Result(
            ID, subject, "broken", expected, found, where, "run `troth sweep`", {"oldest": oldest.isoformat()}
        )
    return Result(ID, subject, "kept", expected, found, where, "", {"oldest": oldest.isoformat()})


def _expected(policy: Policy, rule: str) -> str:
    return f"nothing older than {policy.retention[rule].period}"
