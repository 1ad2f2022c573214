"""What may leave, to whom, with which items: decisions as pure functions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from troth.policy.kept import may_go, permits
from troth.policy.model import Policy, Row, RowRecipient
from troth.policy.permits import PersonState

NEVER_UNLESS_NAMED = ("secret", "file", "recording")

GIVE_UP_AFTER = timedelta(hours=12)
"""How long a recipient may be out of reach before a person has to see to it. Shorter than the tasks' own patience, so
that what gives up is the delivery, visibly, and not the job behind it."""


@dataclass(frozen=True)
class Leaving:
    """What the gate lets go: `items` and the `purposes` they go for, each with the basis it relies on.

    Nothing leaves where `purposes` is empty; `code` and `reason` then say why.
    """

    items: tuple[str, ...]
    purposes: tuple[str, ...]
    bases: tuple[str, ...]
    code: str = ""
    reason: str = ""


def needed(policy: Policy, row: Row, receiver: RowRecipient) -> tuple[str, ...]:
    """The items of a row that a recipient needs: those it names, else all but secrets and files (semantics §1)."""
    if receiver.items:
        return tuple(item.item for item in row.items if item.item in receiver.items)
    return tuple(i.item for i in row.items if policy.data[i.item].kind not in NEVER_UNLESS_NAMED)


def leaving(
    policy: Policy,
    *,
    touchpoint: str,
    row: str,
    recipient: str,
    held: Collection[str],
    person: PersonState,
    at: datetime,
    in_force: Policy | None = None,
) -> Leaving:
    """Ask the gate for every purpose of the row; what it allows leaves, with only the items the recipient needs.

    `policy`: the record's own version; `in_force`: the version that holds now (None: the same), which must allow it as
    well and may let the recipient have less. `held`: the items the record has. Raises KeyError for names the record's
    own version does not know.
    """
    today = policy if in_force is None else in_force
    declared = policy.touchpoints[touchpoint].row(row)
    receiver = next((r for r in declared.receivers if r.recipient == recipient), None)
    if receiver is None:
        return Leaving((), (), (), "not-declared", "the row names no such recipient")
    still = may_go(today, touchpoint, row, recipient)
    if still is None:
        return Leaving((), (), (), "not-declared", "the policy in force names no such recipient any more")
    items = tuple(item for item in needed(policy, declared, receiver) if item in held and item in still)
    if not items:
        return Leaving((), (), (), "nothing-needed", "the record has none of the items this recipient needs")
    purposes, bases, refusal = [], [], ("", "")
    for purpose in declared.purposes:
        decision = permits(
            policy,
            today,
            touchpoint=touchpoint,
            items=frozenset(items),
            purpose=purpose.purpose,
            recipient=recipient,
            person=person,
            at=at,
        )
        if decision.allowed:
            purposes.append(purpose.purpose)
            bases.append(purpose.relies_on)
        elif not refusal[0]:
            refusal = (decision.code or "", decision.reason)
    if not purposes:
        return Leaving((), (), (), *refusal)
    return Leaving(items, tuple(purposes), tuple(bases))


def told_of(
    policies: Mapping[UUID, Policy],
    deliveries: Collection[tuple[UUID, str, str, str]],
    withdrawn: Collection[tuple[str, str]],
) -> dict[str, tuple[str, ...]]:
    """Which recipients must hear that purposes were withdrawn, and which purposes.

    `deliveries`: (version id, touchpoint, row, recipient) of everything sent or on its way. `withdrawn`: (touchpoint,
    purpose). A recipient is told when a row it received from serves a withdrawn purpose.
    """
    told: dict[str, set[str]] = {}
    closed = set(withdrawn)
    for version, touchpoint, row, recipient in deliveries:
        for purpose in policies[version].touchpoints[touchpoint].row(row).purposes:
            if (touchpoint, purpose.purpose) in closed:
                told.setdefault(recipient, set()).add(purpose.purpose)
    return {recipient: tuple(sorted(purposes)) for recipient, purposes in sorted(told.items())}


def after(consequence: str, waited: timedelta) -> str | None:
    """What a problem with a recipient means for an act asked for `waited` ago: None to try again, else the code under
    which staff take over."""
    if consequence in ("retry", "wait"):
        return "unreachable" if waited >= GIVE_UP_AFTER else None
    return consequence.replace(" ", "-")
