"""What a person had agreed to and is asked afresh, since the policy in force means more by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.collection.rules import consent_purposes, consent_text
from troth.consent import standing
from troth.policy.model import Policy, Row
from troth.versions import queries as versions
from troth.versions.values import Version


@dataclass(frozen=True)
class Ask:
    """A row of the policy in force that asks again. `text`: the exact words to agree to; `items`, `recipients`: what of
    the person, and who gets it then; `ended`: the purposes that had been agreed to, in words."""

    touchpoint: str
    row: str
    title: str
    text: str
    ended: tuple[str, ...]
    items: tuple[str, ...]
    recipients: tuple[str, ...]

    @property
    def name(self) -> str:
        """By which a form names it."""
        return f"{self.touchpoint}/{self.row}"


def asks(person_id: UUID, now: datetime) -> tuple[Version | None, tuple[Ask, ...]]:
    """The version in force, and what it asks this person afresh; nothing where it does not ask for that any more."""
    version = versions.current(now)
    ended = standing.superseded(person_id)
    if version is None or not ended:
        return version, ()
    return version, tuple(_asks(version.policy, frozenset(ended)))


def _asks(policy: Policy, ended: frozenset[tuple[str, str]]) -> Iterator[Ask]:
    for name, touchpoint in policy.touchpoints.items():
        for row in touchpoint.rows:
            again = [purpose for purpose in consent_purposes(row) if (name, purpose) in ended]
            if again:
                yield _ask(policy, name, row, again)


def _ask(policy: Policy, touchpoint: str, row: Row, again: list[str]) -> Ask:
    return Ask(
        touchpoint=touchpoint,
        row=row.id,
        title=policy.touchpoints[touchpoint].title,
        text=consent_text(policy, touchpoint, row.id),
        ended=tuple(policy.purposes[purpose].label for purpose in again),
        items=tuple(policy.item_label(touchpoint, row.id, item.item) for item in row.items),
        recipients=tuple(policy.recipients[receiver.recipient].name for receiver in row.receivers),
    )
