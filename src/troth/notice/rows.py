"""The published table as values: names resolved, open points numbered, texts in the reader's words."""

from collections.abc import Iterable
from dataclasses import dataclass

from troth.policy.languages import Words
from troth.policy.model import Basis, Policy, RetentionRule, Row, RowRecipient, Touchpoint

FORM = "form"


@dataclass(frozen=True, slots=True)
class CellLine:
    """One entry of a cell. `note`: number of the open point it rests on, 0 for none; `brief`: the short form."""

    text: str
    more: str = ""
    note: int = 0
    brief: str = ""


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """`also`: bases the text gives beside the one relied on. `law`: the law that makes it a duty."""

    label: str
    marketing: bool
    profiling: bool
    relies_on: Basis
    also: tuple[Basis, ...]
    law: str
    special_ground: str
    note: int


@dataclass(frozen=True, slots=True)
class RowView:
    """A line of the published table. `recipients_known`: False where the text names none and nothing is assumed."""

    id: str
    marketing: bool
    items: tuple[CellLine, ...]
    purposes: tuple[PurposeLine, ...]
    interest: str
    recipients: tuple[CellLine, ...]
    recipients_known: bool
    recipients_assumed: bool
    retention: tuple[CellLine, ...]
    without: tuple[str, ...]
    provision: str
    note: int


@dataclass(frozen=True, slots=True)
class TouchpointView:
    id: str
    title: str
    sites: tuple[str, ...]
    has_form: bool
    for_customer: bool
    asks_age: bool
    source: str
    persons: tuple[str, ...]
    note: int
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    id: str
    label: str
    touchpoints: tuple[TouchpointView, ...]


class PublishedTable:
    """`groups` hold every touchpoint in the order of the files; `number(id)` is an open point's number, 0 for none."""

    def __init__(self, policy: Policy, words: Words) -> None:
        self.policy, self.words = policy, words
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
            persons=touchpoint.persons,
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
            provision=row.provision or "",
            note=self.number(row.assumption),
        )

    def _items(self, touchpoint: str, row: Row) -> Iterable[CellLine]:
        for asked in row.items:
            item = self.policy.data[asked.item]
            more = self.words("notice.required") if asked.required else ""
            yield CellLine(self.policy.item_label(touchpoint, row.id, asked.item), more, self.number(item.assumption))

    def _purposes(self, row: Row) -> Iterable[PurposeLine]:
        for use in row.purposes:
            purpose = self.policy.purposes[use.purpose]
            also = tuple(basis for basis in row.purpose_bases(use) if basis != use.relies_on)
            note = self.number(use.assumption)
            yield PurposeLine(
                label=purpose.label,
                marketing=purpose.marketing,
                profiling=purpose.profiling,
                relies_on=use.relies_on,
                also=also,
                law=use.law or "",
                special_ground=use.special_ground or "",
                note=note,
            )

    def _recipient(self, receiver: RowRecipient) -> CellLine:
        recipient = self.policy.recipients[receiver.recipient]
        return CellLine(recipient.name, self.words.join(recipient.does), self.number(receiver.assumption))

    def _retention(self, touchpoint: str, row: Row) -> Iterable[CellLine]:
        for kept in row.retention:
            rule, said = self.policy.retention[kept.rule], self.policy.retention[kept.rule].label
            short = brief(rule, self.words)
            if kept.items:
                which = self.words.join(self.policy.item_label(touchpoint, row.id, item) for item in kept.items)
                said, short = f"{which}: {lowered(said, self.words)}", f"{which}: {short}"
            yield CellLine(said, review(rule, self.words), self.number(rule.assumption), short)


def review(rule: RetentionRule, words: Words) -> str:
    """When a thing kept until unneeded is looked at again, in words; empty for other rules."""
    if not rule.review:
        return ""
    event = (rule.review_after or "recorded").replace(" ", "-")
    return words("notice.review", period=words.period(rule.review), event=words(f"notice.event.{event}"))


def brief(rule: RetentionRule, words: Words) -> str:
    """A rule in a few words: `60 days`, `until unneeded, review after 1 year`, `per cookie`."""
    if rule.period:
        return words.period(rule.period)
    if rule.review:
        return words("notice.brief.unneeded", period=words.period(rule.review))
    return words("notice.brief.cookie")


def lowered(text: str, words: Words) -> str:
    """The text as it goes on after a colon: English begins small there, other languages keep the letter."""
    first_word = text.partition(" ")[0]
    small = words.language.startswith("en") and not first_word.isupper()
    return text[:1].lower() + text[1:] if small else text
