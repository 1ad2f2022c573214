"""The room's one door for reading: what a touchpoint asks, and what it must say when it asks (GDPR Art. 13)."""

from dataclasses import dataclass
from datetime import datetime

from troth.collection import rules
from troth.collection.rules.formats import longest
from troth.policy.model import Policy, Row, Touchpoint
from troth.versions import queries as versions


@dataclass(frozen=True)
class Field:
    """One item a form asks for. `why`: purposes; `beside`: what happens without it, in words; `also`: purposes it
    serves only where the person agrees."""

    id: str
    label: str
    format: str
    required: bool
    longest: int
    hint: str
    why: tuple[str, ...]
    also: tuple[str, ...]
    without: tuple[str, ...]

    @property
    def beside(self) -> str:
        """What happens without it, and what else it serves."""
        words = f"Without it: {_list(self.without)}." if self.required else "You can leave this empty."
        return f"{words} Also used to {_list(self.also)}, if you agree below." if self.also else words


@dataclass(frozen=True)
class Tick:
    """A consent asked beside the data: never ticked before the person does it."""

    row: str
    text: str
    marketing: bool
    required: bool
    without: tuple[str, ...]

    @property
    def beside(self) -> str:
        """What happens without the tick."""
        return f"If you leave this empty: {_list(self.without)}. You can change your mind later."


@dataclass(frozen=True)
class Use:
    """A purpose of the form, the basis it relies on, and the interest where it is one. `if_agreed`: needs a tick."""

    label: str
    basis: str
    interest: str
    if_agreed: bool


@dataclass(frozen=True)
class Receiver:
    name: str
    does: tuple[str, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """A touchpoint as its form and API show it.

    `files`: labels of items that cannot be sent this way yet; `set_elsewhere`: (label, recipient) of secrets that the
    recipient keeps and asks for itself.
    """

    touchpoint: str
    title: str
    version: int
    controller: str
    contact: str
    fields: tuple[Field, ...]
    ticks: tuple[Tick, ...]
    minimum_age: int | None
    files: tuple[str, ...]
    set_elsewhere: tuple[tuple[str, str], ...]
    uses: tuple[Use, ...]
    receivers: tuple[Receiver, ...]
    retention: tuple[str, ...]

    @property
    def purposes(self) -> tuple[str, ...]:
        """What the data are asked for whether or not anything is ticked that may be left empty."""
        return tuple(dict.fromkeys(why for field in self.fields for why in field.why))


def _list(texts: tuple[str, ...]) -> str:
    return "; ".join(rules.lower_first(text) for text in texts)


def form(touchpoint_id: str, now: datetime) -> Form | None:
    """The form of a touchpoint under the version in force; None if it has no form channel or nothing is published."""
    version = versions.current(now)
    touchpoint = version.policy.touchpoints.get(touchpoint_id) if version else None
    if version is None or touchpoint is None or "form" not in touchpoint.channels:
        return None
    policy = version.policy
    return Form(
        touchpoint=touchpoint_id,
        title=touchpoint.title,
        version=version.number,
        controller=policy.controller.name,
        contact=policy.controller.contact,
        fields=tuple(_field(policy, touchpoint_id, item) for item in rules.asked(policy, touchpoint)),
        ticks=tuple(_tick(policy, touchpoint_id, row) for row in touchpoint.rows if rules.consent_purposes(row)),
        minimum_age=policy.children.minimum_age if policy.children and touchpoint.asks_age else None,
        files=_files(policy, touchpoint),
        set_elsewhere=_set_elsewhere(policy, touchpoint),
        uses=_uses(policy, touchpoint),
        receivers=_receivers(policy, touchpoint.rows),
        retention=_retention(policy, touchpoint.rows),
    )


def forms(now: datetime) -> tuple[tuple[str, str], ...]:
    """(id, title) of every touchpoint that has a form, in the policy's order."""
    version = versions.current(now)
    if version is None:
        return ()
    return tuple((tid, t.title) for tid, t in version.policy.touchpoints.items() if "form" in t.channels)


def _field(policy: Policy, touchpoint: str, item_id: str) -> Field:
    rows = [row for row in policy.touchpoints[touchpoint].rows if item_id in row.item_ids]
    fixed, free = [r for r in rows if not r.marketing], [r for r in rows if r.marketing]
    item = policy.data[item_id]
    return Field(
        id=item_id,
        label=policy.item_label(touchpoint, rows[0].id, item_id),
        format=item.format,
        required=any(i.required for row in fixed for i in row.items if i.item == item_id),
        longest=longest(item),
        hint=(item.hint or "")[:1].upper() + (item.hint or "")[1:],
        why=_labels(policy, fixed),
        also=_labels(policy, free),
        without=tuple(dict.fromkeys(text for row in fixed or free for text in row.without)),
    )


def _labels(policy: Policy, rows: list[Row]) -> tuple[str, ...]:
    ids = dict.fromkeys(p.purpose for row in rows for p in row.purposes)
    return tuple(rules.lower_first(policy.purposes[purpose].label) for purpose in ids)


def _tick(policy: Policy, touchpoint: str, row: Row) -> Tick:
    return Tick(
        row=row.id,
        text=rules.consent_text(policy, touchpoint, row.id),
        marketing=row.marketing,
        required=rules.needs_consent(row),
        without=tuple(row.without),
    )


def _files(policy: Policy, touchpoint: Touchpoint) -> tuple[str, ...]:
    ids = dict.fromkeys(item.item for row in touchpoint.rows for item in row.items)
    return tuple(policy.data[i].label for i in ids if rules.place_of(policy, touchpoint, i) == "file")


def _set_elsewhere(policy: Policy, touchpoint: Touchpoint) -> tuple[tuple[str, str], ...]:
    found = {
        item: policy.recipients[receiver.recipient].name
        for row in touchpoint.rows
        for receiver in row.receivers
        for item in receiver.items
        if rules.place_of(policy, touchpoint, item) == "provider"
    }
    return tuple((policy.data[item].label, name) for item, name in found.items())


def _uses(policy: Policy, touchpoint: Touchpoint) -> tuple[Use, ...]:
    return tuple(
        Use(
            label=policy.purposes[use.purpose].label,
            basis=use.relies_on,
            interest=(row.interest or "") if use.relies_on == "legitimate interest" else "",
            if_agreed=row.marketing or use.relies_on == "consent",
        )
        for row in touchpoint.rows
        for use in row.purposes
    )


def _receivers(policy: Policy, rows: tuple[Row, ...]) -> tuple[Receiver, ...]:
    ids = dict.fromkeys(receiver.recipient for row in rows for receiver in row.receivers)
    found = (policy.recipients[recipient] for recipient in ids)
    return tuple(Receiver(r.name, tuple(r.does), tuple(r.countries)) for r in found)


def _retention(policy: Policy, rows: tuple[Row, ...]) -> tuple[str, ...]:
    ids = dict.fromkeys(kept.rule for row in rows for kept in row.retention)
    return tuple(policy.retention[rule].label for rule in ids)
