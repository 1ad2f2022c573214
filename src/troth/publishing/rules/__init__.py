"""What publishing a policy would do, decided on values: effects, plan, what stands against it, letters. Pure."""

from troth.publishing.rules.allowed import LIMIT, Backwards, Obstacle, TooLarge, TooSoon, obstacles
from troth.publishing.rules.effects import Effects, effects
from troth.publishing.rules.plan import (
    Base,
    KeepsOlder,
    LapseConsents,
    Overretained,
    Plan,
    Publish,
    StaffTask,
    Stage,
    StopFlow,
    TellPeople,
    Told,
)
from troth.publishing.rules.stages import Counts, FlowNumbers, first, plan
from troth.publishing.rules.stored import restore, store

__all__ = [
    "LIMIT",
    "Backwards",
    "Base",
    "Counts",
    "Effects",
    "FlowNumbers",
    "KeepsOlder",
    "LapseConsents",
    "Obstacle",
    "Overretained",
    "Plan",
    "Publish",
    "StaffTask",
    "Stage",
    "StopFlow",
    "TellPeople",
    "Told",
    "TooLarge",
    "TooSoon",
    "effects",
    "first",
    "obstacles",
    "plan",
    "restore",
    "store",
]
