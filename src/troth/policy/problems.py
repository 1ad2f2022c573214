"""A problem with a policy, as a value; `render` turns problems into text or JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from troth.policy.model import AcceptedGap
    from troth.policy.places import Place

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    `where` is the dotted path of the part concerned (`touchpoints.newsletter.rows.0`), empty for a whole file.
    `accepted` is the gap under which someone accepts it: then it is shown and counted, and stops nothing. `article` is
    the legal rule behind it, where there is one.
    """

    code: str
    severity: Severity
    message: str
    place: Place | None = None
    where: str = ""
    help: str | None = None
    accepted: AcceptedGap | None = None
    article: str | None = None

    @property
    def stops(self) -> bool:
        """True if the policy cannot be published with it."""
        return self.severity == "error" and self.accepted is None


class PolicyError(Exception):
    """A policy that cannot be used; `problems` holds everything found, warnings included."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        stopping = [p for p in self.problems if p.stops]
        first = f": {stopping[0].code} {stopping[0].message}" if stopping else ""
        super().__init__(f"{len(stopping)} error{'' if len(stopping) == 1 else 's'} in the policy{first}")


class Unreadable(Exception):
    """The files could not be read, so nothing can be said about the policy."""


MANY = 2_000
"""Names, or problems, among which we do not guess: each guess compares with every name."""


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name closest to one that is not; None if none is close, or there are too many to compare."""
    names = list(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6) if len(names) <= MANY else []
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """``did you mean `x`?`` for the closest known name; None if there is none."""
    close = closest(name, known)
    return f"did you mean `{close}`?" if close else None


_YAML = {"True": "true", "False": "false", "None": "null"}


def shown(value: object, limit: int = 60) -> str:
    """The user's own word in backticks, cut where it is long."""
    text = value if isinstance(value, str) else _YAML.get(repr(value), str(value))
    flat = " ".join(text.split())
    return f"`{flat if len(flat) <= limit else flat[: limit - 1] + '…'}`"
