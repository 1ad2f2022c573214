"""May this happen to data of an older version? What was promised for it then, and what the policy in force allows.

Pure. Data keeps the promises of the version it was collected under. A policy changes, and two things follow:

- *Keeping* (the purpose `STORE`) is decided by the data's own version alone: it is what the person was told.
- *Use and sharing* need both versions. What its own version never allowed stays forbidden (a recipient added later
  gets nothing of it), and what the version in force has given up has stopped (a recipient removed gets nothing more).

So the answer is never wider than either version. Why: docs/explanation/old-promises.md.
"""

from datetime import datetime

from troth.policy.decision import STORE, Decision, PersonState
from troth.policy.model import Policy
from troth.policy.needs import needed
from troth.policy.permits import permits as one

__all__ = ["may_go", "permits", "sooner"]


def permits(
    own: Policy,
    in_force: Policy,
    *,
    touchpoint: str,
    items: frozenset[str],
    purpose: str,
    recipient: str | None = None,
    person: PersonState,
    at: datetime,
) -> Decision:
    """As `troth.policy.permits.permits`, of data collected under `own` while `in_force` holds.

    The denial of the data's own version is told before that of the version in force. Raises nothing of its own.
    """

    def ask(policy: Policy) -> Decision:
        return one(
            policy, touchpoint=touchpoint, items=items, purpose=purpose, recipient=recipient, person=person, at=at
        )

    promised = ask(own)
    if own is in_force or purpose == STORE or not promised.allowed:
        return promised
    today = ask(in_force)
    return promised if today.allowed else today


def may_go(in_force: Policy, touchpoint: str, row: str, recipient: str) -> frozenset[str] | None:
    """The items of a touchpoint that the version in force lets go to a recipient; None if it names no such recipient.

    Those of the row of the same name if that one names the recipient, else of any row of the touchpoint that does: a
    row may have been renamed, split or merged since.
    """
    found = in_force.touchpoints.get(touchpoint)
    receiving = [(r, to) for r in (found.rows if found else ()) for to in r.receivers if to.recipient == recipient]
    same = [(r, to) for r, to in receiving if r.id == row] or receiving
    if not same:
        return None
    return frozenset().union(*(needed(in_force, r, to) for r, to in same))


def sooner(own: datetime | None, in_force: datetime | None) -> datetime | None:
    """The earlier of two due days, None for no day known: a stricter promise helps old data, a weaker one does not."""
    known = [day for day in (own, in_force) if day is not None]
    return min(known, default=None)
