"""What a connector does, verb by verb, read from its class, or a system as it is set up: for the console, the docs and
the command line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from troth.systems.kit.base import VERBS, System
from troth.systems.kit.outcomes import Expires, NotOffered

Offered = Literal["yes", "expires", "no"]
SAYS: Mapping[str, str] = {
    "find": "find a person",
    "erase": "erase a person",
    "rectify": "correct a person's data",
    "suppress": "stop marketing to a person",
    "deliver": "take records",
    "oldest": "say how old the oldest thing is",
}
"""Verb → what it is, after "this system can …"."""


@dataclass(frozen=True)
class Capability:
    """One verb of a connector.

    `offered`: `yes`, `expires` (the system does not do it, but what it holds goes by itself) or `no`. `reason` says
    why not, or when it goes; `source` how we know, or which setting proves it; `manual` what a person can do instead;
    `limits` what a verb that is offered does not reach. Texts that do not apply are empty.
    """

    verb: str
    offered: Offered
    says: str
    reason: str = ""
    source: str = ""
    manual: str = ""
    limits: str = ""


def capabilities(connector: type[System] | System) -> tuple[Capability, ...]:
    """The six verbs of a connector's class, or of one system, in the order people read them. Asks no system."""
    kind, instead = (
        (type(connector), connector.instead()) if isinstance(connector, System) else (connector, connector.INSTEAD)
    )
    return tuple(_capability(kind, verb, instead.get(verb)) for verb in VERBS)


def _capability(connector: type[System], verb: str, instead: NotOffered | Expires | None) -> Capability:
    says = SAYS[verb]
    match instead:
        case NotOffered(reason, source, manual):
            return Capability(verb, "no", says, reason, source, manual)
        case Expires(on, setting):
            return Capability(verb, "expires", says, on, setting)
    if getattr(connector, verb) is getattr(System, verb):
        return Capability(verb, "no", says, "the connector does not have it", connector.__module__, "do it by hand")
    return Capability(verb, "yes", says, limits=connector.LIMITS.get(verb, ""))
