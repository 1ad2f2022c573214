"""A plan: what publishing a policy does, as a frozen value with a digest that a person approves."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

import rfc8785

from troth.policy.difference.values import Change
from troth.publishing.rules.stored import store

VOLATILE = ("waiting", "sent_lately", "told")
"""Numbers that move by themselves while deliveries leave. They inform; nobody approves them, and no digest covers
them."""


@dataclass(frozen=True)
class Publish:
    """The policy becomes version `number`, in force from `effective`."""

    number: int
    effective: date


@dataclass(frozen=True)
class Told:
    """A change people are told of, and how many it concerns."""

    kind: str
    where: str
    people: int


@dataclass(frozen=True)
class TellPeople:
    """Letters before it takes effect: `people` concerned, each told once; `by_hand` of them have no mail address."""

    people: int
    by_mail: int
    by_hand: int
    changes: tuple[Told, ...]


@dataclass(frozen=True)
class LapseConsents:
    """Consents that end on the day: the new policy asks for more than was agreed to."""

    touchpoint: str
    purpose: str
    consents: int


@dataclass(frozen=True)
class StopFlow:
    """A recipient that gets nothing of a row any more. `waiting`: deliveries that wait now; `sent_lately`: of the last
    30 days; `told`: people whose data it got."""

    touchpoint: str
    row: str
    recipient: str
    waiting: int
    sent_lately: int
    told: int


@dataclass(frozen=True)
class Overretained:
    """Records of a row that get an earlier day; the first sweep after the day erases something of `erased` of them."""

    touchpoint: str
    row: str
    records: int
    erased: int


@dataclass(frozen=True)
class KeepsOlder:
    """Records of a version that keep an older promise where the new one is weaker."""

    version: int
    touchpoint: str
    row: str
    records: int


@dataclass(frozen=True)
class StaffTask:
    """Work for staff: `tell` people without a mail address, or have a `recipient` `return` what it got."""

    kind: str
    recipient: str
    people: int


Stage = Publish | TellPeople | LapseConsents | StopFlow | Overretained | KeepsOlder | StaffTask
"""INVARIANT: closed. Whoever explains or applies a plan matches on all of them."""


@dataclass(frozen=True)
class Base:
    """The version a plan starts from."""

    number: int
    digest: str
    effective: date


@dataclass(frozen=True)
class Plan:
    """What publishing does. `base`: None for the first version. `policy`: digest of the new policy."""

    base: Base | None
    policy: str
    effective: date
    changes: tuple[Change, ...]
    stages: tuple[Stage, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical form (RFC 8785) of everything a person approves: both policies, the day, the
        changes with their classes, the stages with their counts."""
        approved = {
            "base": self.base.digest if self.base else None,
            "policy": self.policy,
            "effective": self.effective.isoformat(),
            "changes": [[change.kind, change.where, *change.classes] for change in self.changes],
            "stages": [approved_of(stage) for stage in self.stages if not follows(stage)],
        }
        return hashlib.sha256(rfc8785.dumps(approved)).hexdigest()

    @property
    def number(self) -> int:
        return (self.base.number if self.base else 0) + 1

    @property
    def people(self) -> int:
        """People who are told."""
        return sum(stage.people for stage in self.stages if isinstance(stage, TellPeople))

    @property
    def consents(self) -> int:
        """Consents that end."""
        return sum(stage.consents for stage in self.stages if isinstance(stage, LapseConsents))

    @property
    def erased(self) -> int:
        """Records of which the next sweep erases something it would not have erased."""
        return sum(stage.erased for stage in self.stages if isinstance(stage, Overretained))

    @property
    def total(self) -> int:
        """What the limit is compared with."""
        return self.people + self.consents + self.erased

    def as_json(self) -> dict[str, Any]:
        """As plain data, every number included."""
        return {
            "digest": self.digest,
            "base": {"number": self.base.number, "digest": self.base.digest} if self.base else None,
            "number": self.number,
            "policy": self.policy,
            "effective": self.effective.isoformat(),
            "people": self.people,
            "consents": self.consents,
            "erased": self.erased,
            "total": self.total,
            "changes": store(self.changes),
            "stages": [{"stage": _name(stage), **plain(stage)} for stage in self.stages],
        }


def plain(stage: Stage) -> dict[str, Any]:
    """A stage as plain data."""
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(stage).items()}


def follows(stage: Stage) -> bool:
    """Whether a stage follows from others and from deliveries as they stand: having data returned."""
    return isinstance(stage, StaffTask) and stage.kind == "return"


def approved_of(stage: Stage) -> dict[str, Any]:
    """What of a stage the plan's digest covers."""
    return {"stage": _name(stage)} | {key: value for key, value in plain(stage).items() if key not in VOLATILE}


def _name(stage: Stage) -> str:
    return {
        Publish: "publish",
        TellPeople: "tell people",
        LapseConsents: "lapse consents",
        StopFlow: "stop flow",
        Overretained: "shorten",
        KeepsOlder: "keeps older",
        StaffTask: "staff task",
    }[type(stage)]
