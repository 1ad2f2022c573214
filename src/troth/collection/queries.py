"""The room's one door for reading: what a touchpoint asks, as its form and its API show it."""

from dataclasses import dataclass
from datetime import datetime

from troth.collection import rules
from troth.collection.services import consent_text
from troth.policy.model import Item, Policy, Row
from troth.versions import queries as versions


@dataclass(frozen=True)
class Field:
    """One item a form asks for: why, and what happens without it."""

    id: str
    label: str
    format: str
    required: bool
    hint: str
    why: tuple[str, ...]
    without: tuple[str, ...]

    @property
    def consequence(self) -> str:
        """What happens without it, in the policy's words."""
        return f"Without it: {'; '.join(self.without)}."


@dataclass(frozen=True)
class Tick:
    """A consent asked beside the data: never ticked before the person does it."""

    row: str
    text: str
    marketing: bool
    required: bool
    without: tuple[str, ...]

    @property
    def consequence(self) -> str:
        """What happens without the tick."""
        return f"If you leave this empty: {'; '.join(self.without)}. You can change your mind later."


@dataclass(frozen=True)
class Form:
    """A touchpoint as its form and API show it. `not_here`: declared items that cannot be sent this way yet."""

    touchpoint: str
    title: str
    version: int
    fields: tuple[Field, ...]
    ticks: tuple[Tick, ...]
    minimum_age: int | None
    not_here: tuple[str, ...]
    recipients: tuple[str, ...]

    @property
    def purposes(self) -> tuple[str, ...]:
        """Everything the form's data are asked for."""
        return tuple(dict.fromkeys(why for field in self.fields for why in field.why))


def form(touchpoint_id: str, now: datetime) -> Form | None:
    """The form of a touchpoint under the version in force; None if it has no form channel or nothing is published."""
    version = versions.current(now)
    touchpoint = version.policy.touchpoints.get(touchpoint_id) if version else None
    if version is None or touchpoint is None or "form" not in touchpoint.channels:
        return None
    policy = version.policy
    shown = rules.asked(policy, touchpoint)
    missing = {i.item for row in touchpoint.rows for i in row.items} - set(shown)
    return Form(
        touchpoint=touchpoint_id,
        title=touchpoint.title,
        version=version.number,
        fields=tuple(_field(policy, touchpoint_id, item) for item in shown),
        ticks=tuple(_tick(policy, touchpoint_id, row) for row in touchpoint.rows if rules.consent_purposes(row)),
        minimum_age=policy.children.minimum_age if policy.children and touchpoint.asks_age else None,
        not_here=tuple(sorted(policy.data[item].label for item in missing)),
        recipients=_recipients(policy, touchpoint.rows),
    )


def forms(now: datetime) -> tuple[tuple[str, str], ...]:
    """(id, title) of every touchpoint that has a form, in the policy's order."""
    version = versions.current(now)
    if version is None:
        return ()
    return tuple((tid, t.title) for tid, t in version.policy.touchpoints.items() if "form" in t.channels)


def _field(policy: Policy, touchpoint: str, item_id: str) -> Field:
    rows = [row for row in policy.touchpoints[touchpoint].rows if item_id in row.item_ids]
    first = rows[0]
    item: Item = policy.data[item_id]
    required = any(i.required for i in first.items if i.item == item_id) and not first.marketing
    return Field(
        id=item_id,
        label=policy.item_label(touchpoint, first.id, item_id),
        format=item.format,
        required=required,
        hint=item.hint or "",
        why=tuple(dict.fromkeys(policy.purposes[p.purpose].label for row in rows for p in row.purposes)),
        without=tuple(first.without),
    )


def _tick(policy: Policy, touchpoint: str, row: Row) -> Tick:
    return Tick(
        row=row.id,
        text=consent_text(policy, touchpoint, row.id),
        marketing=row.marketing,
        required=not row.marketing and len(rules.consent_purposes(row)) == len(row.purposes),
        without=tuple(row.without),
    )


def _recipients(policy: Policy, rows: tuple[Row, ...]) -> tuple[str, ...]:
    ids = dict.fromkeys(receiver.recipient for row in rows for receiver in row.receivers)
    return tuple(policy.recipients[r].name for r in ids)
