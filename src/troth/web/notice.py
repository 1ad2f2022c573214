"""The published notice as values: a policy's tables with every name resolved and every open point numbered. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from troth.policy import plain as words
from troth.policy.model import Policy, RetentionRule, Row, RowRecipient, Touchpoint

FORM = "form"


@dataclass(frozen=True)
class Line:
    """One entry of a cell. `note`: number of the open point it rests on, 0 for none; `brief`: the short form."""

    text: str
    more: str = ""
    note: int = 0
    brief: str = ""


@dataclass(frozen=True)
class PurposeLine:
    """`also`: bases the text gives beside the one relied on."""

    label: str
    marketing: bool
    relies_on: str
    also: tuple[str, ...]
    note: int


@dataclass(frozen=True)
class RowView:
    """A line of the published table. `recipients_known`: False where the text names none and nothing is assumed."""

    id: str
    marketing: bool
    items: tuple[Line, ...]
    purposes: tuple[PurposeLine, ...]
    interest: str
    recipients: tuple[Line, ...]
    recipients_known: bool
    recipients_assumed: bool
    retention: tuple[Line, ...]
    without: tuple[str, ...]
    note: int


@dataclass(frozen=True)
class TouchpointView:
    id: str
    title: str
    sites: tuple[str, ...]
    has_form: bool
    for_customer: bool
    asks_age: bool
    source: str
    note: int
    rows: tuple[RowView, ...]


@dataclass(frozen=True)
class GroupView:
    id: str
    label: str
    touchpoints: tuple[TouchpointView, ...]


class Notice:
    """`groups` hold every touchpoint in the order of the files; `number(id)` is an open point's footnote number."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.numbers = {name: place for place, name in enumerate(policy.assumptions, start=1)}
        self.groups = tuple(self._group(id, label) for id, label in policy.groups.items())

    def number(self, assumption: str | None) -> int:
        return self.numbers.get(assumption or "", 0)

    def _group(self, id: str, label: str) -> GroupView:
        inside = ((name, t) for name, t in self.policy.touchpoints.items() if t.group == id)
        return GroupView(id, label, tuple(self._touchpoint(name, t) for name, t in inside))

    def _touchpoint(self, id: str, touchpoint: Touchpoint) -> TouchpointView:
        return TouchpointView(
            id=id,
            title=touchpoint.title,
            sites=tuple(self.policy.sites[site].label for site in touchpoint.sites),
            has_form=FORM in touchpoint.channels,
            for_customer=touchpoint.role == "processor",
            asks_age=touchpoint.asks_age,
            source=touchpoint.source or "",
            note=self.number(touchpoint.assumption),
            rows=tuple(self._row(id, row) for row in touchpoint.rows),
        )

    def _row(self, touchpoint: str, row: Row) -> RowView:
        return RowView(
            id=row.id,
            marketing=row.marketing,
            items=tuple(self._items(touchpoint, row)),
            purposes=tuple(self._purposes(row)),
            interest=row.interest or "",
            recipients=tuple(self._recipient(receiver) for receiver in row.receivers),
            recipients_known=row.recipients is not None or bool(row.assumed_recipients),
            recipients_assumed=row.recipients is None,
            retention=tuple(self._retention(touchpoint, row)),
            without=row.without,
            note=self.number(row.assumption),
        )

    def _items(self, touchpoint: str, row: Row) -> Iterable[Line]:
        for asked in row.items:
            item = self.policy.data[asked.item]
            more = "required" if asked.required else ""
            yield Line(self.policy.item_label(touchpoint, row.id, asked.item), more, self.number(item.assumption))

    def _purposes(self, row: Row) -> Iterable[PurposeLine]:
        for use in row.purposes:
            purpose = self.policy.purposes[use.purpose]
            also = tuple(basis for basis in row.purpose_bases(use) if basis != use.relies_on)
            note = self.number(use.assumption)
            yield PurposeLine(purpose.label, purpose.marketing, use.relies_on, also, note)

    def _recipient(self, receiver: RowRecipient) -> Line:
        recipient = self.policy.recipients[receiver.recipient]
        return Line(recipient.name, words.join(recipient.does), self.number(receiver.assumption))

    def _retention(self, touchpoint: str, row: Row) -> Iterable[Line]:
        for kept in row.retention:
            rule = self.policy.retention[kept.rule]
            which = words.join(self.policy.item_label(touchpoint, row.id, item) for item in kept.items)
            text = f"{which}: {rule.label[0].lower()}{rule.label[1:]}" if which else rule.label
            yield Line(
                text, review(rule), self.number(rule.assumption), f"{which}: {brief(rule)}" if which else brief(rule)
            )


def review(rule: RetentionRule) -> str:
    """When a thing kept until unneeded is looked at again, in words; empty for other rules."""
    if not rule.review:
        return ""
    return f"we ask ourselves again {words.period(rule.review)} after {_EVENTS[rule.review_after or 'recorded']}"


def brief(rule: RetentionRule) -> str:
    """A rule in a few words: `60 days`, `until unneeded, review after 1 year`, `per cookie`."""
    if rule.period:
        return words.period(rule.period)
    return f"until unneeded, review after {words.period(rule.review)}" if rule.review else rule.short


_EVENTS = {
    "recorded": "we got it",
    "last contact": "our last contact with you",
    "account closed": "you close your account",
    "contract ended": "the contract ends",
}
