"""What particular laws want published: commitments under the Data Privacy Framework, notices for California."""

from collections.abc import Iterator
from typing import Any

from troth.policy.difference.conduct import whole
from troth.policy.difference.fields import Rule, Rules, flag, internal, members, stated, text, value
from troth.policy.difference.scene import About
from troth.policy.difference.values import Change


def _recourse(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
    """The body that hears complaints; its address is the way to it."""
    kind = "recourse-added" if was is None else "recourse-removed" if now is None else "recourse-changed"
    old, new = ([f"{side.name} ({side.url})"] if side else [] for side in (was, now))
    yield about.change(kind, name, gone=now is None, old=old, new=new)


def _promise() -> Rule:
    rule = stated("dpf-promise-added", "dpf-promise-removed", "reworded")

    def worded(about: About, name: str, was: Any, now: Any) -> Iterator[Change]:
        return rule(about.but(name=now or was, words={"part": name}), name, was, now)

    return worded


DPF: Rules = {
    "entities": members("dpf-entity-added", "dpf-entity-removed"),
    "covers": members("dpf-covers-added", "dpf-covers-removed"),
    "commitment": text,
    "list_url": value("dpf-link"),
    "certified_until": value("dpf-until"),
    "recourse": _recourse,
    "enforcement": _promise(),
    "arbitration": _promise(),
    "authorities_access": _promise(),
    "onward_liability": _promise(),
    "assumption": internal,
}

CALIFORNIA: Rules = {
    "sells_or_shares": flag("selling-on", "selling-off"),
    "opt_out": stated("opt-out-added", "opt-out-removed", "opt-out-changed"),
    "methods": members("method-added", "method-removed"),
    "equal_service": stated("equal-service-added", "equal-service-removed", "reworded"),
    "assumption": internal,
}

dpf = whole("dpf", DPF, "dpf-added", "dpf-removed")
california = whole("california", CALIFORNIA, "california-added", "california-removed")
