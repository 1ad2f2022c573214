"""The one door for acts: plan a change of policy, publish it, tell people, do what follows on its day."""

from troth.publishing.services.agree import agree
from troth.publishing.services.effect import take_effect
from troth.publishing.services.follow import follow
from troth.publishing.services.publish import (
    AlreadyPublished,
    Hindered,
    PlanNeeded,
    Published,
    StalePlan,
    hindrances,
    plan,
    publish,
)
from troth.publishing.services.tell import tell

__all__ = [
    "AlreadyPublished",
    "Hindered",
    "PlanNeeded",
    "Published",
    "StalePlan",
    "agree",
    "follow",
    "hindrances",
    "plan",
    "publish",
    "take_effect",
    "tell",
]
