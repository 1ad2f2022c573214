"""Whether a system answers: the smallest call that needs its address and credentials, in words."""

from dataclasses import dataclass
from time import perf_counter

from troth.systems.kit.base import System
from troth.systems.kit.outcomes import Done, Outcome, SystemProblem


@dataclass(frozen=True)
class Tested:
    """What a test call found: words and a tone."""

    name: str
    tone: str
    outcome: str
    found: str
    ms: int


def tried(system: System) -> Tested:
    """A call of the connector's test, in words."""
    begun = perf_counter()
    try:
        tone, word, found = _read(_asked(system))
    except SystemProblem as problem:
        tone, word, found = "bad", "failed", f"{problem} (what helps: {problem.consequence})"
    return Tested(system.name, tone, word, found, round((perf_counter() - begun) * 1000))


def _asked(system: System) -> Outcome:
    """What the connector's own test answers; where it has none, how old the oldest thing is."""
    try:
        return system.test()
    except NotImplementedError:
        return system.oldest()


def _read(outcome: Outcome) -> tuple[str, str, str]:
    if not isinstance(outcome, Done):
        return "open", "could not tell", f"it answered {type(outcome).__name__.lower()}"
    unsure = sum(outcome.evidence.get("could_not_tell", {}).values())
    if unsure:
        return "open", "could not tell", f"{unsure} files do not show how old they are"
    return "good", "it answers", _said(outcome)


def _said(outcome: Done) -> str:
    if account := outcome.evidence.get("account"):
        return f"as {account}"
    if oldest := outcome.evidence.get("oldest"):
        return f"the oldest thing there is from {str(oldest)[:10]}"
    return ""
