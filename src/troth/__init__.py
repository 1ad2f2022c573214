"""Troth: a privacy policy that runs.

In code: `from troth import PersonState, load_policy`, then `load_policy(folder).permits(...)`. Needs no Django.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from troth.policy.decision import Decision, PersonState
    from troth.policy.load import load_policy
    from troth.policy.model import Policy
    from troth.policy.problems import PolicyError, Unreadable

__all__ = ["Decision", "PersonState", "Policy", "PolicyError", "Unreadable", "load_policy"]

_HOME = {
    "Decision": "troth.policy.decision",
    "PersonState": "troth.policy.decision",
    "Policy": "troth.policy.model",
    "PolicyError": "troth.policy.problems",
    "Unreadable": "troth.policy.problems",
    "load_policy": "troth.policy.load",
}


def __getattr__(name: str) -> Any:
    """Loaded when first asked for: every command imports this package, few need the models."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
