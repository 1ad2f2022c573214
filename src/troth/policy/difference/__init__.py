"""What changed between two compiled policies, how much it matters, and whom it concerns. Pure."""

from troth.policy.difference.compare import differences
from troth.policy.difference.kinds import KINDS, Kind
from troth.policy.difference.say import class_means, class_name, concerned, law, say, why
from troth.policy.difference.values import WEIGHT, Change, Class

__all__ = [
    "KINDS",
    "WEIGHT",
    "Change",
    "Class",
    "Kind",
    "class_means",
    "class_name",
    "concerned",
    "differences",
    "law",
    "say",
    "why",
]
