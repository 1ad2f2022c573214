"""What a person had agreed to and is asked afresh, since the policy in force means more by it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from troth.collection.rules import consent_purposes, consent_text
from troth.consent import standing
from troth.policy.difference import Change, say
from troth.policy.model import Policy, Row
from troth.publishing import queries
from troth.versions import queries as versions
from troth.versions.values import Version


@dataclass(frozen=True)
class Ask:
    """A row of the policy in force that asks again. `text`: the exact words to agree to; `items`, `recipients`: what of
    the person, and who gets it then; `ended`: the purposes that had been agreed to, in words; `wider`: what is more
    than that, a sentence each."""

    touchpoint: str
    row: str
    title: str
    text: str
    ended: tuple[str, ...]
    wider: tuple[str, ...]
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
    changes = [change for id in sorted(set(ended.values())) for change in _widening(id)]
    return version, tuple(_asks(version.policy, frozenset(ended), changes))


def _widening(version_id: UUID) -> Iterator[Change]:
    """The changes of a version for which consents ended."""
    found = queries.publication(version_id)
    yield from (change for change in (found.changes if found else ()) if "fresh consent" in change.classes)


def _asks(policy: Policy, ended: frozenset[tuple[str, str]], changes: Sequence[Change]) -> Iterator[Ask]:
    for name, touchpoint in policy.touchpoints.items():
        for row in touchpoint.rows:
            again = [purpose for purpose in consent_purposes(row) if (name, purpose) in ended]
            if again:
                wider = [say(change, "en") for change in changes if change.everyone or (name, row.id) in change.rows]
                yield _ask(policy, name, row, again, wider)


def _ask(policy: Policy, touchpoint: str, row: Row, again: list[str], wider: list[str]) -> Ask:
    return Ask(
        touchpoint=touchpoint,
        row=row.id,
        title=policy.touchpoints[touchpoint].title,
        text=consent_text(policy, touchpoint, row.id),
        ended=tuple(policy.purposes[purpose].label for purpose in again),
        wider=tuple(wider),
        items=tuple(policy.item_label(touchpoint, row.id, item.item) for item in row.items),
        recipients=tuple(policy.recipients[receiver.recipient].name for receiver in row.receivers),
    )
