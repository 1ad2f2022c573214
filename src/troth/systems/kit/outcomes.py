"""What a verb answers. `SystemProblem` is the other way out: the system could not be asked, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

Consequence = Literal["retry", "wait", "stop", "fix settings"]


@dataclass(frozen=True)
class Expires:
    """The system offers no erasure of this, but deletes it by itself: `on` says when, `setting` what proves it."""

    on: str
    setting: str


@dataclass(frozen=True)
class NotOffered:
    """The system cannot do this. `source` says how we know, `manual_steps` what a person can do instead."""

    reason: str
    source: str
    manual_steps: str


@dataclass(frozen=True)
class Done:
    """The system did it, now. `evidence` holds ids, counts and codes, never personal values.

    `remains`: parts of the system that the act does not reach, each with what becomes of it (a log that expires, a
    report that must be cleared by hand). Empty: nothing is left.
    """

    evidence: Mapping[str, Any] = field(default_factory=dict)
    remains: tuple[Expires | NotOffered, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True, repr=False)
class Finding:
    """One thing a system holds about a person: a vendor object, a table row, a file.

    `kind` names it in the system's own words, `id` is the system's own id, `values` the fields it holds,
    `items` which data item of the policy a field is (field name → item id), where that is declared. `goes`: by what it
    goes, where erasure does not reach it (a log event).
    """

    kind: str
    id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    goes: Expires | None = None

    def __repr__(self) -> str:
        return f"Finding(kind={self.kind!r}, fields={len(self.values)})"


@dataclass(frozen=True)
class Found(Done):
    """The answer of `find`: all findings, complete; none means the system holds nothing under these identifiers."""

    findings: tuple[Finding, ...] = ()

    @property
    def left(self) -> tuple[Finding, ...]:
        """What should not be there after an erasure: all but what goes by itself."""
        return tuple(finding for finding in self.findings if finding.goes is None)

    @property
    def unseen(self) -> tuple[NotOffered, ...]:
        """Parts that could not be looked into: nothing found is no absence there."""
        return tuple(part for part in self.remains if isinstance(part, NotOffered))


@dataclass(frozen=True)
class Pending:
    """Begun, not finished. Ask `check(token)` again after `check_after`. The token holds no personal values."""

    token: str
    check_after: timedelta


Outcome = Done | Found | Pending | Expires | NotOffered


class SystemProblem(Exception):
    """The system could not be asked, or refused. The message names system, act and next step, never a person.

    consequence: `retry` (try again soon), `wait` (not before `retry_after`), `stop` (trying again cannot help),
    `fix settings` (a person must change credentials, permissions or configuration first).
    """

    def __init__(self, message: str, *, consequence: Consequence, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.consequence: Consequence = consequence
        self.retry_after = retry_after
